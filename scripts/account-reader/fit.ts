/** One row of features with what it is. */
export interface Row {
  x: Float64Array;
  isAccount: boolean;
}

/** Against weights that fit a few texts only. */
const PENALTY = 0.5;
const STEPS = 120;
const RATE = 0.05;

/**
 * Logistic regression with an L2 penalty, both classes weighing the same, by Adam over all rows: no chance is in it.
 * @see Kingma, Ba (2015), Adam: a method for stochastic optimization
 */
export function fitLogistic(rows: readonly Row[]): number[] {
  const size = rows[0]?.x.length ?? 0;
  const accounts = rows.filter(({ isAccount }) => isAccount).length;
  const weightOf = {
    true: rows.length / (2 * accounts),
    false: rows.length / (2 * (rows.length - accounts)),
  };
  const weights = new Float64Array(size);
  const mean = new Float64Array(size);
  const square = new Float64Array(size);
  for (let step = 1; step <= STEPS; step++) {
    const gradient = gradientOf(rows, weights, weightOf);
    for (let i = 0; i < size; i++) {
      const slope =
        (gradient[i] as number) + (i === size - 1 ? 0 : (PENALTY * (weights[i] as number)) / rows.length);
      mean[i] = 0.9 * (mean[i] as number) + 0.1 * slope;
      square[i] = 0.99 * (square[i] as number) + 0.01 * slope * slope;
      const speed = Math.sqrt((square[i] as number) / (1 - 0.99 ** step)) + 1e-8;
      weights[i] = (weights[i] as number) - (RATE * (mean[i] as number)) / (1 - 0.9 ** step) / speed;
    }
  }
  return [...weights];
}

function gradientOf(
  rows: readonly Row[],
  weights: Float64Array,
  weightOf: Record<'true' | 'false', number>,
): Float64Array {
  const gradient = new Float64Array(weights.length);
  for (const { x, isAccount } of rows) {
    const probability = 1 / (1 + Math.exp(-product(x, weights)));
    const error = (weightOf[`${isAccount}`] * (probability - Number(isAccount))) / rows.length;
    for (let i = 0; i < x.length; i++) gradient[i] = (gradient[i] as number) + error * (x[i] as number);
  }
  return gradient;
}

function product(x: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (x[i] as number) * (weights[i] as number);
  return sum;
}
