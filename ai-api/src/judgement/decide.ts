import { type Granted, grant } from './adverse.ts';
import type { Criterion, Decides } from './kind.ts';
import { totalOf } from './rubric.ts';
import type { CriterionResult, ToMend } from './schema.ts';
import { DEFAULT_THRESHOLDS, isYes, probabilityOf, type Thresholds } from './thresholds.ts';
import { restsOnReading } from './witness.ts';

/** What the criteria of a deciding kind come to. */
export interface Decision {
  /** `yes` or `no` of the kind, never an adverse one; null when a person has to decide. */
  outcome: Granted | null;
  /** The adverse outcome that a person is asked to confirm or to refuse. */
  proposed: string | null;
  /** What the author has to mend, as rules found it; nothing is decided or proposed until then. */
  incomplete: ToMend[];
  /** Hard criteria that failed. */
  failed: readonly CriterionResult[];
  /**
   * How sure the engine is, 0.5 to 1: of a decision, or of what it proposes or leans to. 1 where a hard criterion
   * failed, null where something it needs is not known, or a model's reading alone decided.
   */
  confidence: number | null;
  /** Why a person has to decide; empty when the engine did, or when the author has to mend it first. */
  reviewReasons: string[];
}

/** Below this score a hard criterion has failed. */
const FAILED_BELOW = 50;
/** From this score a criterion that proves has succeeded. */
const PROVED_FROM = 95;

const NOTHING = {
  outcome: null,
  proposed: null,
  incomplete: [],
  failed: [],
  confidence: null,
  reviewReasons: [],
} satisfies Decision;

/**
 * Turns judged criteria into a decision: what contradicts the records is handed back to be mended; one failed hard
 * criterion says no, whatever else is good; one that proves says yes, where rules over facts found it; anything that
 * is not known leaves it to a person, and so does a rule that asks for one (`asksForPerson` holds the reasons); else
 * the score's probability is held against the thresholds, with and without what a model read (for a no alone in kinds
 * whose yes takes a proof), or, in kinds that decide by hard criteria alone, it is a yes. A no or a yes that is adverse for a person is proposed and never decided.
 */
export function decide(
  criteria: readonly Criterion[],
  results: readonly CriterionResult[],
  score: number | null,
  decides: Decides,
  thresholds: Thresholds,
  asksForPerson: readonly string[],
): Decision {
  const has = (flag: 'hard' | 'proves' | 'mendable', id: string) =>
    criteria.find((criterion) => criterion.id === id)?.[flag] === true;
  const failed = results.filter(({ id, score }) => has('hard', id) && score !== null && score < FAILED_BELOW);
  const mendable = failed.filter(({ id, decidedBy }) => has('mendable', id) && decidedBy === 'rules');
  if (mendable.length > 0) {
    const incomplete = mendable.map(({ id, title, reason }) => ({ criterionId: id, title, reason }));
    return { ...NOTHING, failed, incomplete, confidence: 1 };
  }
  if (failed.length > 0)
    return { ...settle(decides, decides.no, certainty(failed), reasonsOf(failed)), failed };
  const isProved = results.some(
    ({ id, score, decidedBy }) => has('proves', id) && decidedBy === 'rules' && (score ?? 0) >= PROVED_FROM,
  );
  if (isProved) return settle(decides, decides.yes, 1, ['A fact proves it.']);
  if (decides.by === 'hard criteria') {
    const needed = results.filter(({ id }) => has('hard', id));
    const open = needed.filter(({ verdict }) => verdict !== 'scored');
    const reviewReasons = [...asksForPerson, ...reasonsOf(open)];
    if (reviewReasons.length > 0) return { ...NOTHING, reviewReasons };
    const confidence = needed.every(({ decidedBy }) => decidedBy === 'rules') ? 1 : null;
    return settle(decides, decides.yes, confidence, ['Everything required is met.']);
  }
  const open = results.filter(({ verdict }) => verdict !== 'scored');
  if (open.length > 0 || score === null)
    return { ...NOTHING, reviewReasons: [...asksForPerson, ...reasonsOf(open)] };
  return decideByScore(results, score, decides, thresholds, asksForPerson);
}

function decideByScore(
  results: readonly CriterionResult[],
  score: number,
  decides: Decides,
  thresholds: Thresholds,
  asksForPerson: readonly string[],
): Decision {
  const probability = probabilityOf(score, thresholds);
  const leaning = Math.max(probability, 1 - probability);
  if (asksForPerson.length > 0) return { ...NOTHING, confidence: leaning, reviewReasons: [...asksForPerson] };
  const isEnough = decides.yesByProof !== true && isYes(score, thresholds);
  if (isEnough && !isCarriedByReading(results, thresholds))
    return settle(decides, decides.yes, probability, ['The criteria together speak for it.']);
  if (1 - probability >= thresholds.noAt)
    return settle(decides, decides.no, 1 - probability, ['The criteria together speak against it.']);
  const unclear = isEnough
    ? 'What was read speaks for it, but the facts alone do not speak clearly enough.'
    : 'Neither side is clear enough for the thresholds in force.';
  return { ...NOTHING, confidence: leaning, reviewReasons: [unclear] };
}

/** With it every case that nothing but its score keeps from a yes is one. */
const ANY_SCORE: Thresholds = { ...DEFAULT_THRESHOLDS, yesFrom: 0 };
/** With it no score is enough for a yes. */
const NO_SCORE: Thresholds = { ...DEFAULT_THRESHOLDS, yesFrom: 101 };

/**
 * The score (0 to 100) up to which thresholds may rise with the case still being a yes that the engine decides alone:
 * of all criteria, or of those that rest on no reading, whichever is lower. Null where a threshold does not decide it: a
 * hard criterion failed, something is not known, a rule asks for a person, or the yes is adverse.
 */
export function grantedUpTo(
  criteria: readonly Criterion[],
  results: readonly CriterionResult[],
  decides: Decides,
  asksForPerson: readonly string[],
): number | null {
  const { score } = totalOf(results);
  if (decides.by !== 'score' || score === null) return null;
  const at = (thresholds: Thresholds) =>
    decide(criteria, results, score, decides, thresholds, asksForPerson).outcome;
  if (at(ANY_SCORE) !== decides.yes) return null;
  if (at(NO_SCORE) === decides.yes) return 100;
  const known = results.filter((result) => !restsOnReading(result));
  // With anything read, what is known has to be a yes by itself.
  return Math.min(score, totalOf(known).score ?? score);
}

/** Decides an outcome, or proposes it to a person where it is adverse. */
function settle(decides: Decides, to: string, confidence: number | null, reasons: string[]): Decision {
  const outcome = grant(decides, to);
  if (outcome !== null) return { ...NOTHING, outcome, confidence };
  return { ...NOTHING, proposed: to, confidence, reviewReasons: reasons };
}

/**
 * Whether a yes would rest on a model's reading. Whoever writes a text may talk a model into anything, so reading may
 * hold a yes back that the other criteria speak for, and never makes one of its own. Claims that a model found count as
 * reading, also where a record bears them out.
 */
function isCarriedByReading(results: readonly CriterionResult[], thresholds: Thresholds): boolean {
  const known = results.filter((result) => !restsOnReading(result));
  if (known.length === results.length) return false;
  const { score } = totalOf(known);
  return score === null || !isYes(score, thresholds);
}

/** Rules over facts are certain; how sure a model's reading of one criterion is, nobody has measured. */
function certainty(failed: readonly CriterionResult[]): number | null {
  return failed.some(({ decidedBy }) => decidedBy === 'rules') ? 1 : null;
}

function reasonsOf(results: readonly CriterionResult[]): string[] {
  return results.map(({ title, reason }) => `${title}: ${reason}`);
}
