import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { traceIdOf } from '../models/ledger/index.ts';
import type { PromptUsed } from '../models/prompt.ts';
import { keepTrace } from '../models/tracing/index.ts';
import type { TenantTransaction } from '../platform/database/index.ts';
import { HOUR_MS } from '../platform/durations.ts';
import type { Facts } from './facts.ts';
import { BY_PERSON, type Judged, type JudgedByPerson, type ProposalDraft } from './judge.ts';
import type { Kind } from './kind.ts';
import { oversightToStore, restrain } from './oversight.ts';
import type { RuleDefinition, VersionedRule } from './rule.ts';
import { type JudgementView, type Proposal, ruleDefinition } from './schema.ts';

/** What a judgement is stored with, beside itself. */
export interface StoreOptions {
  /** The person who decided, in the place of which judgement. */
  human?: { decidedBy: string; reason: string; supersedes: string | null };
  /** Of a dry run: it decides nothing, is not reviewed, and is left out of everything that learns from the past. */
  dryRun?: boolean;
}

/** A judgement that has just been stored. */
export type StoredJudgement = Judged & {
  judgementId: string;
  human: StoreOptions['human'] | null;
};

/** Called in the transaction that stores a judgement, for judgements of every kind; not for those of dry runs. */
export type OnStored = (transaction: TenantTransaction, stored: StoredJudgement) => Promise<void>;

/** Appends a judgement and answers it as it is stored. */
export type StoreJudgement = (
  transaction: TenantTransaction,
  judged: Judged,
  options?: StoreOptions,
) => Promise<JudgementView>;

/**
 * The only way a judgement is stored, as far as the oversight in force allows: callers go by what is returned.
 * `onStored` is told of each in the same transaction.
 * @param kinds the kinds of the catalogue, which declare what is adverse
 * @throws for an adverse outcome without a person: no caller makes one, and the database refuses it too
 */
export function storeJudgementsWith(
  kinds: readonly Kind[],
  onStored: OnStored,
  now: () => Date,
): StoreJudgement {
  return async (transaction, given, { human, dryRun = false } = {}) => {
    const kind = kinds.find(({ name }) => name === given.kind);
    const judged =
      given.engine === 'human'
        ? given
        : restrain(given, kind, await oversightToStore(transaction, given.kind));
    const adverse = judged.outcome !== null && kind?.decides?.adverse.includes(judged.outcome) === true;
    if (adverse && !(judged.engine === 'human' && human))
      throw new Error(`An engine cannot decide ${judged.outcome} of a judgement of kind ${judged.kind}`);
    const view = await insertJudgement(transaction, judged, human ?? null, { dryRun, adverse, at: now() });
    const { judgementId } = view;
    if (!dryRun) await onStored(transaction, { ...judged, judgementId, human: human ?? null });
    return view;
  };
}

async function insertJudgement(
  transaction: TenantTransaction,
  judged: Judged,
  human: StoreOptions['human'] | null,
  { dryRun, adverse, at }: { dryRun: boolean; adverse: boolean; at: Date },
): Promise<JudgementView> {
  const row = await transaction
    .insertInto('judgement.judgements')
    .values({
      id: judged.judgementId ?? uuidv7(),
      kind: judged.kind,
      subject_id: judged.subjectId,
      grade: judged.grade,
      outcome: judged.outcome,
      adverse,
      proposal: judged.proposal && JSON.stringify(dated(judged.proposal, at)),
      incomplete: JSON.stringify(judged.incomplete),
      score: judged.score,
      coverage: judged.coverage,
      confidence: judged.confidence,
      needs_review: judged.needsReview,
      review_reasons: JSON.stringify(judged.reviewReasons),
      engine: judged.engine,
      criteria: JSON.stringify(judged.criteria),
      feedback: judged.feedback,
      facts: JSON.stringify(judged.facts),
      rules: JSON.stringify(judged.rules),
      prompt: judged.prompt && JSON.stringify(judged.prompt),
      model: judged.model,
      model_failure: judged.modelFailure && JSON.stringify(judged.modelFailure),
      tokens_in: judged.tokensIn,
      tokens_out: judged.tokensOut,
      trace_id: judged.judgementId ? traceIdOf(judged.judgementId) : null,
      decided_by: human?.decidedBy ?? null,
      reason: human?.reason ?? null,
      supersedes: human?.supersedes ?? null,
      dry_run: dryRun,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  if (judged.trace) await keepTrace(transaction, judged.trace);
  return toView(row as never);
}

function dated({ withinHours, ...proposal }: ProposalDraft, at: Date): Proposal {
  return { ...proposal, dueAt: new Date(at.getTime() + withinHours * HOUR_MS).toISOString() };
}

/** What a person decided about a subject of a deciding kind. */
export interface HumanJudgement {
  kind: string;
  subjectId: string;
  outcome: string;
  /** The judgement it supersedes. */
  before: JudgementView | null;
  reason: string;
}

/** What a person decided, in the place of what was judged before. */
export function humanJudgement({ kind, subjectId, outcome, before, reason }: HumanJudgement): JudgedByPerson {
  return {
    ...BY_PERSON,
    kind,
    subjectId,
    grade: before?.grade ?? 'insufficient evidence',
    outcome,
    score: null,
    coverage: before?.coverage ?? 0,
    needsReview: false,
    reviewReasons: [],
    criteria: before?.criteria ?? [],
    feedback: reason,
    rules: before?.rules ?? [],
  };
}

/** What a reviewer sees of a judgement: with its subject and the facts it rests on. */
export interface ReviewedJudgement {
  view: JudgementView;
  subjectId: string;
  facts: Facts;
  traceId: string | null;
}

/** Judgements by their ids, as the API shows them. */
export async function findJudgements(
  transaction: TenantTransaction,
  ids: string[],
): Promise<Map<string, JudgementView>> {
  const found = await findWithFacts(transaction, ids);
  return new Map([...found].map(([id, { view }]) => [id, view]));
}

/** Judgements by their ids, with their facts. */
export async function findWithFacts(
  transaction: TenantTransaction,
  ids: string[],
): Promise<Map<string, ReviewedJudgement>> {
  if (ids.length === 0) return new Map();
  const rows = await transaction
    .selectFrom('judgement.judgements')
    .selectAll()
    .where('id', 'in', ids)
    .execute();
  return new Map(
    rows.map((row) => {
      const { subject_id: subjectId, facts, trace_id: traceId } = row;
      return [row.id, { view: toView(row as never), subjectId, facts: facts as Facts, traceId }];
    }),
  );
}

/** The newest of the judgements that supersede one, or itself. */
export async function newestJudgement(transaction: TenantTransaction, judgementId: string): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    with recursive chain (id, place) as (
      select ${judgementId}::uuid, 0
      union all
      select later.id, chain.place + 1
      from judgement.judgements as later join chain on later.supersedes = chain.id
    )
    select id from chain order by place desc limit 1`.execute(transaction);
  return rows[0]?.id ?? judgementId;
}

/** How judgements went: what a model was asked, and how many lack facts. */
export interface JudgementSummary {
  /** Judgements that a model was asked for. */
  asked: number;
  /** Of them, those that it could not be used for. */
  failed: number;
  firstFailure: string | null;
  /** Those whose fact of this path is above 0. */
  lacking: number;
}

/** Sums up judgements; `fact` is the path of a number such as `['data', 'gaps']`. */
export async function summaryOfJudgements(
  transaction: TenantTransaction,
  ids: readonly string[],
  fact: readonly string[],
): Promise<JudgementSummary> {
  const { rows } = await sql<JudgementSummary>`
    select count(model)::int as asked,
      count(model_failure)::int as failed,
      (array_agg(model_failure->>'message' order by id) filter (where model_failure is not null))[1] as "firstFailure",
      count(*) filter (where jsonb_typeof(facts #> ${[...fact]}) = 'number'
        and (facts #>> ${[...fact]})::numeric > 0)::int as lacking
    from judgement.judgements
    where id = any(${[...ids]}::uuid[])`.execute(transaction);
  return rows[0] as JudgementSummary;
}

interface Row {
  id: string;
  kind: string;
  grade: JudgementView['grade'];
  outcome: string | null;
  proposal: JudgementView['proposal'];
  incomplete: JudgementView['incomplete'];
  score: number | null;
  coverage: number;
  confidence: number | null;
  needs_review: boolean;
  review_reasons: string[];
  engine: JudgementView['engine'];
  criteria: JudgementView['criteria'];
  feedback: string;
  rules: JudgementView['rules'];
  prompt: PromptUsed | null;
  model: string | null;
  model_failure: JudgementView['modelFailure'];
  tokens_in: number;
  tokens_out: number;
  decided_by: string | null;
  reason: string | null;
  supersedes: string | null;
  dry_run: boolean;
  created_at: Date;
}

function toView(row: Row): JudgementView {
  return {
    judgementId: row.id,
    kind: row.kind,
    grade: row.grade,
    outcome: row.outcome,
    proposal: row.proposal,
    incomplete: row.incomplete,
    score: row.score,
    coverage: row.coverage,
    confidence: row.confidence,
    needsReview: row.needs_review,
    reviewReasons: row.review_reasons,
    engine: row.engine,
    criteria: row.criteria,
    feedback: row.feedback,
    rules: row.rules,
    prompt: row.prompt,
    model: row.model,
    modelFailure: row.model_failure,
    tokensIn: row.tokens_in,
    tokensOut: row.tokens_out,
    decidedBy: row.decided_by,
    reason: row.reason,
    supersedes: row.supersedes,
    dryRun: row.dry_run,
    createdAt: row.created_at.toISOString(),
  };
}

/** The rules of a kind in force at a moment: of each key the newest version by then, if that is enabled. */
export async function activeRules(
  transaction: TenantTransaction,
  kind: string,
  asOf: Date,
): Promise<VersionedRule[]> {
  const rows = await transaction
    .selectFrom('judgement.rules')
    .select(['key', 'version', 'definition', 'enabled'])
    .distinctOn('key')
    .where('kind', '=', kind)
    .where('effective_from', '<=', asOf)
    .where('created_at', '<=', asOf)
    .orderBy('key')
    .orderBy('version', 'desc')
    .execute();
  return rows
    .filter(({ enabled }) => enabled)
    .map(({ version, definition }) => ({ ...ruleDefinition.parse(definition), version }));
}

/** Stores version 1 of rules whose keys the tenant does not have yet; a tenant's own versions are left alone. Answers how many it stored. */
export async function seedRules(
  transaction: TenantTransaction,
  kind: string,
  rules: readonly RuleDefinition[],
): Promise<number> {
  const values = rules.map((rule) => ({
    id: uuidv7(),
    kind,
    key: rule.key,
    version: 1,
    definition: JSON.stringify(rule),
    created_by: 'seed',
  }));
  const added = await transaction
    .insertInto('judgement.rules')
    .values(values)
    .onConflict((conflict) => conflict.columns(['tenant_id', 'kind', 'key', 'version']).doNothing())
    .executeTakeFirst();
  return Number(added.numInsertedOrUpdatedRows ?? 0n);
}
