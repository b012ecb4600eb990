/** Probability of at least `successes` of `trials`, each with probability `chance`. */
export function atLeast(successes: number, trials: number, chance: number): number {
  return atMost(trials - successes, trials, 1 - chance);
}

/** Probability of at most `successes` of `trials`, each with probability `chance` (exact, summed over its terms). */
export function atMost(successes: number, trials: number, chance: number): number {
  if (successes < 0) return 0;
  if (successes >= trials || chance <= 0) return 1;
  if (chance >= 1) return 0;
  const odds = Math.log(chance) - Math.log1p(-chance);
  // Logarithms, because a single term may be smaller than the smallest number.
  let term = trials * Math.log1p(-chance);
  let sum = Math.exp(term);
  for (let count = 1; count <= successes; count++) {
    term += Math.log(trials - count + 1) - Math.log(count) + odds;
    sum += Math.exp(term);
  }
  return Math.min(1, sum);
}

const STEPS = 50;

/**
 * The one-sided lower bound of a share at a confidence, e.g. 0.95 (Clopper & Pearson): no smaller share would lead to so
 * many successes with a probability above 1 − confidence.
 * @see Clopper & Pearson (1934), The use of confidence or fiducial limits, Biometrika 26(4)
 */
export function lowerBound(successes: number, trials: number, confidence: number): number {
  if (successes === 0) return 0;
  let [low, high] = [0, successes / trials];
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (atLeast(successes, trials, middle) <= 1 - confidence) low = middle;
    else high = middle;
  }
  return low;
}
