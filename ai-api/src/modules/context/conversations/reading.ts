import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField, notFound } from '../../../http/problem.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Filter } from '../search/index.ts';
import type { ReadCache } from './cache.ts';
import { asJson, asMarkdown } from './export.ts';
import {
  agentsOf,
  type ConversationRecord,
  commitsOf,
  findConversation,
  listConversations,
  placeOf,
  readCalls,
  readMessages,
  redactionsOf,
} from './store.ts';
import {
  type ConversationDetail,
  conversationView,
  detailView,
  type MessageView,
  messageViews,
} from './views.ts';

/** Who reads: a company and the owner that the caller is. */
export interface Reader {
  tenantId: string;
  id: string;
}

const listPosition = z.object({ activeAt: z.iso.datetime({ precision: 6 }), id: z.uuid() });
const messagePosition = z.object({ place: z.number(), back: z.boolean() });
type MessagePosition = z.infer<typeof messagePosition>;

/** Messages that one export reads at once, and has at most. */
const PAGE = 500;
const MAX_EXPORTED = 20_000;

/** The conversation that a reader may see. @throws {Problem} NOT_FOUND */
export async function requireConversation(
  transaction: TenantTransaction,
  id: string,
  reader: string,
): Promise<ConversationRecord> {
  const row = await findConversation(transaction, id, reader);
  if (!row) throw notFound('conversation', id);
  return row;
}

/** The whole answer about one conversation. */
export async function describe(
  transaction: TenantTransaction,
  row: ConversationRecord,
  reader: string,
): Promise<ConversationDetail> {
  const [commits, agents] = [
    await commitsOf(transaction, row.id),
    await agentsOf(transaction, row.id, reader),
  ];
  return detailView(row, reader, commits, agents);
}

/** The messages of a conversation from the first on, up to the limit of an export. */
export async function allMessages(
  transaction: TenantTransaction,
  row: ConversationRecord,
): Promise<MessageView[]> {
  const messages: MessageView[] = [];
  for (let place = Number.MIN_SAFE_INTEGER; messages.length < MAX_EXPORTED; ) {
    const rows = await readMessages(transaction, row, { place, back: false }, PAGE);
    const last = rows.at(-1);
    if (!last) break;
    messages.push(...(await withCalls(transaction, row, rows)));
    place = last.place;
  }
  return messages;
}

async function withCalls(
  transaction: TenantTransaction,
  row: ConversationRecord,
  rows: Parameters<typeof messageViews>[0],
): Promise<MessageView[]> {
  const ids = rows.map(({ id }) => id);
  return messageViews(rows, await readCalls(transaction, row, ids));
}

/** Lists and single conversations, as far as the reader may see them. */
export function createReading({ database, cache }: { database: Database; cache: ReadCache }) {
  return {
    list: ({ tenantId, id: reader }: Reader, filter: Filter, page: Page) =>
      cache.wrap(tenantId, reader, { list: filter, ...page }, () =>
        database.withTenant(tenantId, (transaction) =>
          listPage(page, {
            cursor: listPosition,
            query: (after, limit) => listConversations(transaction, reader, filter, after, limit),
            key: ({ active_exact, id }) => ({ activeAt: active_exact, id }),
            view: (row) => conversationView(row, reader),
          }),
        ),
      ),

    get: ({ tenantId, id: reader }: Reader, conversationId: string) =>
      database.withTenant(tenantId, async (transaction) =>
        describe(transaction, await requireConversation(transaction, conversationId, reader), reader),
      ),

    messages: (
      { tenantId, id: reader }: Reader,
      conversationId: string,
      { around, cursor, limit }: Page & { around?: string | undefined },
      onRead: (owner: string) => void,
    ) =>
      database.withTenant(tenantId, async (transaction) => {
        const row = await requireConversation(transaction, conversationId, reader);
        onRead(row.owner);
        const middle = around === undefined ? null : await placeOf(transaction, conversationId, around);
        if (middle === undefined) throw notFound('message', around ?? '');
        const before =
          middle === null
            ? []
            : await readMessages(transaction, row, { place: middle, back: true }, Math.floor(limit / 2));
        const position: MessagePosition = read(cursor) ?? {
          place: before[0]?.place ?? middle ?? Number.MIN_SAFE_INTEGER,
          back: false,
        };
        const isCentred = cursor === undefined && middle !== null;
        const rows = await readMessages(transaction, row, { ...position, including: isCentred }, limit + 1);
        const hasMore = rows.length > limit;
        const shown = position.back ? rows.slice(hasMore ? 1 : 0) : rows.slice(0, limit);
        const [first, last] = [shown[0], shown.at(-1)];
        const isLater = first
          ? (await readMessages(transaction, row, { place: first.place, back: true }, 1)).length > 0
          : false;
        const continues = position.back || hasMore;
        return {
          items: await withCalls(transaction, row, shown),
          nextCursor: last && continues ? write({ place: last.place, back: false }) : null,
          previousCursor: first && isLater ? write({ place: first.place, back: true }) : null,
        };
      }),

    export: ({ tenantId, id: reader }: Reader, conversationId: string, format: 'json' | 'markdown') =>
      database.withTenant(tenantId, async (transaction) => {
        const row = await requireConversation(transaction, conversationId, reader);
        const [conversation, messages] = [
          await describe(transaction, row, reader),
          await allMessages(transaction, row),
        ];
        const isJson = format === 'json';
        return {
          name: `conversation-${row.id}.${isJson ? 'json' : 'md'}`,
          contentType: isJson ? 'application/json' : 'text/markdown; charset=utf-8',
          content: isJson ? asJson(conversation, messages) : asMarkdown(conversation, messages, true),
        };
      }),

    redactions: ({ tenantId, id: reader }: Reader, conversationId: string) =>
      database.withTenant(tenantId, async (transaction) => {
        await requireConversation(transaction, conversationId, reader);
        const rows = await redactionsOf(transaction, conversationId);
        const items = rows.map(({ message_id, field, rule, count }) => ({
          messageId: message_id === conversationId ? null : message_id,
          field,
          rule,
          count,
        }));
        return { items };
      }),
  };
}

function write(position: MessagePosition): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

function read(cursor: string | undefined): MessagePosition | null {
  if (cursor === undefined) return null;
  try {
    return messagePosition.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    throw invalidField('cursor', 'is not a cursor of this list');
  }
}
