import type { Edit, Found, Span } from './check.ts';

/** How many of something there may be. */
export interface CountBounds {
  min?: number | undefined;
  max?: number | undefined;
}

const SHOWN = 50;

export function boundsWords({ min, max }: CountBounds, what: string): string {
  if (min !== undefined && max !== undefined)
    return min === max ? `exactly ${min} ${what}` : `${min} to ${max} ${what}`;
  if (max !== undefined) return `at most ${max} ${what}`;
  return `at least ${min ?? 1} ${what}`;
}

/** Whether what was found is as many as it has to be; too many are shown from the first one over. */
export function countFound(
  bounds: CountBounds,
  what: string,
  found: readonly Span[],
  edits: Edit[] = [],
): Found {
  const min = bounds.min ?? (bounds.max === undefined ? 1 : 0);
  const max = bounds.max ?? Number.POSITIVE_INFINITY;
  const isTooMany = found.length > max;
  return {
    holds: found.length >= min && !isTooMany,
    degree: isTooMany ? max / found.length : min === 0 ? 1 : Math.min(1, found.length / min),
    says: `It has ${found.length} ${what}.`,
    found,
    spans: isTooMany ? found.slice(max, max + SHOWN) : [],
    edits: isTooMany ? edits : [],
  };
}
