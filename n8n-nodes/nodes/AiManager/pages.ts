import { type IDataObject, type IExecuteFunctions, NodeOperationError } from 'n8n-workflow';
import type { ApiRequest, ApiSession } from '../shared/transport.ts';

/** Rows asked for at a time. The API allows up to 500. */
const PAGE_SIZE = 200;

interface Page {
  items: IDataObject[];
  nextCursor?: string | null;
}

/**
 * Reads a list page by page until it ends or `limit` rows were read.
 *
 * @param limit rows to return; `Infinity` for all
 * @throws NodeOperationError when the answer is not a page, or a cursor comes twice
 */
export async function readPages(
  context: IExecuteFunctions,
  session: ApiSession,
  request: ApiRequest,
  limit: number,
  itemIndex: number,
): Promise<IDataObject[]> {
  const rows: IDataObject[] = [];
  const seen = new Set<string>();
  let cursor: string | undefined;
  do {
    const size = Math.min(PAGE_SIZE, limit - rows.length);
    const query = { ...request.query, limit: size, ...(cursor === undefined ? {} : { cursor }) };
    const { body } = await session.send({ ...request, query }, itemIndex);
    const page = asPage(context, body, itemIndex);
    rows.push(...page.items);
    cursor = page.nextCursor ?? undefined;
    if (cursor !== undefined && seen.has(cursor)) {
      throw new NodeOperationError(context.getNode(), 'The API returned the same page twice', { itemIndex });
    }
    if (cursor !== undefined) seen.add(cursor);
  } while (cursor !== undefined && rows.length < limit);
  return rows.slice(0, limit);
}

function asPage(context: IExecuteFunctions, body: unknown, itemIndex: number): Page {
  const page = body as Partial<Page> | null;
  if (!page || !Array.isArray(page.items)) {
    throw new NodeOperationError(context.getNode(), 'The API did not return a list', { itemIndex });
  }
  return page as Page;
}
