import type { z } from 'zod';
import { invalidField } from './problem.ts';

/** Packs the position of a list's last row; opaque to clients. */
export function encodeCursor(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/**
 * The position a cursor stands for, null for the first page.
 * @throws {import('./problem.ts').Problem} INVALID_INPUT when it is not one of ours
 */
export function decodeCursor<T extends z.ZodType>(
  cursor: string | undefined,
  position: T,
): z.output<T> | null {
  if (cursor === undefined) return null;
  try {
    return position.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    throw invalidField('cursor', 'is not a cursor of this list');
  }
}

/**
 * Cuts a list that was read with `limit + 1` rows into a page.
 * @param positionOf what the cursor of a row remembers
 */
export function pageOf<Row, Item>(
  rows: Row[],
  limit: number,
  toItem: (row: Row) => Item,
  positionOf: (row: Row) => unknown,
): { items: Item[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(toItem),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(positionOf(last)) : null,
  };
}
