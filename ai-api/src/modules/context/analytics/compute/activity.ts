import { sql } from 'kysely';
import type { TenantTransaction } from '../../../../platform/database/index.ts';

/** Days, the last one not included, as `YYYY-MM-DD`. */
export interface Days {
  from: string;
  to: string;
}

/** Conversations that changed, or whose links changed, since a time; the first of them by id. */
export async function changedConversations(
  transaction: TenantTransaction,
  since: Date | null,
  after: string | null,
  limit: number,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from context.conversations as conversation
    where ${after === null ? sql`true` : sql`id > ${after}`}
      and ${
        since === null
          ? sql`true`
          : sql`(updated_at >= ${since} or exists (
              select from context.links where conversation_id = conversation.id and updated_at >= ${since}))`
      }
    order by id limit ${limit}`.execute(transaction);
  return rows.map(({ id }) => id);
}

/** Conversations with something said in some days. */
export async function conversationsOf(transaction: TenantTransaction, { from, to }: Days): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from context.conversations
    where active_at >= ${from}::timestamp at time zone 'utc'
      and least(started_at, created_at, active_at) < ${to}::timestamp at time zone 'utc'`.execute(
    transaction,
  );
  return rows.map(({ id }) => id);
}

/**
 * Computes the hours of conversations again.
 * @returns the days that they have figures in, before or after, in order
 */
export async function computeHours(
  transaction: TenantTransaction,
  conversationIds: readonly string[],
): Promise<string[]> {
  if (conversationIds.length === 0) return [];
  const ids = sql`${conversationIds}::uuid[]`;
  const removed = await sql<{ day: string }>`
    with gone as (delete from context.activity_hours where conversation_id = any (${ids}) returning hour)
    select distinct (hour at time zone 'utc')::date::text as day from gone`.execute(transaction);
  const { rows } = await sql<{ day: string }>`
    with calls as (
      select call.conversation_id, call.message_id, count(*) as calls,
        count(*) filter (where action = 'edit') as edits,
        count(*) filter (where action = 'edit' and rejected) as rejected
      from context.tool_calls as call
      where call.conversation_id = any (${ids})
      group by 1, 2
    ), made as (
      insert into context.activity_hours (conversation_id, hour, model, messages, prompts, tool_calls, edits,
        edits_rejected, tokens_input, tokens_output, tokens_cache_read, tokens_cache_write)
      select message.conversation_id,
        date_trunc('hour', coalesce(message.said_at, conversation.started_at, conversation.active_at), 'utc'),
        coalesce(message.model, conversation.models[1], ''), count(*), count(*) filter (where message.author = 'human'),
        coalesce(sum(calls.calls), 0), coalesce(sum(calls.edits), 0), coalesce(sum(calls.rejected), 0),
        coalesce(sum(message.tokens_input), 0), coalesce(sum(message.tokens_output), 0),
        coalesce(sum(message.tokens_cache_read), 0), coalesce(sum(message.tokens_cache_write), 0)
      from context.conversations as conversation
      join context.messages as message
        on message.conversation_id = conversation.id and message.month = conversation.month
      left join calls on calls.conversation_id = message.conversation_id and calls.message_id = message.id
      where conversation.id = any (${ids})
      group by 1, 2, 3
      returning hour
    )
    select distinct (hour at time zone 'utc')::date::text as day from made
    union
    select (coalesce(started_at, created_at) at time zone 'utc')::date::text from context.conversations
    where id = any (${ids})`.execute(transaction);
  return [...new Set([...removed.rows, ...rows].map(({ day }) => day))].sort();
}

/**
 * Computes days again from hours and links. A person stays in the team of the first computation: otherwise the figures
 * of a team before and after a move would show what the person did.
 * @param teams the team of each owner
 */
export async function computeDays(
  transaction: TenantTransaction,
  days: readonly string[],
  teams: ReadonlyMap<string, string>,
  now: Date,
): Promise<void> {
  if (days.length === 0) return;
  const chosen = sql`${days}::date[]`;
  await sql`
    with spoken as (
      select (hour at time zone 'utc')::date as day, hours.*
      from context.activity_hours as hours
      where hour >= (select min(day) from unnest(${chosen}) as day)::timestamp at time zone 'utc'
        and hour < (select max(day) + 1 from unnest(${chosen}) as day)::timestamp at time zone 'utc'
    ), linked as (
      select link.conversation_id, bool_or(link.status = 'confirmed') as confirmed,
        bool_or(link.status = 'suggested') as suggested,
        min(commit.committed_at) filter (where link.status = 'confirmed') as first_at
      from context.links as link join context.commits as commit on commit.id = link.commit_id
      where link.status <> 'rejected'
      group by 1
    ), figures as (
      select spoken.day, conversation.owner, conversation.tool, spoken.model,
        coalesce(linked.confirmed, false) as is_linked,
        0 as conversations, 0 as edited, 0 as confirmed, 0 as suggested, 0 as timed, 0::bigint as seconds,
        spoken.messages, spoken.prompts, spoken.tool_calls, spoken.edits, spoken.edits_rejected,
        spoken.tokens_input, spoken.tokens_output, spoken.tokens_cache_read, spoken.tokens_cache_write
      from spoken
      join context.conversations as conversation on conversation.id = spoken.conversation_id
      left join linked on linked.conversation_id = conversation.id
      where spoken.day = any (${chosen})
      union all
      select (coalesce(conversation.started_at, conversation.created_at) at time zone 'utc')::date,
        conversation.owner, conversation.tool, coalesce(conversation.models[1], ''),
        coalesce(linked.confirmed, false), 1, (cardinality(files) > 0)::int,
        (cardinality(files) > 0 and coalesce(linked.confirmed, false))::int,
        (cardinality(files) > 0 and coalesce(linked.suggested, false) and not coalesce(linked.confirmed, false))::int,
        (linked.first_at >= conversation.started_at)::int,
        extract(epoch from linked.first_at - conversation.started_at)::bigint,
        0, 0, 0, 0, 0, 0, 0, 0, 0
      from context.conversations as conversation
      left join linked on linked.conversation_id = conversation.id
      where conversation.parent_id is null
        and coalesce(conversation.started_at, conversation.created_at)
          >= (select min(day) from unnest(${chosen}) as day)::timestamp at time zone 'utc'
        and coalesce(conversation.started_at, conversation.created_at)
          < (select max(day) + 1 from unnest(${chosen}) as day)::timestamp at time zone 'utc'
    ), summed as (
      select day, owner, tool, model, is_linked, sum(conversations) as conversations, sum(edited) as edited,
        sum(confirmed) as confirmed, sum(suggested) as suggested, coalesce(sum(timed), 0) as timed,
        coalesce(sum(seconds) filter (where timed = 1), 0) as seconds, sum(messages) as messages,
        sum(prompts) as prompts, sum(tool_calls) as tool_calls, sum(edits) as edits,
        sum(edits_rejected) as edits_rejected, sum(tokens_input) as tokens_input, sum(tokens_output) as tokens_output,
        sum(tokens_cache_read) as tokens_cache_read, sum(tokens_cache_write) as tokens_cache_write
      from figures where day = any (${chosen})
      group by 1, 2, 3, 4, 5
    ), belongs as (
      select owner, team from json_to_recordset(${JSON.stringify(
        [...teams].map(([owner, team]) => ({ owner, team })),
      )}::json) as given (owner text, team text)
    )
    insert into context.activity_days (day, owner, team, tool, model, is_linked, conversations,
      conversations_edited, conversations_linked, conversations_suggested, conversations_timed, commit_seconds,
      messages, prompts, tool_calls, edits, edits_rejected, tokens_input, tokens_output, tokens_cache_read,
      tokens_cache_write, computed_at)
    select day, owner,
      coalesce(
        (select max(team) from context.activity_days as known where known.day = summed.day and known.owner = summed.owner),
        belongs.team, ''),
      tool, model, is_linked, conversations, edited, confirmed, suggested, timed, seconds, messages, prompts, tool_calls,
      edits, edits_rejected, tokens_input, tokens_output, tokens_cache_read, tokens_cache_write, ${now}
    from summed left join belongs using (owner)
    on conflict (tenant_id, day, owner, tool, model, is_linked) do update set
      conversations = excluded.conversations, conversations_edited = excluded.conversations_edited,
      conversations_linked = excluded.conversations_linked,
      conversations_suggested = excluded.conversations_suggested,
      conversations_timed = excluded.conversations_timed, commit_seconds = excluded.commit_seconds,
      messages = excluded.messages, prompts = excluded.prompts, tool_calls = excluded.tool_calls,
      edits = excluded.edits, edits_rejected = excluded.edits_rejected, tokens_input = excluded.tokens_input,
      tokens_output = excluded.tokens_output, tokens_cache_read = excluded.tokens_cache_read,
      tokens_cache_write = excluded.tokens_cache_write, computed_at = excluded.computed_at`.execute(
    transaction,
  );
  await sql`
    delete from context.activity_days where day = any (${chosen}) and computed_at < ${now}`.execute(
    transaction,
  );
}
