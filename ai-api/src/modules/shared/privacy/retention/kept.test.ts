import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../../test/databases.ts';
import type { NamedPersonalData } from '../../../../platform/personal-data.ts';
import { type Catalogue, readCatalogue } from '../engine/catalogue.ts';

const ACCOUNT = 'it is there for as long as what it describes is in use; an erasure takes the person out';
const DECISION = 'it is the record of a decision about a person, which can be contested for years';
const FIGURES = 'they are figures that were made of what is gone, and stay on purpose';
const EXPIRES = 'it expires by itself within days';
const VERSIONED = 'it says which version was in force when something was decided';
const CODE = 'it is the history of the code of the company';
const PRIVACY = 'it proves that a request was answered, or what was decided about data';
const INFORMED = 'it proves that people were informed before they were judged';
const FILE = 'people delete files; what was refused or not finished is discarded each hour';

/** Tables with a time and personal data that no kind of retention ages, and why they are kept. */
const KEPT: Record<string, string> = {
  'agents.agents': ACCOUNT,
  'agents.versions': VERSIONED,
  'approvals.approvals': DECISION,
  'approvals.delegations': ACCOUNT,
  'approvals.groups': ACCOUNT,
  'approvals.settings': ACCOUNT,
  'approvals.steps': DECISION,
  'audit.events': 'the chain would break; an entry names people by their ids alone',
  'contests.contests': DECISION,
  'context.activity_days': FIGURES,
  'context.attributions': CODE,
  'context.commit_figures': FIGURES,
  'context.commits': CODE,
  'context.git_connections': ACCOUNT,
  'context.knowledge_gaps': FIGURES,
  'context.links': CODE,
  'context.model_prices': ACCOUNT,
  'context.policies': ACCOUNT,
  'context.removals': 'a digest of what was removed, so that it is not saved again',
  'context.repositories': ACCOUNT,
  'context.shares': ACCOUNT,
  'context.vendor_spend': FIGURES,
  'decisions.approvers': DECISION,
  'decisions.links': DECISION,
  'decisions.requests': DECISION,
  'evaluations.evaluations': DECISION,
  'evaluations.project_grades': DECISION,
  'evaluations.runs': DECISION,
  'events.endpoints': ACCOUNT,
  'events.tickets': EXPIRES,
  'files.files': FILE,
  'files.permissions': FILE,
  'files.scans': FILE,
  'files.versions': FILE,
  'gates.evaluations': DECISION,
  'gates.gates': DECISION,
  'identity.api_keys': ACCOUNT,
  'identity.domains': ACCOUNT,
  'identity.external_identities': ACCOUNT,
  'identity.sign_ins': EXPIRES,
  'identity.tenants': ACCOUNT,
  'identity.users': ACCOUNT,
  'judgement.judgements': DECISION,
  'judgement.levels': VERSIONED,
  'judgement.oversight': ACCOUNT,
  'judgement.rules': VERSIONED,
  'judgement.thresholds': ACCOUNT,
  'knowledge.documents': ACCOUNT,
  'knowledge.versions': ACCOUNT,
  'licences.blocked_devices': ACCOUNT,
  'licences.licences': ACCOUNT,
  'licences.products': ACCOUNT,
  'models.embedding_cache': 'vectors that were not used for long go each night; they have no text',
  'notices.informed': INFORMED,
  'notices.versions': VERSIONED,
  'notifications.preferences': ACCOUNT,
  'notifications.profiles': ACCOUNT,
  'notifications.suppressions': 'nothing is to be sent to the address again',
  'notifications.templates': ACCOUNT,
  'notifications.versions': VERSIONED,
  'people.metrics_weekly': DECISION,
  'people.project_members': ACCOUNT,
  'people.project_stages': DECISION,
  'people.projects': ACCOUNT,
  'people.superbuilders': ACCOUNT,
  'performance.check_ins': DECISION,
  'performance.pips': DECISION,
  'plans.overrides': ACCOUNT,
  'platform_http.idempotency_keys': EXPIRES,
  'privacy.analytics_bases': PRIVACY,
  'privacy.holds': PRIVACY,
  'privacy.objections': PRIVACY,
  'privacy.requests': PRIVACY,
  'privacy.retention': PRIVACY,
  'privacy.steps': PRIVACY,
  'prompts.approvals': VERSIONED,
  'prompts.checks': VERSIONED,
  'prompts.experiments': VERSIONED,
  'prompts.label_moves': VERSIONED,
  'prompts.labels': ACCOUNT,
  'prompts.optimizations': VERSIONED,
  'prompts.prompts': ACCOUNT,
  'prompts.versions': VERSIONED,
  'quality.assignments': DECISION,
  'quality.reviews': DECISION,
  'quality.sampling': ACCOUNT,
  'quality.score_configs': ACCOUNT,
  'quality.scores': DECISION,
  'receipts.receipts': DECISION,
  'validation.bindings': ACCOUNT,
  'validation.rule_sets': ACCOUNT,
  'validation.versions': VERSIONED,
  'workflows.approvals': ACCOUNT,
  'workflows.templates': ACCOUNT,
  'workflows.versions': VERSIONED,
};

describe.each(businessDatabases())('what ages on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let catalogue: Catalogue;

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    const { tenantId } = await api.client.identity.whoami({});
    catalogue = await api.context.database.withTenant(tenantId, readCatalogue);
  });
  afterAll(async () => {
    await api?.stop();
    await testDatabase?.remove();
  });

  /** Tables that modules claim as personal and that have a time, without those that go with a table of a kind. */
  function aging(): string[] {
    const hooks = api.context.privacy.disclosures() as readonly NamedPersonalData[];
    const kinds = new Set(hooks.flatMap(({ retention = [] }) => retention.flatMap(({ tables }) => tables)));
    const claims = hooks.flatMap(({ tables }) => tables);
    const goesWith = (table: string): boolean => {
      const within = claims.find((claim) => claim.table === table)?.within;
      return kinds.has(table) || (within !== undefined && goesWith(within.table));
    };
    return claims
      .map(({ table }) => table)
      .filter((table) => catalogue.get(table)?.columns.some(({ type }) => /^(timestamp|date)/.test(type)))
      .filter((table) => !goesWith(table))
      .toSorted();
  }

  test('every table with a time and personal data has a kind of retention, or a reason to be kept', () => {
    expect(aging().filter((table) => !Object.hasOwn(KEPT, table))).toEqual([]);
  });

  test('no reason is given for a table that ages', () => {
    const tables = new Set(aging());
    expect(Object.keys(KEPT).filter((table) => !tables.has(table))).toEqual([]);
  });

  test('kinds name tables that are there', () => {
    const hooks = api.context.privacy.disclosures() as readonly NamedPersonalData[];
    for (const { kind, tables } of hooks.flatMap(({ retention = [] }) => retention))
      for (const table of tables) expect(catalogue.has(table), `${kind}: ${table}`).toBe(true);
  });
});
