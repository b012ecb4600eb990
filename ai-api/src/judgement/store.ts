import { v7 as uuidv7 } from 'uuid';
import { traceIdOf } from '../models/ledger/index.ts';
import { keepTrace } from '../models/tracing/index.ts';
import type { TenantTransaction } from '../platform/database/index.ts';
import { HOUR_MS } from '../platform/durations.ts';
import { toView } from './find.ts';
import type { Judged, ProposalDraft } from './judge.ts';
import type { Kind } from './kind.ts';
import { oversightToStore, restrain } from './oversight.ts';
import type { JudgementView, Proposal } from './schema.ts';

/** What a judgement is stored with, beside itself. */
export interface StoreOptions {
  /** The person who decided, in the place of which judgement. */
  human?: { decidedBy: string; decidedUser?: string | null; reason: string; supersedes: string | null };
  /** Of an engine: which of its judgements this one takes the place of, on corrected facts. */
  supersedes?: string;
  /** Of a dry run: it decides nothing, is not reviewed, and is left out of everything that learns from the past. */
  dryRun?: boolean;
  /** Of an engine: why a person decides instead, and the engine's part is left out. */
  whyWithheld?: string | null;
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
 * `onStored` is called for each in the same transaction.
 * @param kinds the kinds of the catalogue, which declare what is adverse
 * @throws for an adverse outcome without a person: no caller makes one, and the database refuses it too
 */
export function storeJudgementsWith(
  kinds: readonly Kind[],
  onStored: OnStored,
  now: () => Date,
): StoreJudgement {
  return async (transaction, given, { human, supersedes, dryRun = false, whyWithheld } = {}) => {
    const kind = kinds.find(({ name }) => name === given.kind);
    const judged =
      given.engine === 'human' || kind?.isOverseen === false
        ? given
        : restrain(given, kind, await oversightToStore(transaction, given.kind), whyWithheld);
    const adverse = judged.outcome !== null && kind?.decides?.adverse.includes(judged.outcome) === true;
    if (adverse && !(judged.engine === 'human' && human))
      throw new Error(`An engine cannot decide ${judged.outcome} of a judgement of kind ${judged.kind}`);
    const context = { dryRun, adverse, supersedes: human?.supersedes ?? supersedes ?? null, at: now() };
    const view = await insertJudgement(transaction, judged, human ?? null, context);
    const { judgementId } = view;
    if (!dryRun) await onStored(transaction, { ...judged, judgementId, human: human ?? null });
    return view;
  };
}

async function insertJudgement(
  transaction: TenantTransaction,
  judged: Judged,
  human: StoreOptions['human'] | null,
  {
    dryRun,
    adverse,
    supersedes,
    at,
  }: { dryRun: boolean; adverse: boolean; supersedes: string | null; at: Date },
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
      testimony: judged.testimony && JSON.stringify(judged.testimony),
      rules: JSON.stringify(judged.rules),
      prompt: judged.prompt && JSON.stringify(judged.prompt),
      model: judged.model,
      model_failure: judged.modelFailure && JSON.stringify(judged.modelFailure),
      tokens_in: judged.tokensIn,
      tokens_out: judged.tokensOut,
      trace_id: judged.judgementId ? traceIdOf(judged.judgementId) : null,
      decided_by: human?.decidedBy ?? null,
      decided_user: human?.decidedUser ?? null,
      reason: human?.reason ?? null,
      supersedes,
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
