import { notFound, Problem } from '../../../http/problem.ts';
import { activeThresholds } from '../../../judgement/index.ts';
import type { ChatModel } from '../../../models/chat.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Tenancy } from '../../shared/tenancy/index.ts';
import type { Prompts } from '../prompts/index.ts';
import type { Subject } from './checks/check.ts';
import {
  judgeText,
  kindOf,
  type Means,
  type RuleSetVersion,
  thresholdsOf,
  type Verdict,
} from './judge-text.ts';
import type { Similarity } from './meaning.ts';
import { findRuleSet, findVersion, type RuleSetRecord } from './store.ts';

/** The prompt with which a model reads rubrics. */
const PROMPT = 'validation';

export interface JudgingSetup {
  database: Database;
  model: ChatModel | null;
  prompts: Pick<Prompts, 'serving'>;
  embedder: Similarity;
  settingsOf: Tenancy['settingsOf'];
  now: () => Date;
}

/** A version of a rule set with everything that texts are judged with. */
export interface OpenedRuleSet {
  ruleSet: RuleSetVersion;
  row: RuleSetRecord;
  /** @throws by the signal alone */
  judge(subject: Subject, signal?: AbortSignal, recorded?: Verdict['judged']['criteria']): Promise<Verdict>;
}

export type Judging = ReturnType<typeof createJudging>;

/** Opens rule sets, and judges texts by them. */
export function createJudging({ database, model, prompts, embedder, settingsOf, now }: JudgingSetup) {
  /** @throws {Problem} NOT_FOUND */
  async function requireRuleSet(transaction: TenantTransaction, name: string): Promise<RuleSetRecord> {
    const row = await findRuleSet(transaction, name);
    if (!row) throw notFound('rule set', name);
    return row;
  }

  async function meansOf(
    transaction: TenantTransaction,
    tenantId: string,
    ruleSet: RuleSetVersion,
    mayAskModel: boolean,
  ): Promise<Means> {
    const reads = ruleSet.definition.rules.some(({ type }) => type === 'rubric');
    const asks = reads && mayAskModel && model && (await settingsOf(transaction)).models !== 'off';
    return {
      model: asks ? model : null,
      promptFor: asks ? await prompts.serving(transaction, tenantId, PROMPT) : null,
      thresholds: await activeThresholds(transaction, kindOf(ruleSet), now()),
      similarity: embedder,
    };
  }

  async function open(
    transaction: TenantTransaction,
    tenantId: string,
    name: string,
    wanted: number | 'published' | 'newest',
    { mayAskModel = true }: { mayAskModel?: boolean } = {},
  ): Promise<OpenedRuleSet> {
    const row = await requireRuleSet(transaction, name);
    const version = versionOf(row, wanted);
    const found = await findVersion(transaction, name, version);
    if (!found) throw notFound('version of this rule set', String(version));
    const ruleSet = { name, version, definition: found.definition };
    const means = await meansOf(transaction, tenantId, ruleSet, mayAskModel);
    return {
      ruleSet,
      row,
      judge: (subject, signal, recorded) =>
        judgeText(ruleSet, subject, means, { tenantId, signal }, recorded),
    };
  }

  return {
    requireRuleSet,

    /** @throws {Problem} NOT_FOUND, CONFLICT for a rule set that is archived or has no published version */
    open,

    /** The same in a transaction of its own. */
    opened: (tenantId: string, name: string, wanted: number | 'published' | 'newest') =>
      database.withTenant(tenantId, (transaction) => open(transaction, tenantId, name, wanted)),

    /** Judges by rules that are not saved. */
    judgeUnsaved: async (
      tenantId: string,
      definition: RuleSetVersion['definition'],
      subject: Subject,
      signal?: AbortSignal,
    ): Promise<Verdict> => {
      const ruleSet = { name: 'unsaved', version: 0, definition };
      const means = await database.withTenant(tenantId, (transaction) =>
        meansOf(transaction, tenantId, ruleSet, true),
      );
      const thresholds = { ...thresholdsOf(definition.scoring), version: 0 };
      return judgeText(ruleSet, subject, { ...means, thresholds }, { tenantId, signal });
    },
  };
}

function versionOf(row: RuleSetRecord, wanted: number | 'published' | 'newest'): number {
  if (wanted === 'newest') return row.newest_version;
  if (wanted !== 'published') return wanted;
  if (row.archived_at) throw new Problem('CONFLICT', `The rule set ${row.name} is archived.`);
  if (row.published_version === null)
    throw new Problem('CONFLICT', `The rule set ${row.name} has no published version.`);
  return row.published_version;
}
