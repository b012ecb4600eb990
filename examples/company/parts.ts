import { createRandom } from './random.ts';
import type { Kind, Part } from './types.ts';

/** How many builders of each kind there are in every 75. */
export const KIND_COUNTS: Readonly<Record<Kind, number>> = {
  strong: 14,
  solid: 19,
  weak: 9,
  improving: 8,
  declining: 7,
  new: 5,
  on_leave: 4,
  missing: 5,
  contradictory: 4,
};

const DECK: Part[] = (Object.keys(KIND_COUNTS) as Kind[]).flatMap((kind) =>
  Array.from({ length: KIND_COUNTS[kind] }, (_, variant) => ({ kind, variant })),
);

/** The size of the block in which every kind occurs in its share. */
const BLOCK = DECK.length;

/** Deals out a kind to each of `count` builders, block by block, so that a larger company keeps the shares. */
export function dealParts(seed: number, count: number): Part[] {
  const blocks = Array.from({ length: Math.ceil(count / BLOCK) }, (_, block) =>
    createRandom(seed, 'parts', block).shuffle(DECK),
  );
  return blocks.flat().slice(0, count);
}
