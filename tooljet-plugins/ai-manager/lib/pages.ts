import type { ServiceRequest } from '../../common/build-request.ts';
import { QueryError } from '../../common/query-error.ts';

/** Rows that the API gives at a time. */
const PAGE_SIZE = 500;
/** A ToolJet query holds its whole answer in the browser. */
const MAX_ROWS = 5_000;
const DEFAULT_ROWS = 50;

export interface Page {
  items: unknown[];
  /** Where to go on; null at the end. */
  nextCursor: string | null;
}

/**
 * Reads rows from `cursor` on, page by page, until there are `limit` or the list ends.
 * @throws {QueryError} for a limit that is none, an answer that is no list, or a cursor that comes twice
 */
export async function readPages(
  request: ServiceRequest,
  asked: { limit: unknown; cursor: unknown },
  send: (request: ServiceRequest) => Promise<unknown>,
): Promise<Page> {
  const limit = readLimit(asked.limit);
  const items: unknown[] = [];
  const seen = new Set<string>();
  let cursor: string | null = typeof asked.cursor === 'string' && asked.cursor !== '' ? asked.cursor : null;
  do {
    const size = Math.min(PAGE_SIZE, limit - items.length);
    const query = { ...request.query, limit: String(size), ...(cursor === null ? {} : { cursor }) };
    const page = asPage(await send({ ...request, query }));
    items.push(...page.items);
    cursor = page.nextCursor;
    if (cursor !== null && seen.has(cursor)) {
      throw new QueryError('The API returned the same page twice', 'Load the list again.', {
        code: 'CURSOR',
      });
    }
    if (cursor !== null) seen.add(cursor);
  } while (cursor !== null && items.length < limit);
  return { items, nextCursor: cursor };
}

function readLimit(given: unknown): number {
  if (given === undefined || given === null || given === '') return DEFAULT_ROWS;
  const limit = Number(given);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_ROWS) return limit;
  throw new QueryError('The input is not valid', `Limit must be a whole number from 1 to ${MAX_ROWS}.`, {
    code: 'INVALID_INPUT',
    fields: { limit: `must be a whole number from 1 to ${MAX_ROWS}` },
  });
}

function asPage(answer: unknown): Page {
  const page = answer as Partial<Page> | undefined;
  if (Array.isArray(page?.items)) return { items: page.items, nextCursor: page.nextCursor ?? null };
  throw new QueryError('The API did not return a list', 'Is this the address of the AI Manager API?', {
    code: 'NO_LIST',
  });
}
