/** Mean of the known values, one decimal more than they need; null when none is known. */
export function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return null;
  return Math.round((1000 * known.reduce((sum, value) => sum + value, 0)) / known.length) / 1000;
}

/** Share of goals met, 0 to 1; null without goals or figures. */
export function shareMet(met: number | null, set: number | null): number | null {
  return met === null || set === null || set === 0 ? null : Math.min(1, met / set);
}
