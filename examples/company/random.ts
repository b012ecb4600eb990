/** A repeatable source of choices: the same seed and path always give the same sequence. */
export type Random = {
  /** A number in [0, 1). */
  unit(): number;
  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number;
  /** A number from `min` to `max`, rounded to `decimals` places. */
  between(min: number, max: number, decimals?: number): number;
  /** True with probability `p` (0 to 1). */
  chance(p: number): boolean;
  /** One item of a list that is not empty. */
  pick<T>(list: readonly T[]): T;
  /** A shuffled copy (Fisher-Yates). */
  shuffle<T>(list: readonly T[]): T[];
};

/**
 * Makes a generator for one place in the data, e.g. `createRandom(7, 'builder', 12)`. Each path has its own
 * sequence, so adding a field to one table leaves the others as they were.
 * FNV-1a hashes the path; a SplitMix-style 32-bit mixer makes the sequence.
 */
export function createRandom(seed: number, ...path: (string | number)[]): Random {
  let state = hash([seed, ...path].join('/'));

  function unit(): number {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    mixed ^= mixed >>> 15;
    return (mixed >>> 0) / 2 ** 32;
  }

  function int(min: number, max: number): number {
    return min + Math.floor(unit() * (max - min + 1));
  }

  function pick<T>(list: readonly T[]): T {
    const item = list[int(0, list.length - 1)];
    if (item === undefined) throw new RangeError('cannot pick from an empty list');
    return item;
  }

  function shuffle<T>(list: readonly T[]): T[] {
    const left = [...list];
    const shuffled: T[] = [];
    while (left.length > 0) shuffled.push(...left.splice(int(0, left.length - 1), 1));
    return shuffled;
  }

  return {
    unit,
    int,
    between: (min, max, decimals = 0) => round(min + unit() * (max - min), decimals),
    chance: (p) => unit() < p,
    pick,
    shuffle,
  };
}

/** Rounds to a number of decimal places. */
export function round(value: number, decimals = 0): number {
  return Number(value.toFixed(decimals));
}

/** Keeps a value within its bounds. */
export function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value;
}
