import type { Criterion, Kind } from './kind.ts';
import { totalOf } from './rubric.ts';
import type { CriterionResult } from './schema.ts';
import { probabilityOf, type Thresholds } from './thresholds.ts';

/** What the criteria of a deciding kind come to. */
export interface Decision {
  /** `yes` or `no` of the kind; null when a person has to decide. */
  outcome: string | null;
  /**
   * How sure the engine is, 0.5 to 1: of a decision, or of what it leans to. 1 where a hard criterion failed, null
   * where something it needs is not known, or a model's reading alone decided.
   */
  confidence: number | null;
  /** Why a person has to decide; empty when the engine did. */
  reviewReasons: string[];
}

/** Below this score a hard criterion has failed. */
const FAILED_BELOW = 50;
/** From this score a criterion that proves has succeeded. */
const PROVED_FROM = 95;

/**
 * Turns judged criteria into a decision: one failed hard criterion says no, whatever else is good; one that proves says
 * yes, where rules over facts found it; anything that is not known leaves it to a person, and so does a rule that asks for one (`asksForPerson` holds the reasons); else the
 * score's probability is held against the thresholds, with and without what a model read, or, in kinds that decide by hard criteria alone, it is a yes.
 */
export function decide(
  criteria: readonly Criterion[],
  results: readonly CriterionResult[],
  score: number | null,
  decides: NonNullable<Kind['decides']>,
  thresholds: Thresholds,
  asksForPerson: readonly string[],
): Decision {
  const isHard = (id: string) => criteria.find((criterion) => criterion.id === id)?.hard === true;
  const failed = results.filter(({ id, score }) => isHard(id) && score !== null && score < FAILED_BELOW);
  if (failed.length > 0) return { outcome: decides.no, confidence: certainty(failed), reviewReasons: [] };
  const proves = (id: string) => criteria.find((criterion) => criterion.id === id)?.proves === true;
  if (
    results.some(
      ({ id, score, decidedBy }) => proves(id) && decidedBy === 'rules' && (score ?? 0) >= PROVED_FROM,
    )
  )
    return { outcome: decides.yes, confidence: 1, reviewReasons: [] };
  if (decides.by === 'hard criteria') {
    const needed = results.filter(({ id }) => isHard(id));
    const reviewReasons = [
      ...asksForPerson,
      ...reasonsOf(needed.filter(({ verdict }) => verdict !== 'scored')),
    ];
    if (reviewReasons.length > 0) return { outcome: null, confidence: null, reviewReasons };
    const confidence = needed.every(({ decidedBy }) => decidedBy === 'rules') ? 1 : null;
    return { outcome: decides.yes, confidence, reviewReasons: [] };
  }
  const open = results.filter(({ verdict }) => verdict !== 'scored');
  if (open.length > 0 || score === null) {
    return {
      outcome: null,
      confidence: null,
      reviewReasons: [...asksForPerson, ...reasonsOf(open)],
    };
  }
  const probability = probabilityOf(score, thresholds);
  if (asksForPerson.length > 0) {
    const confidence = Math.max(probability, 1 - probability);
    return { outcome: null, confidence, reviewReasons: [...asksForPerson] };
  }
  if (probability >= thresholds.yesAt && !isCarriedByReading(results, thresholds)) {
    return { outcome: decides.yes, confidence: probability, reviewReasons: [] };
  }
  if (1 - probability >= thresholds.noAt) {
    return { outcome: decides.no, confidence: 1 - probability, reviewReasons: [] };
  }
  return {
    outcome: null,
    confidence: Math.max(probability, 1 - probability),
    reviewReasons: [
      probability >= thresholds.yesAt
        ? 'What was read speaks for it, but the facts alone do not speak clearly enough.'
        : 'Neither side is clear enough for the thresholds in force.',
    ],
  };
}

/**
 * Whether a yes would rest on a model's reading. Whoever writes a text may talk a model into anything, so reading may
 * hold a yes back that the other criteria speak for, and never makes one of its own.
 */
function isCarriedByReading(results: readonly CriterionResult[], thresholds: Thresholds): boolean {
  const known = results.filter(({ decidedBy }) => decidedBy !== 'model');
  if (known.length === results.length) return false;
  const { score } = totalOf(known);
  return score === null || probabilityOf(score, thresholds) < thresholds.yesAt;
}

/** Rules over facts are certain; how sure a model's reading of one criterion is, nobody has measured. */
function certainty(failed: readonly CriterionResult[]): number | null {
  return failed.some(({ decidedBy }) => decidedBy === 'rules') ? 1 : null;
}

function reasonsOf(results: readonly CriterionResult[]): string[] {
  return results.map(({ title, reason }) => `${title}: ${reason}`);
}
