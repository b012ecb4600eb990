import { sql } from 'kysely';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { LegHit } from './fusion.ts';
import { embeddedText, type Passage } from './passages.ts';
import type { Query } from './query.ts';

/** What narrows a list or a search of conversations; a missing filter lets everything through. */
export interface Filter {
  tool?: string | undefined;
  /** `user:<id>`, `key:<id>`, or the name of the person. */
  owner?: string | undefined;
  repository?: string | undefined;
  branch?: string | undefined;
  file?: string | undefined;
  model?: string | undefined;
  tag?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  hasCommit?: boolean | undefined;
}

/** The filter as `context.matches` reads it. */
export const filterJson = (filter: Filter) => JSON.stringify(filter);

/** A passage as it is shown. */
export interface PassageText {
  id: string;
  conversationId: string;
  messageId: string;
  human: string;
  answer: string;
  tools: string;
}

/** Digests of the passages that are stored, by id. */
export async function storedDigests(
  transaction: TenantTransaction,
  conversationId: string,
): Promise<Map<string, string>> {
  const rows = await transaction
    .selectFrom('context.passages')
    .select(['id', 'digest'])
    .where('conversation_id', '=', conversationId)
    .execute();
  return new Map(rows.map(({ id, digest }) => [id, digest]));
}

const BATCH = 500;

/** Writes passages, those that are there with the same id in place of the earlier ones. */
export async function savePassages(
  transaction: TenantTransaction,
  conversationId: string,
  passages: readonly Passage[],
): Promise<void> {
  for (let start = 0; start < passages.length; start += BATCH) {
    const rows = passages.slice(start, start + BATCH);
    await sql`
      insert into context.passages
        (id, conversation_id, message_id, place, human, answer, tools, shas, names, words, digest)
      select row.id, ${conversationId}::uuid, row."messageId", row.place, row.human, row.answer, row.tools, row.shas,
        row.names, row.words::tsvector, row.digest
      from json_to_recordset(${JSON.stringify(rows)}::json) as row (id uuid, "messageId" uuid, place double precision,
        human text, answer text, tools text, shas text[], names text, words text, digest text)
      on conflict (id) do update set message_id = excluded.message_id, place = excluded.place, human = excluded.human,
        answer = excluded.answer, tools = excluded.tools, shas = excluded.shas, names = excluded.names,
        words = excluded.words, digest = excluded.digest`.execute(transaction);
  }
}

export async function deletePassages(transaction: TenantTransaction, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`delete from context.passages where id = any(${[...ids]}::uuid[])`.execute(transaction);
}

/** The ids of all passages of conversations. */
export async function passageIds(
  transaction: TenantTransaction,
  conversationIds: readonly string[],
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from context.passages where conversation_id = any(${[...conversationIds]}::uuid[])`.execute(
    transaction,
  );
  return rows.map(({ id }) => id);
}

/** Texts of passages in the order of their ids, as their vectors are made of them. */
export async function passageItems(
  transaction: TenantTransaction,
  after: string | null,
  limit: number,
  conversationId: string | null = null,
): Promise<{ id: string; text: string }[]> {
  const { rows } = await sql<{ id: string; title: string; human: string; answer: string }>`
    select passage.id, conversation.title, passage.human, passage.answer from context.passages as passage
    join context.conversations as conversation on conversation.id = passage.conversation_id
    where (${after}::uuid is null or passage.id > ${after}::uuid)
      and (${conversationId}::uuid is null or passage.conversation_id = ${conversationId}::uuid)
    order by passage.id limit ${limit}`.execute(transaction);
  return rows.map(({ id, ...text }) => ({ id, text: embeddedText(text) }));
}

/** Passages that have a query's words, best first. */
export async function wordHits(
  transaction: TenantTransaction,
  { terms, commits, phrases, parts }: Query,
  reader: string,
  filter: Filter,
  { bound, limit }: { bound: number; limit: number },
): Promise<LegHit[]> {
  const { rows } = await sql<{ id: string; conversation_id: string; score: number }>`
    select id, conversation_id, score from context.word_hits(
      ${terms.map(({ query }) => query)}::text[], ${commits}::text[], ${phrases}::text[],
      ${parts.map(({ part }) => part)}::text[], ${parts.map(({ query }) => query)}::text[],
      ${reader}, ${filterJson(filter)}::jsonb, ${bound}, ${limit})`.execute(transaction);
  return rows.map(({ id, conversation_id, score }) => ({
    passageId: id,
    conversationId: conversation_id,
    score,
  }));
}

/** The ids of passages that a filter and exact phrases let through, at most so many. */
export async function passagesIn(
  transaction: TenantTransaction,
  reader: string,
  filter: Filter,
  phrases: readonly string[],
  limit: number,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from context.passages_in(${reader}, ${filterJson(filter)}::jsonb, ${[...phrases]}::text[], ${limit}) as id`.execute(
    transaction,
  );
  return rows.map(({ id }) => id);
}

/** Of passages those that a reader may see and a filter lets through, with their conversations. */
export async function visiblePassages(
  transaction: TenantTransaction,
  ids: readonly string[],
  reader: string,
  filter: Filter,
  phrases: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; conversation_id: string }>`
    select passage.id, passage.conversation_id from context.passages as passage
    join context.conversations as conversation on conversation.id = passage.conversation_id
    where passage.id = any(${[...ids]}::uuid[])
      and context.matches(conversation, ${reader}, ${filterJson(filter)}::jsonb)
      and not exists (
        select from unnest(${[...phrases]}::text[]) as phrase
        where strpos(lower(passage.human || chr(10) || passage.answer || chr(10) || passage.tools), phrase) = 0)`.execute(
    transaction,
  );
  return new Map(rows.map(({ id, conversation_id }) => [id, conversation_id]));
}

/** The conversations of passages, by the ids of these. */
export async function conversationsOf(
  transaction: TenantTransaction,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; conversation_id: string }>`
    select id, conversation_id from context.passages where id = any(${[...ids]}::uuid[])`.execute(
    transaction,
  );
  return new Map(rows.map((row) => [row.id, row.conversation_id]));
}

/** The texts of passages, by id. */
export async function passageTexts(
  transaction: TenantTransaction,
  ids: readonly string[],
): Promise<Map<string, PassageText>> {
  const { rows } = await sql<PassageText>`
    select id, conversation_id as "conversationId", message_id as "messageId", human, answer, tools
    from context.passages where id = any(${[...ids]}::uuid[])`.execute(transaction);
  return new Map(rows.map((row) => [row.id, row]));
}

/** Whether parts of names can be found: they need the extension pg_trgm. */
export async function findsParts(transaction: TenantTransaction): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select exists (select from pg_extension where extname = 'pg_trgm') as found`.execute(transaction);
  return rows[0]?.found ?? false;
}
