/** The 97.5 % quantile of the standard normal distribution. */
export const NORMAL_95 = 1.959964;

/**
 * 95 % interval of a share, which stays within 0 to 1 and holds for small samples too. Null without any.
 * @see Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22(158)
 */
export function wilson(successes: number, total: number): [number, number] | null {
  if (total === 0) return null;
  const share = successes / total;
  const z2 = NORMAL_95 ** 2;
  const centre = share + z2 / (2 * total);
  const half = NORMAL_95 * Math.sqrt((share * (1 - share)) / total + z2 / (4 * total ** 2));
  const clip = (value: number) => Math.min(1, Math.max(0, value / (1 + z2 / total)));
  return [clip(centre - half), clip(centre + half)];
}

/** Normal 95 % interval of a mean of values between 0 and 1. Null with fewer than two. */
export function ofMean(values: readonly number[]): [number, number] | null {
  const count = values.length;
  if (count < 2) return null;
  const mean = values.reduce((total, value) => total + value, 0) / count;
  const variance = values.reduce((total, value) => total + (value - mean) ** 2, 0) / (count - 1);
  const half = NORMAL_95 * Math.sqrt(variance / count);
  return [Math.max(0, mean - half), Math.min(1, mean + half)];
}
