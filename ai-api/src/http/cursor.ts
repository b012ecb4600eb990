import type { z } from 'zod';
import { invalidField } from './problem.ts';

/** The part of a list that a request asks for. */
export interface Page {
  /** From the answer of the page before; missing for the first page. */
  cursor?: string | undefined;
  limit: number;
}

interface ListQuery<Position extends z.ZodType, Row> {
  /** What a cursor of this list remembers. */
  cursor: Position;
  /** Reads up to `limit` rows that follow a position; null means from the beginning. */
  query: (after: z.output<Position> | null, limit: number) => Promise<Row[]>;
  /** The position of a row. */
  key: (row: Row) => z.input<Position>;
}

/** Answers a row at a time, or all rows of the page when that takes further queries. */
type Shown<Row, Item> =
  | { view: (row: Row) => Item }
  | { describe: (rows: Row[]) => Item[] | Promise<Item[]> };

/**
 * One page of a list, and the cursor of the next one; null on the last page.
 * @throws {import('./problem.ts').Problem} INVALID_INPUT when the cursor is not one of this list
 */
export async function listPage<Position extends z.ZodType, Row, Item>(
  { cursor, limit }: Page,
  list: ListQuery<Position, Row> & Shown<Row, Item>,
): Promise<{ items: Item[]; nextCursor: string | null }> {
  const rows = await list.query(decodeCursor(cursor, list.cursor), limit + 1);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: 'view' in list ? shown.map((row) => list.view(row)) : await list.describe(shown),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(list.key(last)) : null,
  };
}

/** Packs the position of a list's last row; opaque to clients. */
function encodeCursor(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

function decodeCursor<T extends z.ZodType>(cursor: string | undefined, position: T): z.output<T> | null {
  if (cursor === undefined) return null;
  try {
    return position.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    throw invalidField('cursor', 'is not a cursor of this list');
  }
}
