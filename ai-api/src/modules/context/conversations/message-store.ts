import { sql } from 'kysely';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { Message } from '../formats/model.ts';
import type { Removed } from '../redaction/index.ts';

/** Rows of one statement. */
const BATCH = 500;

/** A message with its ids of ours. */
export interface PlacedMessage {
  id: string;
  parentId: string | null;
  place: number;
  message: Message;
}

/** The conversation whose messages they are, and the partition that holds them. */
export interface Partition {
  id: string;
  month: string;
}

/** Writes messages with their tool calls and edits; those that are there are replaced. */
export async function writeMessages(
  transaction: TenantTransaction,
  conversation: Partition,
  messages: readonly PlacedMessage[],
  replaced: readonly string[],
): Promise<void> {
  if (replaced.length > 0) await deleteCalls(transaction, conversation, replaced);
  for (let start = 0; start < messages.length; start += BATCH) {
    const batch = messages.slice(start, start + BATCH);
    await insertMessages(transaction, conversation, batch);
    await insertCalls(transaction, conversation, batch);
  }
}

async function deleteCalls(
  transaction: TenantTransaction,
  { id, month }: Partition,
  messageIds: readonly string[],
): Promise<void> {
  for (const table of ['tool_calls', 'edits'])
    await sql`
      delete from ${sql.ref(`context.${table}`)}
      where conversation_id = ${id} and month = ${month}::date and message_id = any(${[...messageIds]}::uuid[])`.execute(
      transaction,
    );
  await sql`
    delete from context.redactions
    where conversation_id = ${id} and message_id = any(${[...messageIds]}::uuid[])`.execute(transaction);
}

async function insertMessages(
  transaction: TenantTransaction,
  { id, month }: Partition,
  messages: readonly PlacedMessage[],
): Promise<void> {
  const rows = messages.map(({ id: messageId, parentId, place, message }) => ({
    id: messageId,
    record_id: message.id,
    parent_id: parentId,
    place,
    author: message.author,
    text: message.text,
    thinking: message.thinking,
    model: message.model,
    tokens_input: message.tokens?.input ?? null,
    tokens_output: message.tokens?.output ?? null,
    tokens_cache_read: message.tokens?.cacheRead ?? null,
    tokens_cache_write: message.tokens?.cacheWrite ?? null,
    said_at: message.at,
  }));
  await sql`
    insert into context.messages (conversation_id, month, id, record_id, parent_id, place, author, text, thinking, model,
      tokens_input, tokens_output, tokens_cache_read, tokens_cache_write, said_at)
    select ${id}::uuid, ${month}::date, row.* from json_to_recordset(${JSON.stringify(rows)}::json) as row (id uuid,
      record_id text, parent_id uuid, place double precision, author text, text text, thinking text, model text,
      tokens_input bigint, tokens_output bigint, tokens_cache_read bigint, tokens_cache_write bigint,
      said_at timestamptz)
    on conflict (conversation_id, id, month) do update set parent_id = excluded.parent_id, place = excluded.place,
      author = excluded.author, text = excluded.text, thinking = excluded.thinking, model = excluded.model,
      tokens_input = excluded.tokens_input, tokens_output = excluded.tokens_output,
      tokens_cache_read = excluded.tokens_cache_read, tokens_cache_write = excluded.tokens_cache_write,
      said_at = excluded.said_at`.execute(transaction);
}

async function insertCalls(
  transaction: TenantTransaction,
  { id, month }: Partition,
  messages: readonly PlacedMessage[],
): Promise<void> {
  const calls = messages.flatMap(({ id: messageId, message }) =>
    message.toolCalls.map((call, place) => ({ messageId, place, call })),
  );
  if (calls.length === 0) return;
  const rows = calls.map(({ messageId, place, call }) => ({
    message_id: messageId,
    place,
    source_id: call.id,
    name: call.name,
    action: call.action,
    input: call.input,
    output: call.output,
    failed: call.failed,
    rejected: call.rejected,
    files_read: call.filesRead,
  }));
  await sql`
    insert into context.tool_calls (conversation_id, month, message_id, place, source_id, name, action, input, output,
      failed, rejected, files_read)
    select ${id}::uuid, ${month}::date, row.* from json_to_recordset(${JSON.stringify(rows)}::json) as row (
      message_id uuid, place integer, source_id text, name text, action text, input text, output text, failed boolean,
      rejected boolean, files_read text[])`.execute(transaction);
  const edits = calls.flatMap(({ messageId, place, call }) =>
    call.edits.map((edit, at) => ({ message_id: messageId, call_place: place, place: at, ...edit })),
  );
  if (edits.length === 0) return;
  await sql`
    insert into context.edits (conversation_id, month, message_id, call_place, place, path, before, after)
    select ${id}::uuid, ${month}::date, row.* from json_to_recordset(${JSON.stringify(edits)}::json) as row (
      message_id uuid, call_place integer, place integer, path text, before text, after text)`.execute(
    transaction,
  );
}

/** Reports what was removed from messages. */
export async function insertRedactions(
  transaction: TenantTransaction,
  conversationId: string,
  rows: readonly (Omit<Removed, 'recordId'> & { messageId: string })[],
): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    insert into context.redactions as known (conversation_id, message_id, field, rule, count)
    select ${conversationId}::uuid, row."messageId", row.field, row.kind, sum(row.count)
    from json_to_recordset(${JSON.stringify(rows)}::json) as row ("messageId" uuid, field text, kind text, count integer)
    group by 1, 2, 3, 4
    on conflict (tenant_id, conversation_id, message_id, field, rule) do update set count = excluded.count`.execute(
    transaction,
  );
}
