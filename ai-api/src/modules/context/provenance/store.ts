import { sql } from 'kysely';
import type { TenantTransaction } from '../../../platform/database/index.ts';

/** Sessions of conversations, as their tools name them. */
export async function sessionsOf(
  transaction: TenantTransaction,
  conversationIds: readonly string[],
): Promise<Map<string, string>> {
  if (conversationIds.length === 0) return new Map();
  const rows = await transaction
    .selectFrom('context.conversations')
    .select(['id', 'session_id'])
    .where('id', 'in', [...conversationIds])
    .execute();
  return new Map(rows.map(({ id, session_id }) => [id, session_id]));
}

/** Who reads, and what of whom. */
export interface Scope {
  /** Private conversations are seen by this owner alone. */
  reader: string;
  /** Null for everybody's. */
  owner: string | null;
  /** E-mail address of the owner's commits. */
  email: string | null;
  repositoryId: string | null;
}

export interface TimelineRow {
  type: 'conversation' | 'commit';
  at: Date;
  id: string;
  title: string;
  person: string | null;
  repository: string | null;
  branch: string | null;
  tool: string | null;
  sha: string | null;
}

/** A place in the timeline: time to the microsecond, and id. */
interface TimelinePosition {
  at: string;
  id: string;
}

/** Conversations that are seen in a scope, as a condition on `conversation`. */
const seenConversations = ({ reader, owner, repositoryId }: Scope) => sql<boolean>`
  (not conversation.is_private or conversation.owner = ${reader})
  and (${owner}::text is null or conversation.owner = ${owner})
  and (${repositoryId}::uuid is null or exists (
    select from context.repositories as repository
    where repository.id = ${repositoryId}::uuid
      and (lower(conversation.repository) = repository.name_key
        or right(repository.name_key, length(conversation.repository) + 1)
          = '/' || lower(conversation.repository))))`;

/** Commits that are seen in a scope, as a condition on `commit`. */
const seenCommits = ({ owner, email, repositoryId }: Scope) => sql<boolean>`
  (${owner}::text is null or lower(commit.author_email) = lower(${email}::text))
  and (${repositoryId}::uuid is null or commit.repository_id = ${repositoryId}::uuid)`;

/** Conversations and commits, newest first, after a place in that order. */
export async function timelineRows(
  transaction: TenantTransaction,
  scope: Scope,
  { since, until }: { since: string | null; until: string | null },
  after: TimelinePosition | null,
  limit: number,
): Promise<(TimelineRow & { key: string })[]> {
  const bounds = (at: ReturnType<typeof sql>, id: ReturnType<typeof sql>) => sql`
    (${since}::timestamptz is null or ${at} >= ${since}::timestamptz)
    and (${until}::timestamptz is null or ${at} < ${until}::timestamptz)
    and (${after?.at ?? null}::timestamptz is null
      or (${at}, ${id}) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid))`;
  const { rows } = await sql<TimelineRow & { key: string }>`
    select *, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as key from (
      (select 'conversation' as type, conversation.active_at as at, conversation.id, conversation.title,
          conversation.owner_name as person, conversation.repository, conversation.branch, conversation.tool,
          null as sha
        from context.conversations as conversation
        where ${seenConversations(scope)} and conversation.parent_id is null
          and ${bounds(sql`conversation.active_at`, sql`conversation.id`)}
        order by conversation.active_at desc, conversation.id desc limit ${limit})
      union all
      (select 'commit', commit.committed_at, commit.id, split_part(commit.message, chr(10), 1),
          commit.author_name, repository.full_name, commit.branch, null, commit.sha
        from context.commits as commit
        join context.repositories as repository on repository.id = commit.repository_id
        where ${seenCommits(scope)} and commit.unreachable_at is null
          and ${bounds(sql`commit.committed_at`, sql`commit.id`)}
        order by commit.committed_at desc, commit.id desc limit ${limit})) as entry
    order by at desc, id desc
    limit ${limit}`.execute(transaction);
  return rows;
}

interface TimelineLink {
  id: string;
  level: 'certain' | 'probable' | 'added';
  status: 'suggested' | 'confirmed' | 'rejected';
  conversation_id: string;
  commit_id: string;
  sha: string;
}

/** Links of the entries of a timeline that the reader may see, without those that were rejected. */
export function linksOfEntries(
  transaction: TenantTransaction,
  reader: string,
  ids: readonly string[],
): Promise<TimelineLink[]> {
  if (ids.length === 0) return Promise.resolve([]);
  return transaction
    .selectFrom('context.links as link')
    .innerJoin('context.conversations as conversation', 'conversation.id', 'link.conversation_id')
    .innerJoin('context.commits as commit', 'commit.id', 'link.commit_id')
    .select(['link.id', 'level', 'status', 'link.conversation_id', 'link.commit_id', 'commit.sha'])
    .where('status', '<>', 'rejected')
    .where((eb) => eb.or([eb('link.conversation_id', 'in', [...ids]), eb('link.commit_id', 'in', [...ids])]))
    .where((eb) => eb.or([eb('conversation.is_private', '=', false), eb('conversation.owner', '=', reader)]))
    .orderBy('link.id')
    .execute();
}

interface DayRow {
  day: string;
  conversations: number;
  commits: number;
  linked: number;
}

/** Conversations and commits by day of UTC, since a day. */
export async function contributionRows(
  transaction: TenantTransaction,
  scope: Scope,
  since: Date,
): Promise<DayRow[]> {
  const { rows } = await sql<DayRow>`
    select to_char(day, 'YYYY-MM-DD') as day, sum(conversations)::int as conversations,
      sum(commits)::int as commits, sum(linked)::int as linked
    from (
      select date_trunc('day', coalesce(conversation.started_at, conversation.created_at) at time zone 'UTC') as day,
        1 as conversations, 0 as commits, 0 as linked
      from context.conversations as conversation
      where ${seenConversations(scope)} and conversation.parent_id is null
        and coalesce(conversation.started_at, conversation.created_at) >= ${since}
      union all
      select date_trunc('day', commit.committed_at at time zone 'UTC'), 0, 1,
        (exists (select from context.links as link
          join context.conversations as conversation on conversation.id = link.conversation_id
          where link.commit_id = commit.id and link.status = 'confirmed'
            and (not conversation.is_private or conversation.owner = ${scope.reader})))::int
      from context.commits as commit
      where ${seenCommits(scope)} and commit.unreachable_at is null and commit.committed_at >= ${since}) as entry
    group by day`.execute(transaction);
  return rows;
}

/** The first model of each conversation. */
export async function modelsOf(
  transaction: TenantTransaction,
  conversationIds: readonly string[],
): Promise<Map<string, string>> {
  if (conversationIds.length === 0) return new Map();
  const rows = await transaction
    .selectFrom('context.conversations')
    .select(['id', 'models'])
    .where('id', 'in', [...conversationIds])
    .execute();
  return new Map(rows.flatMap(({ id, models }) => (models[0] ? [[id, models[0]] as const] : [])));
}
