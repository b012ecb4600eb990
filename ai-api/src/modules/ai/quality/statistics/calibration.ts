/** What was foretold, 0 to 1, and whether it came true. */
export interface Forecast {
  confidence: number;
  correct: boolean;
}

/** One line of a reliability table; means are null where the bin is empty. */
export interface Bin {
  /** Left out of the bin, but for the first. */
  from: number;
  /** Part of the bin. */
  to: number;
  count: number;
  correct: number;
  meanConfidence: number | null;
  accuracy: number | null;
}

/**
 * Mean squared distance of forecasts from what happened: 0 is perfect, 0.25 is what "one half" always earns.
 * Null without forecasts.
 * @see Brier (1950), Verification of forecasts expressed in terms of probability, Monthly Weather Review 78(1)
 */
export function brier(forecasts: readonly Forecast[]): number | null {
  return mean(squaredErrors(forecasts));
}

/** What the Brier score is the mean of. */
export function squaredErrors(forecasts: readonly Forecast[]): number[] {
  return forecasts.map(({ confidence, correct }) => (confidence - Number(correct)) ** 2);
}

/** Forecasts in `count` bins of equal width, `(from, to]`; the first holds 0 too. */
export function reliability(forecasts: readonly Forecast[], count = 10): Bin[] {
  const binOf = (confidence: number) => Math.min(count - 1, Math.max(0, Math.ceil(confidence * count) - 1));
  const byBin = Map.groupBy(forecasts, ({ confidence }) => binOf(confidence));
  return Array.from({ length: count }, (_, index) => {
    const inside = byBin.get(index) ?? [];
    const correct = inside.filter((forecast) => forecast.correct).length;
    return {
      from: index / count,
      to: (index + 1) / count,
      count: inside.length,
      correct,
      meanConfidence: mean(inside.map(({ confidence }) => confidence)),
      accuracy: inside.length === 0 ? null : correct / inside.length,
    };
  });
}

/**
 * Expected calibration error: the gap between confidence and accuracy of each bin, weighted by its forecasts.
 * Null without forecasts.
 * @see Naeini, Cooper & Hauskrecht (2015), Obtaining well calibrated probabilities using Bayesian binning, AAAI;
 * Guo et al. (2017), On calibration of modern neural networks, ICML, https://arxiv.org/abs/1706.04599
 */
export function expectedCalibrationError(forecasts: readonly Forecast[], bins = 10): number | null {
  if (forecasts.length === 0) return null;
  return reliability(forecasts, bins).reduce((total, { count, meanConfidence, accuracy }) => {
    if (meanConfidence === null || accuracy === null) return total;
    return total + (count / forecasts.length) * Math.abs(accuracy - meanConfidence);
  }, 0);
}

function mean(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return values.reduce((total, value) => total + value, 0) / values.length;
}
