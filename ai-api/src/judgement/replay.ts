import { type JudgeContext, type Judged, judge, leavesOpen, type Rulebook } from './judge.ts';
import type { Kind } from './kind.ts';
import type { PastJudgement } from './past.ts';
import type { CriterionResult, ModelFailure } from './schema.ts';

/** What two judgements of the same facts are compared by. */
export interface Decided extends Pick<Judged, 'grade' | 'outcome' | 'score' | 'needsReview'> {
  /** The adverse outcome that a person is asked about. */
  proposed: string | null;
  /** It is handed back to its author. */
  incomplete: boolean;
}

/** One past judgement, judged again. */
export interface ReplayedCase {
  past: PastJudgement;
  before: Decided;
  /** Null when the model gave no usable answer. */
  after: Decided | null;
  /** Another grade, another decision, or another need for a person. */
  changed: boolean;
  failure: ModelFailure | null;
  /** What was judged anew, with its reasons. */
  criteria: readonly CriterionResult[];
}

export interface ReplayResult {
  cases: ReplayedCase[];
  changed: number;
  failed: number;
  /** False when it was stopped, or when the provider failed so often that going on was no use. */
  isComplete: boolean;
  tokensIn: number;
  tokensOut: number;
}

export interface ReplayPlan {
  /** What is tried: other rules, another prompt, another model. Without a model, what a model answered is kept. */
  after: Rulebook;
  /**
   * What it is compared with. Null takes the outcome that was stored. With a rulebook, judgements that no model took part
   * in are judged by it too, so that a model is not mistaken for a change of its prompt.
   */
  before: Rulebook | null;
  /** Cases at once. */
  concurrency: number;
  /** Whose calls to the model they are. Their signal stops it; what is done by then is answered. */
  context?: JudgeContext;
  onCase?: (done: number) => void | Promise<void>;
}

/** Whether a model can read for a past judgement again: rules leave it something, and what claims are held against is kept. */
export function canBeReadAgain(rulebook: Rulebook, past: PastJudgement): boolean {
  return leavesOpen(rulebook, past.facts) && (!rulebook.kind.witness || past.testimony !== null);
}

/** Failures of the provider, not of the prompt, after which no further case is tried. */
const HOPELESS = 5;

/**
 * Judges past judgements again and compares the outcomes. Stores nothing; its only effect are calls to the model.
 * Never rejects but by an error of our own.
 */
export async function replay(
  past: readonly PastJudgement[],
  { after, before, concurrency, context, onCase }: ReplayPlan,
): Promise<ReplayResult> {
  const signal = context?.signal;
  const done: (ReplayedCase & Usage)[] = [];
  const waiting = past.entries();
  let hopeless = 0;
  const stopped = () => signal?.aborted === true || hopeless >= HOPELESS;

  async function work(): Promise<void> {
    for (const [, one] of waiting) {
      if (stopped()) return;
      try {
        const replayed = await replayOne(one, after, before, context);
        if (replayed.failure && replayed.failure.kind !== 'out_of_schema') hopeless++;
        done.push(replayed);
        await onCase?.(done.length);
      } catch (error) {
        if (!signal?.aborted) throw error;
        return;
      }
    }
  }

  await Promise.all(Array.from({ length: Math.max(1, concurrency) }, work));
  const order = new Map(past.map(({ judgementId }, index) => [judgementId, index]));
  const place = ({ past: { judgementId } }: ReplayedCase) => order.get(judgementId) ?? 0;
  const sum = (of: (one: Usage) => number) => done.reduce((total, one) => total + of(one), 0);
  return {
    cases: done.toSorted((a, b) => place(a) - place(b)),
    changed: done.filter(({ changed }) => changed).length,
    failed: done.filter(({ failure }) => failure !== null).length,
    isComplete: done.length === past.length,
    tokensIn: sum(({ tokensIn }) => tokensIn),
    tokensOut: sum(({ tokensOut }) => tokensOut),
  };
}

interface Usage {
  tokensIn: number;
  tokensOut: number;
}

async function replayOne(
  past: PastJudgement,
  after: Rulebook,
  before: Rulebook | null,
  context: JudgeContext | undefined,
): Promise<ReplayedCase & Usage> {
  const call = context && { ...context, purpose: context.purpose ?? 'replay' };
  const again = (rulebook: Rulebook) =>
    judge(
      rulebook,
      past.subjectId,
      past.facts,
      call,
      rulebook.model ? [] : past.criteria,
      rulebook.model && past.testimony ? { records: past.testimony.records } : undefined,
    );
  const compareWith = before && !past.wasAsked ? await again(before) : null;
  const judged = await again(after);
  const then = compareWith ? decidedOf(compareWith) : asToday(past, after.kind, decidedOf(judged));
  const usage = {
    tokensIn: judged.tokensIn + (compareWith?.tokensIn ?? 0),
    tokensOut: judged.tokensOut + (compareWith?.tokensOut ?? 0),
  };
  const failure = judged.modelFailure ?? compareWith?.modelFailure ?? null;
  const changed = failure === null && isChanged(then, decidedOf(judged));
  return {
    past,
    before: then,
    after: failure ? null : decidedOf(judged),
    changed,
    failure,
    criteria: judged.criteria,
    ...usage,
  };
}

/** Whether two judgements of the same facts lead to something else for the person. */
function isChanged(before: Decided, after: Decided): boolean {
  return (
    before.grade !== after.grade ||
    before.outcome !== after.outcome ||
    before.proposed !== after.proposed ||
    before.incomplete !== after.incomplete ||
    before.needsReview !== after.needsReview
  );
}

function decidedOf({ grade, outcome, proposal, incomplete, score, needsReview }: Judged): Decided {
  const proposed = proposal?.outcome ?? null;
  return { grade, outcome, proposed, incomplete: incomplete.length > 0, score, needsReview };
}

/**
 * What was stored, as engines would judge it today without a stop: before adverse outcomes took a person, engines
 * decided them; while engines only propose, they propose what they would decide, and why else a person was needed is
 * not known any more, so that it counts as unchanged.
 */
function asToday(past: PastJudgement, { decides }: Kind, after: Decided): Decided {
  const { grade, outcome, proposed, incomplete, score, needsReview } = past;
  const isAdverse = (one: string | null) => one !== null && decides?.adverse.includes(one) === true;
  const same = { grade, incomplete, score };
  if (isAdverse(outcome)) return { ...same, outcome: null, proposed: outcome, needsReview: true };
  if (past.isGradeProposed || (proposed !== null && !isAdverse(proposed)))
    return { ...same, outcome: outcome ?? proposed, proposed: null, needsReview: after.needsReview };
  return { ...same, outcome, proposed, needsReview };
}
