import { type Selectable, sql } from 'kysely';
import {
  type Database,
  type Schema,
  staysHere,
  type TenantTransaction,
} from '../../../platform/database/index.ts';
import { type Filter, filterJson } from '../search/index.ts';

export type ConversationRecord = Selectable<Schema['context.conversations']>;
export type MessageRecord = Selectable<Schema['context.messages']>;
export type ToolCallRecord = Selectable<Schema['context.tool_calls']>;
export type EditRecord = Selectable<Schema['context.edits']>;
export type CommitRecord = Selectable<Schema['context.commits_seen']>;

/** One writer of a session at a time, in whichever process. */
export async function lockSession(
  transaction: TenantTransaction,
  tool: string,
  sessionId: string,
): Promise<void> {
  await sql`
    select pg_advisory_xact_lock(hashtextextended(platform.current_tenant()::text || ${`${tool}\n${sessionId}`}::text, 0))`.execute(
    transaction,
  );
}

export function findSession(
  transaction: TenantTransaction,
  tool: string,
  sessionId: string,
): Promise<ConversationRecord | undefined> {
  return transaction
    .selectFrom('context.conversations')
    .selectAll()
    .where('tool', '=', tool)
    .where('session_id', '=', sessionId)
    .executeTakeFirst();
}

export function insertConversation(
  transaction: TenantTransaction,
  values: Pick<
    ConversationRecord,
    'id' | 'tool' | 'session_id' | 'month' | 'owner' | 'owner_name' | 'title' | 'is_private' | 'active_at'
  >,
): Promise<ConversationRecord> {
  return transaction
    .insertInto('context.conversations')
    .values(values)
    .returningAll()
    .executeTakeFirstOrThrow();
}

export async function changeConversation(
  transaction: TenantTransaction,
  id: string,
  change: Partial<Omit<ConversationRecord, 'id' | 'tenant_id' | 'created_at' | 'updated_at'>>,
): Promise<ConversationRecord> {
  return transaction
    .updateTable('context.conversations')
    .set({ ...change, updated_at: sql<Date>`now()` })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Changes a conversation, and counts its messages, tokens, files and the like anew: one version of its row for both. */
export async function recount(
  transaction: TenantTransaction,
  { id, month }: Pick<ConversationRecord, 'id' | 'month'>,
  { started_at = null, ended_at = null, ...change }: Partial<ConversationRecord> = {},
): Promise<ConversationRecord> {
  const started = sql`coalesce(${started_at}::timestamptz, conversation.started_at)`;
  const ended = sql`greatest(coalesce(${ended_at}::timestamptz, conversation.ended_at), said.last)`;
  const changed = Object.entries(change).map(([column, value]) => sql`${sql.ref(column)} = ${value},`);
  const { rows } = await sql<ConversationRecord>`
    update context.conversations as conversation set
      ${sql.join(changed, sql` `)}
      messages = said.messages, models = said.models, started_at = least(${started}, said.first), ended_at = ${ended},
      active_at = coalesce(${ended}, ${started}, conversation.active_at),
      tokens_input = said.input, tokens_output = said.output, tokens_cache_read = said.cache_read,
      tokens_cache_write = said.cache_write,
      tool_calls = (select count(*) from context.tool_calls where conversation_id = ${id} and month = ${month}::date),
      files = coalesce((select array_agg(path order by path) from (
        select distinct path from context.edits where conversation_id = ${id} and month = ${month}::date limit 2000) as edited), '{}'),
      commits = (select count(distinct left(sha, 7)) from context.commits_seen
        where conversation_id = ${id} and kind <> 'head'),
      redactions = (select coalesce(sum(count), 0) from context.redactions where conversation_id = ${id}),
      updated_at = now()
    from (
      select count(*)::integer as messages, min(said_at) as first, max(said_at) as last,
        coalesce(array_agg(distinct model) filter (where model is not null), '{}') as models,
        coalesce(sum(tokens_input), 0) as input, coalesce(sum(tokens_output), 0) as output,
        coalesce(sum(tokens_cache_read), 0) as cache_read, coalesce(sum(tokens_cache_write), 0) as cache_write
      from context.messages where conversation_id = ${id} and month = ${month}::date
    ) as said
    where conversation.id = ${id} returning conversation.*`.execute(transaction);
  return rows[0] as ConversationRecord;
}

/** Joins sub-agents to the conversation that started them, in whichever order they came. */
export async function joinAgents(
  transaction: TenantTransaction,
  { id, tool, session_id, parent_session_id }: ConversationRecord,
): Promise<void> {
  await sql`
    update context.conversations set parent_id = ${id}
    where tool = ${tool} and parent_session_id = ${session_id} and parent_id is null and id <> ${id}`.execute(
    transaction,
  );
  if (parent_session_id === null) return;
  await sql`
    update context.conversations as child set parent_id = parent.id from context.conversations as parent
    where child.id = ${id} and child.parent_id is null and parent.tool = ${tool}
      and parent.session_id = ${parent_session_id} and parent.id <> ${id}`.execute(transaction);
}

/** Adds commits that a conversation names. */
export async function insertCommits(
  transaction: TenantTransaction,
  conversationId: string,
  commits: readonly Pick<CommitRecord, 'sha' | 'kind' | 'subject' | 'branch' | 'message_id'>[],
): Promise<number> {
  if (commits.length === 0) return 0;
  const { rows } = await sql<{ sha: string }>`
    insert into context.commits_seen (conversation_id, sha, kind, subject, branch, message_id)
    select ${conversationId}::uuid, row.* from json_to_recordset(${JSON.stringify(commits)}::json) as row (
      sha text, kind text, subject text, branch text, message_id uuid)
    on conflict do nothing returning sha`.execute(transaction);
  return rows.length;
}

/** A conversation that a reader may see. */
export async function findConversation(
  transaction: TenantTransaction,
  id: string,
  reader: string,
): Promise<ConversationRecord | undefined> {
  return transaction
    .selectFrom('context.conversations')
    .selectAll()
    .where('id', '=', id)
    .where((eb) => eb.or([eb('is_private', '=', false), eb('owner', '=', reader)]))
    .executeTakeFirst();
}

/** The conversation of a job, private ones included. */
export function conversationById(
  transaction: TenantTransaction,
  id: string,
): Promise<ConversationRecord | undefined> {
  return transaction.selectFrom('context.conversations').selectAll().where('id', '=', id).executeTakeFirst();
}

export function conversationsByIds(
  transaction: TenantTransaction,
  ids: readonly string[],
): Promise<ConversationRecord[]> {
  if (ids.length === 0) return Promise.resolve([]);
  return transaction
    .selectFrom('context.conversations')
    .selectAll()
    .where('id', 'in', [...ids])
    .execute();
}

/** Where a list of conversations continues: the last active first. */
export interface ListPosition {
  activeAt: string;
  id: string;
}

export async function listConversations(
  transaction: TenantTransaction,
  reader: string,
  filter: Filter,
  after: ListPosition | null,
  limit: number,
): Promise<(ConversationRecord & { active_exact: string })[]> {
  const { rows } = await sql<ConversationRecord & { active_exact: string }>`
    select conversation.*, to_char(active_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as active_exact
    from context.conversations as conversation
    where context.matches(conversation, ${reader}, ${filterJson(filter)}::jsonb)
      and (${after?.id ?? null}::uuid is null
        or (active_at, id) < (${after?.activeAt ?? null}::timestamptz, ${after?.id ?? null}::uuid))
    order by active_at desc, id desc limit ${limit}`.execute(transaction);
  return rows;
}

/** Messages of a conversation that follow a place, or go before it; in their order either way. */
export async function readMessages(
  transaction: TenantTransaction,
  { id, month }: Pick<ConversationRecord, 'id' | 'month'>,
  from: { place: number; back: boolean; including?: boolean },
  limit: number,
): Promise<MessageRecord[]> {
  const comparison = sql.raw(`${from.back ? '<' : '>'}${from.including ? '=' : ''}`);
  const { rows } = await sql<MessageRecord>`
    select * from context.messages where conversation_id = ${id} and month = ${month}::date
      and place ${comparison} ${from.place}
    order by place ${sql.raw(from.back ? 'desc' : 'asc')} limit ${limit}`.execute(transaction);
  return from.back ? rows.toReversed() : rows;
}

/** The place of a message in its conversation. */
export async function placeOf(
  transaction: TenantTransaction,
  conversationId: string,
  messageId: string,
): Promise<number | undefined> {
  const row = await transaction
    .selectFrom('context.records')
    .select('place')
    .where('id', '=', messageId)
    .where('conversation_id', '=', conversationId)
    .executeTakeFirst();
  return row?.place;
}

/** Tool calls and edits of messages. */
export async function readCalls(
  transaction: TenantTransaction,
  { id, month }: Pick<ConversationRecord, 'id' | 'month'>,
  messageIds: readonly string[],
): Promise<{ calls: ToolCallRecord[]; edits: EditRecord[] }> {
  const among = sql`conversation_id = ${id} and month = ${month}::date and message_id = any(${[...messageIds]}::uuid[])`;
  const calls = await sql<ToolCallRecord>`
    select * from context.tool_calls where ${among} order by message_id, place`.execute(transaction);
  const edits = await sql<EditRecord>`
    select * from context.edits where ${among} order by message_id, call_place, place`.execute(transaction);
  return { calls: calls.rows, edits: edits.rows };
}

export function commitsOf(transaction: TenantTransaction, conversationId: string): Promise<CommitRecord[]> {
  return transaction
    .selectFrom('context.commits_seen')
    .selectAll()
    .where('conversation_id', '=', conversationId)
    .orderBy('kind', 'desc')
    .orderBy('sha')
    .execute();
}

/** Sub-agents of a conversation that a reader may see. */
export function agentsOf(
  transaction: TenantTransaction,
  conversationId: string,
  reader: string,
): Promise<Pick<ConversationRecord, 'id' | 'title' | 'agent_name'>[]> {
  return transaction
    .selectFrom('context.conversations')
    .select(['id', 'title', 'agent_name'])
    .where('parent_id', '=', conversationId)
    .where((eb) => eb.or([eb('is_private', '=', false), eb('owner', '=', reader)]))
    .orderBy('id')
    .execute();
}

export function redactionsOf(transaction: TenantTransaction, conversationId: string) {
  return transaction
    .selectFrom('context.redactions')
    .select(['message_id', 'field', 'rule', 'count'])
    .where('conversation_id', '=', conversationId)
    .orderBy('message_id')
    .orderBy('field')
    .limit(1_000)
    .execute();
}

/** Conversations of an owner, or of everybody, as policies and erasures look at them; in the order of their ids. */
export function eachConversation(
  transaction: TenantTransaction,
  after: string | null,
  limit: number,
  owner?: string,
): Promise<ConversationRecord[]> {
  let query = transaction.selectFrom('context.conversations').selectAll().orderBy('id').limit(limit);
  if (after !== null) query = query.where('id', '>', after);
  if (owner !== undefined) query = query.where('owner', '=', owner);
  return query.execute();
}

/** Conversations in which nothing was said since a time, the oldest first. */
export function inactiveConversations(
  transaction: TenantTransaction,
  before: Date,
  limit: number,
): Promise<ConversationRecord[]> {
  return transaction
    .selectFrom('context.conversations')
    .selectAll()
    .where('active_at', '<', before)
    .orderBy('active_at')
    .limit(limit)
    .execute();
}

export async function deleteConversations(
  transaction: TenantTransaction,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  await transaction
    .deleteFrom('context.conversations')
    .where('id', 'in', [...ids])
    .execute();
}

/** Conversations that have waited for their vectors, of every company. */
export async function waitingForVectors(
  database: Database,
  before: Date,
  limit: number,
): Promise<{ tenantId: string; conversationId: string }[]> {
  const rows = await database
    .system('the sweep looks for what was left behind in every company')
    .selectFrom('context.conversations')
    .select(['tenant_id', 'id'])
    .where('embedding_status', '<>', 'completed')
    .where('updated_at', '<', before)
    .where(staysHere(database.residency, 'context.conversations.tenant_id'))
    .orderBy('updated_at')
    .limit(limit)
    .execute();
  return rows.map(({ tenant_id, id }) => ({ tenantId: tenant_id, conversationId: id }));
}

/** How many people, and companies, have a conversation that was active since a time. */
export async function activeSince(
  database: Database,
  since: Date,
): Promise<{ people: number; companies: number }> {
  const owner = database.system('the metrics of the installation count people, and name none');
  const { rows } = await sql<{ people: number; companies: number }>`
    select count(*)::integer as people, count(distinct tenant_id)::integer as companies
    from (select distinct tenant_id, owner from context.conversations where active_at >= ${since}) as active`.execute(
    owner,
  );
  return rows[0] ?? { people: 0, companies: 0 };
}

/** Makes the partitions of a month, given by its first day, where there are none. */
export async function ensurePartition(database: Database, month: string): Promise<void> {
  const owner = database.system('partitions belong to the owner');
  const ensure = () => sql`select context.ensure_partition(${month}::date)`.execute(owner);
  try {
    await ensure();
  } catch (error) {
    // The first conversations of a month come at once: another one has made it meanwhile.
    if (!MADE_MEANWHILE.has((error as { code?: string }).code ?? '')) throw error;
    await ensure();
  }
}

/** A table, or its row in the catalogue, that another transaction made: duplicate_table, unique_violation. */
const MADE_MEANWHILE = new Set(['42P07', '23505']);
