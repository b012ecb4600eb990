import type { Thresholds } from './thresholds.ts';

/** A judgement of a deciding kind, and whether people said yes. */
export interface DecidedCase {
  score: number;
  yes: boolean;
}

type Curve = Pick<Thresholds, 'slope' | 'intercept'>;

const ITERATIONS = 100;
const RIDGE = 1e-10;

/**
 * Fits the probability of "yes" to scores (0 to 100) as a logistic curve, with Platt's targets against overfitting, by
 * Newton's method with a backtracking line search. Null when it would not rise with the score: then the score says
 * nothing that people agree with.
 * @see Platt (1999), Probabilistic outputs for support vector machines; Lin, Lin & Weng (2007), A note on Platt's
 * probabilistic outputs, Machine Learning 68, https://doi.org/10.1007/s10994-007-5018-6
 */
export function fitCurve(cases: readonly DecidedCase[]): Curve | null {
  const yes = cases.filter((one) => one.yes).length;
  const no = cases.length - yes;
  if (yes === 0 || no === 0) return null;
  const targets = cases.map((one) => (one.yes ? (yes + 1) / (yes + 2) : 1 / (no + 2)));
  // Scores around zero keep the two parameters apart.
  const inputs = cases.map(({ score }) => (score - 50) / 50);
  let a = 0;
  let b = Math.log((yes + 1) / (no + 1));
  let loss = crossEntropy(inputs, targets, a, b);
  for (let round = 0; round < ITERATIONS; round++) {
    const { gradient, hessian } = derivatives(inputs, targets, a, b);
    if (Math.abs(gradient[0]) < 1e-9 && Math.abs(gradient[1]) < 1e-9) break;
    const determinant = hessian[0] * hessian[2] - hessian[1] * hessian[1];
    const stepA = -(hessian[2] * gradient[0] - hessian[1] * gradient[1]) / determinant;
    const stepB = -(hessian[0] * gradient[1] - hessian[1] * gradient[0]) / determinant;
    let size = 1;
    let next = crossEntropy(inputs, targets, a + stepA, b + stepB);
    while (next > loss && size > 1e-10) {
      size /= 2;
      next = crossEntropy(inputs, targets, a + size * stepA, b + size * stepB);
    }
    if (size <= 1e-10) break;
    a += size * stepA;
    b += size * stepB;
    loss = next;
  }
  return a > 0 ? { slope: a / 50, intercept: b - a } : null;
}

function crossEntropy(inputs: readonly number[], targets: readonly number[], a: number, b: number): number {
  return inputs.reduce((sum, input, index) => {
    const z = a * input + b;
    const target = targets[index] as number;
    // log(1 + e^z) - t z, without overflow on either side.
    return sum + Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - target * z;
  }, 0);
}

function derivatives(inputs: readonly number[], targets: readonly number[], a: number, b: number) {
  const gradient: [number, number] = [0, 0];
  const hessian: [number, number, number] = [RIDGE, 0, RIDGE];
  for (const [index, input] of inputs.entries()) {
    const p = 1 / (1 + Math.exp(-(a * input + b)));
    const difference = p - (targets[index] as number);
    const weight = p * (1 - p);
    gradient[0] += difference * input;
    gradient[1] += difference;
    hessian[0] += weight * input * input;
    hessian[1] += weight * input;
    hessian[2] += weight;
  }
  return { gradient, hessian };
}

/** What a threshold on the probability of either side would have come to. */
export interface CurvePoint {
  threshold: number;
  /** Share that is decided alone. */
  coverage: number;
  /** Of those, how many people decided otherwise. */
  wrong: number;
  decided: number;
}

/**
 * For thresholds from 0.5 to 0.99: how much would be decided alone, and how often otherwise than people did.
 * @param side `no` for kinds in which a score decides no yes
 */
export function coverageErrorCurve(
  cases: readonly DecidedCase[],
  probability: (score: number) => number,
  side: 'both' | 'no' = 'both',
): CurvePoint[] {
  const isOfSide = (score: number) => side === 'both' || probability(score) < 0.5;
  return Array.from({ length: 50 }, (_, index) => {
    const threshold = Math.round(50 + index) / 100;
    const decided = cases.filter(({ score }) => isOfSide(score) && sureness(probability(score)) >= threshold);
    const wrong = decided.filter(({ score, yes }) => probability(score) >= 0.5 !== yes).length;
    const coverage = cases.length === 0 ? 0 : decided.length / cases.length;
    return { threshold, coverage, wrong, decided: decided.length };
  });
}

function sureness(probability: number): number {
  return Math.max(probability, 1 - probability);
}
