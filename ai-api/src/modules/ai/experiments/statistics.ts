/** A difference with the interval that it lies in with 95 % confidence. */
export interface Difference {
  estimate: number;
  low: number;
  high: number;
}

/** 97.5 % quantile of the normal distribution: 95 % lie between it and its negative. */
const Z = 1.959964;

/**
 * 97.5 % quantile of Student's t distribution, by the expansion of Abramowitz and Stegun 26.7.5; right to 0.01 from
 * 4 degrees of freedom on.
 */
export function tQuantile(freedom: number): number {
  const z3 = Z ** 3;
  const z5 = Z ** 5;
  const z7 = Z ** 7;
  const g1 = (z3 + Z) / 4;
  const g2 = (5 * z5 + 16 * z3 + 3 * Z) / 96;
  const g3 = (3 * z7 + 19 * z5 + 17 * z3 - 15 * Z) / 384;
  return Z + g1 / freedom + g2 / freedom ** 2 + g3 / freedom ** 3;
}

/**
 * Difference of two shares, treatment minus control. `hits` may be a sum of shares. Two subjects are added to each
 * side, half of them hits, so that few subjects or none of one kind do not look certain.
 * @see Agresti and Caffo, Simple and effective confidence intervals for proportions, 2000
 */
export function shareDifference(
  control: { hits: number; size: number },
  treatment: { hits: number; size: number },
): Difference {
  const adjusted = ({ hits, size }: { hits: number; size: number }) => ({
    p: (hits + 1) / (size + 2),
    n: size + 2,
  });
  const a = adjusted(control);
  const b = adjusted(treatment);
  const half = Z * Math.sqrt((a.p * (1 - a.p)) / a.n + (b.p * (1 - b.p)) / b.n);
  const middle = b.p - a.p;
  const estimate = ratio(treatment.hits, treatment.size) - ratio(control.hits, control.size);
  return { estimate, low: Math.max(-1, middle - half), high: Math.min(1, middle + half) };
}

/**
 * Difference of two means, treatment minus control, where variances differ (Welch 1947). Null with fewer than two
 * values on a side.
 */
export function meanDifference(control: readonly number[], treatment: readonly number[]): Difference | null {
  if (control.length < 2 || treatment.length < 2) return null;
  const a = spread(control);
  const b = spread(treatment);
  const error = a.error + b.error;
  const estimate = b.mean - a.mean;
  if (error === 0) return { estimate, low: estimate, high: estimate };
  const freedom = error ** 2 / (a.error ** 2 / (control.length - 1) + b.error ** 2 / (treatment.length - 1));
  const half = tQuantile(freedom) * Math.sqrt(error);
  return { estimate, low: estimate - half, high: estimate + half };
}

/**
 * Difference of two shares on the same cases: how much more often the candidate is right. `wins` are cases that only
 * the candidate gets right, `losses` those that only the present one does.
 * @see Bonett and Price, Adjusted Wald confidence interval for a difference of binomial proportions based on paired
 * data, 2012
 */
export function pairedDifference(wins: number, losses: number, cases: number): Difference {
  const gain = (wins + 1) / (cases + 2);
  const loss = (losses + 1) / (cases + 2);
  const half = Z * Math.sqrt((gain + loss - (gain - loss) ** 2) / (cases + 2));
  const middle = gain - loss;
  return {
    estimate: ratio(wins - losses, cases),
    low: Math.max(-1, middle - half),
    high: Math.min(1, middle + half),
  };
}

function spread(values: readonly number[]): { mean: number; error: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, error: variance / values.length };
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
