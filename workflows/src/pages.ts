import { z } from 'zod';
import type { N8nSession } from './session.ts';

const PAGE_SIZE = 250;

/** All items of a list of n8n's public API, page after page. `path` may carry a query. */
export async function pages<T>(
  session: N8nSession,
  path: string,
  itemSchema: z.ZodType<T>,
  wanted: string,
): Promise<T[]> {
  const pageSchema = z.object({ data: z.array(itemSchema), nextCursor: z.string().nullish() });
  const items: T[] = [];
  let cursor: string | null | undefined;
  do {
    const query = `limit=${PAGE_SIZE}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`;
    const separator = path.includes('?') ? '&' : '?';
    const page = pageSchema.parse(
      await session.api({ method: 'GET', path: `${path}${separator}${query}` }, wanted),
    );
    items.push(...page.data);
    cursor = page.nextCursor;
  } while (cursor);
  return items;
}
