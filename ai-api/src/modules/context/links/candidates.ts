import { sql } from 'kysely';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { attributionsOf, subjectOf } from '../repositories/index.ts';
import type { Inherited, LinkableCommit, LinkableConversation } from './signals.ts';
import { wordsOf } from './signals.ts';

/** Conversations that are held against one commit at most, and commits against one conversation. */
const MAX_CANDIDATES = 200;
/** How far a conversation may lie from a commit without a proof. */
const DAYS = 14;
const MAX_EDITS = 2000;
const MAX_TEXT = 2000;
const MAX_TEXTS = 40;

/** A commit with its id. */
export interface CommitToLink extends LinkableCommit {
  id: string;
  repositoryId: string;
}

/** Commits with what links need of them. */
export async function commitsToLink(
  transaction: TenantTransaction,
  ids: readonly string[],
): Promise<CommitToLink[]> {
  if (ids.length === 0) return [];
  const rows = await transaction
    .selectFrom('context.commits as commit')
    .innerJoin('context.repositories as repository', 'repository.id', 'commit.repository_id')
    .selectAll('commit')
    .select('repository.name_key')
    .where('commit.id', 'in', [...ids])
    .execute();
  const files = await transaction
    .selectFrom('context.commit_files')
    .select(['commit_id', 'path', 'previous_path', 'patch'])
    .where('commit_id', 'in', [...ids])
    .execute();
  const byCommit = Map.groupBy(files, ({ commit_id }) => commit_id);
  const attributions = await attributionsOf(transaction, ids);
  return rows.map((row) => ({
    id: row.id,
    repositoryId: row.repository_id,
    sha: row.sha,
    message: row.message,
    kind: row.kind,
    parents: row.parents,
    repositoryKey: row.name_key,
    branch: row.branch,
    authoredAt: row.authored_at,
    authoredOffset: row.authored_offset,
    authorEmail: row.author_email,
    authorIsKnown: false,
    attributed: (attributions.get(row.id) ?? []).map(({ sessionId }) => sessionId),
    files: (byCommit.get(row.id) ?? []).map(({ path, previous_path, patch }) => ({
      path,
      previousPath: previous_path,
      patch,
    })),
  }));
}

/** Subjects of the commits that may be linked by what they say; merges, bots and releases say nothing of their own. */
export async function subjectsOf(
  transaction: TenantTransaction,
  ids: readonly string[],
): Promise<{ id: string; subject: string }[]> {
  if (ids.length === 0) return [];
  const rows = await transaction
    .selectFrom('context.commits')
    .select(['id', 'message'])
    .where('id', 'in', [...ids])
    .where('kind', '=', 'ordinary')
    .execute();
  return rows.map(({ id, message }) => ({ id, subject: subjectOf(message) }));
}

/** Ids of commits by their whole SHA. */
export async function commitIds(
  transaction: TenantTransaction,
  repositoryId: string,
  shas: readonly string[],
): Promise<string[]> {
  if (shas.length === 0) return [];
  const rows = await transaction
    .selectFrom('context.commits')
    .select('id')
    .where('repository_id', '=', repositoryId)
    .where('sha', 'in', [...shas])
    .execute();
  return rows.map(({ id }) => id);
}

/** Ids of commits that were made since, oldest first. */
export async function commitIdsSince(transaction: TenantTransaction, since: Date): Promise<string[]> {
  const rows = await transaction
    .selectFrom('context.commits')
    .select('id')
    .where('committed_at', '>=', since)
    .orderBy('committed_at')
    .execute();
  return rows.map(({ id }) => id);
}

/**
 * Conversations that may have led to a commit: those that name it or that it names, those linked with a commit that it
 * replaces, and the nearest in time in its repository or in none that is known.
 */
export async function conversationsNear(
  transaction: TenantTransaction,
  commit: CommitToLink,
  namedSessions: readonly string[],
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select conversation_id as id from context.commits_seen
      where left(sha, 7) = left(${commit.sha}, 7) and kind <> 'head'
    union
    select id from context.conversations where session_id = any(${[...namedSessions, ...commit.attributed]}::text[])
    union
    select link.conversation_id from context.links as link
      join context.commit_heirs as heir on heir.commit_id = link.commit_id
      where heir.heir_id = ${commit.id}
    union
    (select id from context.conversations
      where (repository is null or lower(repository) = ${commit.repositoryKey}
          or right(${commit.repositoryKey}, length(repository) + 1) = '/' || lower(repository))
        and active_at >= ${commit.authoredAt}::timestamptz - make_interval(days => ${DAYS})
        and coalesce(started_at, created_at) <= ${commit.authoredAt}::timestamptz + make_interval(hours => 14)
      order by (repository is null), abs(extract(epoch from active_at - ${commit.authoredAt}::timestamptz))
      limit ${MAX_CANDIDATES})`.execute(transaction);
  return rows.map(({ id }) => id);
}

/** Commits that a conversation may have led to, the nearest in time. */
export async function commitsNear(transaction: TenantTransaction, conversationId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with conversation as (select * from context.conversations where id = ${conversationId})
    select commit.id from context.commits as commit
      join context.commits_seen as seen on left(seen.sha, 7) = left(commit.sha, 7)
      where seen.conversation_id = ${conversationId} and seen.kind <> 'head'
    union
    select attribution.commit_id from context.attributions as attribution
      join conversation on conversation.session_id = attribution.session_id
    union
    (select commit.id from context.commits as commit
      join context.repositories as repository on repository.id = commit.repository_id
      cross join conversation
      where (conversation.repository is null or lower(conversation.repository) = repository.name_key
          or right(repository.name_key, length(conversation.repository) + 1) = '/' || lower(conversation.repository))
        and commit.authored_at >= coalesce(conversation.started_at, conversation.created_at) - interval '14 hours'
        and commit.authored_at <= conversation.active_at + make_interval(days => ${DAYS})
      order by abs(extract(epoch from commit.authored_at - conversation.active_at))
      limit ${MAX_CANDIDATES})`.execute(transaction);
  return rows.map(({ id }) => id);
}

interface Found {
  id: string;
  owner: string;
  conversation: LinkableConversation;
}

/** Conversations with what links need of them; of their edits, those of files with these names. */
export async function conversationsToLink(
  transaction: TenantTransaction,
  ids: readonly string[],
  fileNames: readonly string[],
): Promise<Found[]> {
  if (ids.length === 0) return [];
  const rows = await transaction
    .selectFrom('context.conversations as conversation')
    .select([
      'id',
      'session_id',
      'repository',
      'branch',
      'started_at',
      'ended_at',
      'local_time',
      'owner',
      'title',
    ])
    .select(
      sql<Date | null>`(
        select min(next.started_at) from context.conversations as next
        where next.owner = conversation.owner and next.tool = conversation.tool
          and next.repository is not distinct from conversation.repository
          and next.parent_id is null and next.started_at > conversation.started_at)`.as('next_start_at'),
    )
    .where('id', 'in', [...ids])
    .execute();
  const seen = await transaction
    .selectFrom('context.commits_seen')
    .select(['conversation_id', 'sha', 'kind', 'message_id'])
    .where('conversation_id', 'in', [...ids])
    .execute();
  const edits = await editsOf(transaction, ids, fileNames);
  const texts = await textsOf(transaction, ids);
  const seenBy = Map.groupBy(seen, ({ conversation_id }) => conversation_id);
  const editsBy = Map.groupBy(edits, ({ conversation_id }) => conversation_id);
  const lexemes = new Map<string, readonly string[]>();
  return rows.map((row) => ({
    id: row.id,
    owner: row.owner,
    conversation: {
      sessionId: row.session_id,
      repositoryKey: row.repository?.toLowerCase() ?? null,
      branch: row.branch,
      startedAt: row.started_at,
      endedAt: row.ended_at,
      nextStartAt: row.next_start_at,
      localTime: row.local_time,
      ownerEmail: null,
      seen: (seenBy.get(row.id) ?? []).map(({ sha, kind, message_id }) => ({
        sha,
        kind,
        messageId: message_id,
      })),
      edits: (editsBy.get(row.id) ?? []).map(({ path, before, after, message_id }) => ({
        path,
        before,
        after,
        messageId: message_id,
      })),
      words: wordsOf(`${row.title}\n${texts.get(row.id) ?? ''}`, lexemes),
    },
  }));
}

/** Edits of the files, and of each conversation one more, so that it is known whether it edits at all. */
async function editsOf(transaction: TenantTransaction, ids: readonly string[], fileNames: readonly string[]) {
  const { rows } = await sql<{
    conversation_id: string;
    path: string;
    before: string | null;
    after: string | null;
    message_id: string;
  }>`
    (select conversation_id, path, before, after, message_id from context.edits
      where conversation_id = any(${[...ids]}::uuid[])
        and regexp_replace(path, '^.*[/\\\\]', '') = any(${[...fileNames]}::text[])
      limit ${MAX_EDITS})
    union all
    (select distinct on (conversation_id) conversation_id, path, null, null, message_id from context.edits
      where conversation_id = any(${[...ids]}::uuid[])
        and regexp_replace(path, '^.*[/\\\\]', '') <> all(${[...fileNames]}::text[]))`.execute(transaction);
  return rows;
}

/** What people said in conversations, cut. */
async function textsOf(transaction: TenantTransaction, ids: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ conversation_id: string; text: string }>`
    select conversation_id, string_agg(text, chr(10)) as text from (
      select conversation_id, left(text, ${MAX_TEXT}) as text,
        row_number() over (partition by conversation_id order by place) as number
      from context.messages
      where conversation_id = any(${[...ids]}::uuid[]) and author in ('human', 'assistant')) as said
    where number <= ${MAX_TEXTS}
    group by conversation_id`.execute(transaction);
  return new Map(rows.map(({ conversation_id, text }) => [conversation_id, text]));
}

/** How conversations are linked with the commits that this one replaces. */
export async function inheritedBy(
  transaction: TenantTransaction,
  commitId: string,
): Promise<Map<string, Inherited>> {
  const rows = await transaction
    .selectFrom('context.links as link')
    .innerJoin('context.commit_heirs as heir', 'heir.commit_id', 'link.commit_id')
    .select(['link.conversation_id', 'link.status'])
    .where('heir.heir_id', '=', commitId)
    .where('link.status', 'in', ['confirmed', 'suggested'])
    .orderBy('link.status', 'desc')
    .execute();
  // In this order a confirmed link takes the place of a suggested one.
  return new Map(rows.map(({ conversation_id, status }) => [conversation_id, status as Inherited]));
}
