import { atLeast, atMost } from './binomial.ts';

/**
 * What a company asks of grants that no person sees: with `confidence` (such as 0.95) sure, at least the share
 * `agreement` (such as 0.9) of them are grants that its people would make too.
 */
export interface Level {
  confidence: number;
  agreement: number;
}

/** A case that people decided, and from which score on the engine would have granted it alone. */
export interface LabelledCase {
  /** 0 to 100: it is granted alone at every threshold up to this score. */
  score: number;
  /** Whether people granted it, as it was asked for. */
  agreed: boolean;
}

/** What a threshold on the score comes to. */
export interface LevelPoint {
  /** Granted alone from this score on. */
  score: number;
  /** Labelled cases that would be granted alone, and those of them that people granted. */
  cases: number;
  agreed: number;
  /** Null where it was not tested: too few cases, or after the first threshold that failed. */
  isKept: boolean | null;
}

export interface FittedLevel {
  /** The lowest score from which the level is kept; null when no threshold keeps it. */
  score: number | null;
  /** The strictest threshold that has enough cases to be tested; null when none has. */
  startsAt: number | null;
  /** From the strictest threshold to the lowest. */
  points: LevelPoint[];
}

/** Thresholds that are tried, strictest first. Fixed: they never depend on what people decided. */
const CANDIDATES: readonly number[] = Array.from({ length: 51 }, (_, index) => 100 - index);
/** The first threshold is tested with so many cases that this number of disagreements would pass. */
const ROOM = 2;

/**
 * Fits a threshold to labelled cases by fixed-sequence testing: from the strictest candidate downward, each is an exact
 * one-sided binomial test (Clopper–Pearson) of "agreement is below the level" at 1 − confidence. It stops at the first
 * that fails; the lowest one before is the threshold.
 *
 * What holds: where the cases at hand and those to come are exchangeable, a threshold whose agreement is below the level
 * is chosen with a probability of at most 1 − confidence, whatever the number of candidates, since the first candidate
 * whose agreement is below the level has to pass its own test before any later one counts. The first candidate that is
 * tested is chosen by counts of cases, never by their labels; that keeps the bound where agreement does not fall as the
 * score rises, and is checked by simulation where it does. It is a statement about how often one fit errs, not about each
 * single decision; fitting again until one passes errs more often. It does not hold once rules, prompt or model change, or when what is asked for drifts.
 * @see Jung, Brahman & Choi (2024), Trust or Escalate, https://arxiv.org/abs/2407.18370; Bauer (1991), Multiple testing
 * in clinical trials, Statistics in Medicine 10
 */
export function fitLevel(cases: readonly LabelledCase[], level: Level): FittedLevel {
  const needed = casesNeeded(level, ROOM);
  let score: number | null = null;
  let startsAt: number | null = null;
  let isOver = false;
  const points = CANDIDATES.map((candidate): LevelPoint => {
    const granted = cases.filter((one) => one.score >= candidate);
    const agreed = granted.filter((one) => one.agreed).length;
    const point = { score: candidate, cases: granted.length, agreed };
    if (isOver || granted.length < needed) return { ...point, isKept: null };
    startsAt ??= candidate;
    const isKept = keepsLevel(level, agreed, granted.length);
    if (isKept) score = candidate;
    else isOver = true;
    return { ...point, isKept };
  });
  return { score, startsAt, points };
}

/** Whether so many agreements show, at the confidence of the level, that agreement is at least the level. */
export function keepsLevel({ confidence, agreement }: Level, agreed: number, cases: number): boolean {
  return atLeast(agreed, cases, agreement) <= 1 - confidence;
}

/** Whether so few agreements show, at the confidence of the level, that agreement is below the level. */
export function breaksLevel({ confidence, agreement }: Level, agreed: number, cases: number): boolean {
  return cases > 0 && atMost(agreed, cases, agreement) <= 1 - confidence;
}

/** The cases that a test needs in order to pass with so many disagreements. */
export function casesNeeded(level: Level, disagreements: number = ROOM): number {
  let [low, high] = [disagreements, disagreements + 1];
  const passes = (cases: number) => keepsLevel(level, cases - disagreements, cases);
  while (!passes(high)) [low, high] = [high, high * 2];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (passes(middle)) high = middle;
    else low = middle;
  }
  return high;
}
