import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { notFound, Problem } from '../../../http/problem.ts';
import type { Judged } from '../../../judgement/index.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, displayName, record } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Subject } from './checks/check.ts';
import { faultsOf } from './compile.ts';
import type { Verdict } from './judge-text.ts';
import type { Judging, OpenedRuleSet } from './judging.ts';
import { listResults, type ResultRecord } from './results-store.ts';
import type { Definition } from './rule/schema.ts';
import {
  archiveRuleSet,
  asksPeople,
  findRuleSet,
  findVersion,
  insertRuleSet,
  insertVersion,
  listBindings,
  listRuleSets,
  listVersions,
  lockRuleSet,
  nextVersion,
  publishVersion,
  type RuleSetRecord,
} from './store.ts';
import { subjectOf } from './validate.ts';
import { ruleSetViewOf, versionSummaryOf, versionViewOf } from './views.ts';
import type { VerdictStatus } from './vocabulary.ts';

const MAX_SHOWN = 50;
const MAX_BEGINNING = 200;

interface Setup {
  database: Database;
  events: Pick<Events, 'publish'>;
  judging: Judging;
  now: () => Date;
}

/** Rule sets by version: saved as drafts, published once their examples agree. */
export function createRuleSets({ database, events, judging, now }: Setup) {
  const { requireRuleSet } = judging;

  const audit = (transaction: TenantTransaction, actor: Actor, name: string, content: object) =>
    record(transaction, actor, { subject: `rule-set:${name}`, details: [{ about: [], content }] });

  /** What the rules say about each example. */
  async function examplesOf(
    { examples }: Definition,
    judge: (subject: Subject) => Promise<Verdict>,
    signal: AbortSignal,
  ) {
    const judged = [];
    for (const [index, example] of examples.entries()) {
      const verdict = await judge(subjectOf(example));
      const agrees = verdict.status === (example.passes ? 'passed' : 'failed');
      const { status, results } = verdict;
      const failed = results.filter(({ passed }) => passed !== true).map(({ rule }) => rule.id);
      const feedback =
        failed.length === 0 ? 'It passes every rule.' : `It does not pass ${failed.join(', ')}.`;
      judged.push({ index, passes: example.passes, status, agrees, feedback });
      await nextTurn(undefined, { signal });
    }
    return judged;
  }

  /** @throws {Problem} VALIDATION_INVALID with everything that keeps a version from being published */
  async function requirePublishable({ ruleSet: { definition }, judge }: OpenedRuleSet, signal: AbortSignal) {
    const kinds = new Set(definition.examples.map(({ passes }) => passes));
    const missing = [
      ...(kinds.has(true) ? [] : [{ field: 'examples', message: 'need one that passes' }]),
      ...(kinds.has(false) ? [] : [{ field: 'examples', message: 'need one that fails' }]),
    ];
    const wrong =
      missing.length > 0 ? [] : await examplesOf(definition, (subject) => judge(subject, signal), signal);
    const errors = [
      ...missing,
      ...wrong
        .filter(({ agrees }) => !agrees)
        .map(({ index, passes, status, feedback }) => ({
          field: `examples.${index}`,
          message: `should ${passes ? 'pass' : 'fail'}, but is ${status}. ${feedback}`,
        })),
    ];
    const [first] = errors;
    if (first) throw new Problem('VALIDATION_INVALID', `${first.field}: ${first.message}`, { errors });
  }

  return {
    /** @throws {Problem} VALIDATION_INVALID, CONFLICT when the name is taken */
    create: (
      actor: Actor,
      given: Definition & { name: string; title: string; description: string; comment: string },
    ) => {
      const { name, title, description, comment, ...definition } = given;
      requireValid(definition);
      return database.withTenant(actor.tenantId, async (transaction) => {
        if (!(await insertRuleSet(transaction, { name, title, description })))
          throw new Problem('CONFLICT', `A rule set named "${name}" already exists.`);
        const made = { name, version: 1, definition, comment, createdBy: displayName(actor) };
        const row = await insertVersion(transaction, made);
        await audit(transaction, actor, name, { title, ...definition, comment });
        return versionViewOf(row, null);
      });
    },

    list: (tenantId: string, archived: boolean, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.string(),
          query: (after, limit) => listRuleSets(transaction, archived, after, limit),
          key: ({ name }) => name,
          view: ruleSetViewOf,
        }),
      ),

    get: (tenantId: string, name: string, version: number | undefined) =>
      database.withTenant(tenantId, async (transaction) => {
        const { newest_version, published_version } = await requireRuleSet(transaction, name);
        const row = await findVersion(transaction, name, version ?? newest_version);
        if (!row) throw notFound('version of this rule set', String(version));
        return versionViewOf(row, published_version);
      }),

    listVersions: (tenantId: string, name: string, page: Page) =>
      database.withTenant(tenantId, async (transaction) => {
        const { published_version } = await requireRuleSet(transaction, name);
        return listPage(page, {
          cursor: z.int(),
          query: (below, limit) => listVersions(transaction, name, below, limit),
          key: ({ version }) => version,
          view: (row) => versionSummaryOf(row, published_version),
        });
      }),

    /** @throws {Problem} VALIDATION_INVALID, NOT_FOUND, CONFLICT */
    save: (actor: Actor, given: Definition & { name: string; expectedVersion: number; comment: string }) => {
      const { name, expectedVersion, comment, ...definition } = given;
      requireValid(definition);
      return database.withTenant(actor.tenantId, async (transaction) => {
        const { published_version, newest_version } = await requireRuleSet(transaction, name);
        if (!(await nextVersion(transaction, name, expectedVersion)))
          throw new Problem(
            'CONFLICT',
            `The newest version is ${newest_version}, or it is archived. Reload it.`,
          );
        const version = expectedVersion + 1;
        const made = { name, version, definition, comment, createdBy: displayName(actor) };
        const row = await insertVersion(transaction, made);
        await audit(transaction, actor, name, { version, ...definition, comment });
        return versionViewOf(row, published_version);
      });
    },

    check: async (tenantId: string, definition: Definition, signal: AbortSignal) => {
      const faults = faultsOf(definition);
      const examples =
        faults.length > 0
          ? []
          : await examplesOf(
              definition,
              (subject) => judging.judgeUnsaved(tenantId, definition, subject, signal),
              signal,
            );
      return { valid: faults.length === 0 && examples.every(({ agrees }) => agrees), faults, examples };
    },

    /** @throws {Problem} NOT_FOUND, CONFLICT, VALIDATION_INVALID */
    publish: async (actor: Actor, name: string, version: number, signal: AbortSignal) => {
      const { tenantId } = actor;
      await requirePublishable(await judging.opened(tenantId, name, version), signal);
      return database.withTenant(tenantId, async (transaction) => {
        const row = (await lockRuleSet(transaction, name)) as RuleSetRecord;
        if (row.archived_at) throw new Problem('CONFLICT', 'The rule set is archived.');
        await requireTextsForPeople(transaction, name, version);
        await publishVersion(transaction, name, version, { by: displayName(actor), now: now() });
        await events.publish(transaction, tenantId, 'validation.rules.published', { ruleSet: name, version });
        await audit(transaction, actor, name, { published: version, before: row.published_version });
        const published = await findVersion(transaction, name, version);
        if (!published) throw notFound('version of this rule set', String(version));
        return versionViewOf(published, version);
      });
    },

    /** Judges past texts by another version; what a model answered then is kept where its rubric is the same. */
    replay: async (
      tenantId: string,
      { name, version, limit }: { name: string; version?: number | undefined; limit: number },
      signal: AbortSignal,
    ) => {
      const { opened, past, definitions } = await database.withTenant(tenantId, async (transaction) => {
        const past = await listResults(transaction, { ruleSet: name, withText: true }, null, limit);
        return {
          opened: await judging.open(transaction, tenantId, name, version ?? 'newest', {
            mayAskModel: false,
          }),
          past,
          definitions: await definitionsOf(transaction, name, past),
        };
      });
      const cases: { row: ResultRecord; before: VerdictStatus; after: VerdictStatus; rules: string[] }[] = [];
      for (const row of past) {
        const subject = subjectOf({
          text: row.text ?? '',
          request: row.request ?? undefined,
          data: (row.data as Record<string, unknown> | null) ?? undefined,
        });
        const { status, results } = await opened.judge(
          subject,
          signal,
          stillTrue(row, definitions.get(row.version), opened.ruleSet.definition),
        );
        const rules = results.filter(({ passed }) => passed === false).map(({ rule }) => rule.id);
        cases.push({ row, before: row.status, after: status, rules });
        await nextTurn(undefined, { signal });
      }
      const moved = cases.filter(({ before, after }) => before !== after);
      return {
        name,
        version: opened.ruleSet.version,
        texts: cases.length,
        changed: moved.length,
        moves: movesOf(moved),
        examples: moved.slice(0, MAX_SHOWN).map(({ row, before, after, rules }) => ({
          resultId: row.id,
          text: (row.text ?? '').slice(0, MAX_BEGINNING).toWellFormed(),
          before,
          after,
          rules,
        })),
      };
    },

    /** @throws {Problem} NOT_FOUND, CONFLICT while something is bound to it */
    archive: (actor: Actor, name: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        if (!(await lockRuleSet(transaction, name))) throw notFound('rule set', name);
        const [bound] = await listBindings(transaction, { ruleSet: name }, null, 1);
        if (bound)
          throw new Problem('CONFLICT', `It is bound to ${bound.target}. Remove that binding first.`);
        const before = await findRuleSet(transaction, name);
        if (before?.archived_at) return;
        await archiveRuleSet(transaction, name, now());
        await audit(transaction, actor, name, { archived: true });
      }),
  };
}

/** The definitions of the versions by which texts were judged. */
async function definitionsOf(
  transaction: TenantTransaction,
  name: string,
  past: readonly ResultRecord[],
): Promise<Map<number, Definition>> {
  const definitions = new Map<number, Definition>();
  for (const version of new Set(past.map((row) => row.version))) {
    const found = await findVersion(transaction, name, version);
    if (found) definitions.set(version, found.definition);
  }
  return definitions;
}

/** What a model answered about rubrics that ask the same now. */
function stillTrue({ criteria }: ResultRecord, then: Definition | undefined, now: Definition) {
  const asked = (definition: Definition | undefined, id: string) => {
    const rule = definition?.rules.find((one) => one.id === id);
    return rule?.type === 'rubric' ? rule.question : undefined;
  };
  return (criteria as unknown as Judged['criteria']).filter(
    ({ id }) => asked(then, id) !== undefined && asked(then, id) === asked(now, id),
  );
}

/** @throws {Problem} VALIDATION_INVALID */
export function requireValid(definition: Pick<Definition, 'rules' | 'scoring'>): void {
  const errors = faultsOf(definition);
  const [first] = errors;
  if (first) throw new Problem('VALIDATION_INVALID', `${first.field}: ${first.message}`, { errors });
}

function movesOf(cases: readonly { before: VerdictStatus; after: VerdictStatus }[]) {
  const groups = Map.groupBy(cases, ({ before, after }) => `${before} ${after}`);
  return [...groups.values()].map((group) => {
    const [{ before, after }] = group as [(typeof cases)[number]];
    return { from: before, to: after, count: group.length };
  });
}

/** @throws {Problem} CONFLICT when a binding asks people about texts that this version would not keep */
async function requireTextsForPeople(
  transaction: TenantTransaction,
  name: string,
  version: number,
): Promise<void> {
  const row = await findVersion(transaction, name, version);
  if (!row || row.definition.keepTexts) return;
  if (await asksPeople(transaction, name))
    throw new Problem(
      'CONFLICT',
      'A binding asks people about texts of this rule set: keep texts, or remove the binding.',
    );
}
