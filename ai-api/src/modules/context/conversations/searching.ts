import { z } from 'zod';
import { invalidField } from '../../../http/problem.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Metrics } from '../../../platform/telemetry/metrics.ts';
import {
  after,
  type Filter,
  type FusedHit,
  highlight,
  type Search,
  type SearchWindow,
} from '../search/index.ts';
import type { ReadCache } from './cache.ts';
import type { Reader } from './reading.ts';
import { conversationsByIds } from './store.ts';
import { conversationView } from './views.ts';

export interface SearchInput {
  q: string;
  alpha: number;
  explain: boolean;
  cursor?: string | undefined;
  limit: number;
  filter: Filter;
  signal?: AbortSignal | undefined;
}

const position = z.object({ score: z.number(), conversationId: z.uuid() });

/** Pages of a search. The window is ranked once and cached, so that its pages agree with each other. */
export function createSearching({
  database,
  search,
  cache,
  metrics,
}: {
  database: Database;
  search: Search;
  cache: ReadCache;
  metrics: Pick<Metrics, 'searched'>;
}) {
  return async ({ tenantId, id: reader }: Reader, input: SearchInput) => {
    const { q, alpha, explain, cursor, limit, filter, signal } = input;
    const from = readCursor(cursor);
    // A further page is part of the same search.
    if (from === null) metrics.searched(alpha === 0 ? 'words' : alpha === 1 ? 'meaning' : 'hybrid');
    const window = await cache.wrap(tenantId, reader, { search: q, alpha, filter }, () =>
      search.find(tenantId, { text: q, alpha, reader, filter, signal }),
    );
    const rest = after(window.hits, from);
    const page = rest.slice(0, limit);
    const last = page.at(-1);
    return {
      items: await shown(tenantId, reader, page, window, explain ? alpha : null),
      total: window.hits.length,
      nextCursor: last && rest.length > limit ? writeCursor(last) : null,
      meaning: window.meaning,
      names: window.names,
    };
  };

  /** The hits of a page; what was removed or hidden since the window was ranked is left out. */
  async function shown(
    tenantId: string,
    reader: string,
    hits: readonly FusedHit[],
    { query }: SearchWindow,
    alpha: number | null,
  ) {
    const texts = await search.texts(
      tenantId,
      hits.map(({ passageId }) => passageId),
    );
    const rows = await database.withTenant(tenantId, (transaction) =>
      conversationsByIds(
        transaction,
        hits.map(({ conversationId }) => conversationId),
      ),
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    return hits.flatMap((hit) => {
      const [text, row] = [texts.get(hit.passageId), byId.get(hit.conversationId)];
      if (!text || !row || (row.is_private && row.owner !== reader)) return [];
      const whole = [text.human, text.answer, text.tools].filter((part) => part !== '').join('\n');
      return [
        {
          conversation: conversationView(row, reader),
          passageId: hit.passageId,
          messageId: text.messageId,
          highlight: highlight(whole, query),
          score: hit.score,
          ...(alpha === null ? {} : { explain: explained(hit, alpha) }),
        },
      ];
    });
  }
}

function explained({ words, meaning }: FusedHit, alpha: number) {
  const leg = (found: FusedHit['words']) =>
    found && { rank: found.rank, score: found.score, passageId: found.passageId };
  const parts = [
    ...(words ? [`${round(1 - alpha)} / (60 + ${words.rank}) by words`] : []),
    ...(meaning ? [`${round(alpha)} / (60 + ${meaning.rank}) by meaning`] : []),
  ];
  return { words: leg(words), meaning: leg(meaning), formula: parts.join(' + ') };
}

const round = (number: number) => Math.round(number * 1_000) / 1_000;

function writeCursor({ score, conversationId }: FusedHit): string {
  return Buffer.from(JSON.stringify({ score, conversationId })).toString('base64url');
}

function readCursor(cursor: string | undefined): z.infer<typeof position> | null {
  if (cursor === undefined) return null;
  try {
    return position.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    throw invalidField('cursor', 'is not a cursor of this search');
  }
}
