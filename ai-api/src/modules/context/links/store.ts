import { type Selectable, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';

export type LinkRecord = Selectable<Schema['context.links']>;

/** What links show of both sides. */
export type LinkRow = Awaited<ReturnType<typeof listLinks>>[number];

export interface LinkFilter {
  status?: LinkRecord['status'] | undefined;
  level?: LinkRecord['level'] | undefined;
  repositoryId?: string | undefined;
  commitId?: string | undefined;
  commitIds?: readonly string[] | undefined;
  repositoryIds?: readonly string[] | undefined;
  conversationId?: string | undefined;
  linkId?: string | undefined;
}

/** Links that a reader may see, newest first, before `before`. */
export function listLinks(
  transaction: TenantTransaction,
  reader: string,
  { status, level, repositoryId, repositoryIds, commitId, commitIds, conversationId, linkId }: LinkFilter,
  before: string | null,
  limit: number,
) {
  let query = transaction
    .selectFrom('context.links as link')
    .innerJoin('context.conversations as conversation', 'conversation.id', 'link.conversation_id')
    .innerJoin('context.commits as commit', 'commit.id', 'link.commit_id')
    .innerJoin('context.repositories as repository', 'repository.id', 'commit.repository_id')
    .selectAll('link')
    .select([
      'conversation.title',
      'conversation.tool',
      'conversation.owner_name',
      'conversation.started_at',
      'commit.sha',
      'commit.message',
      'commit.repository_id',
      'commit.committed_at',
      'commit.unreachable_at',
      'repository.full_name',
    ])
    .where((eb) => eb.or([eb('conversation.is_private', '=', false), eb('conversation.owner', '=', reader)]))
    .orderBy('link.id', 'desc')
    .limit(limit);
  if (before !== null) query = query.where('link.id', '<', before);
  if (status) query = query.where('link.status', '=', status);
  if (level) query = query.where('link.level', '=', level);
  if (repositoryId) query = query.where('commit.repository_id', '=', repositoryId);
  if (commitId) query = query.where('link.commit_id', '=', commitId);
  if (repositoryIds) query = query.where('commit.repository_id', 'in', [...repositoryIds]);
  if (commitIds) query = query.where('link.commit_id', 'in', [...commitIds]);
  if (conversationId) query = query.where('link.conversation_id', '=', conversationId);
  if (linkId) query = query.where('link.id', '=', linkId);
  return query.execute();
}

const MAX_LINKS = 5000;

/** Links of commits that a reader may see, with those that people rejected. */
export function linksOf(
  transaction: TenantTransaction,
  reader: string,
  commitIds: readonly string[],
): Promise<LinkRow[]> {
  if (commitIds.length === 0) return Promise.resolve([]);
  return listLinks(transaction, reader, { commitIds }, null, MAX_LINKS);
}

/** The newest confirmed links of repositories that a reader may see. */
export function linksOfRepositories(
  transaction: TenantTransaction,
  reader: string,
  repositoryIds: readonly string[],
): Promise<LinkRow[]> {
  if (repositoryIds.length === 0) return Promise.resolve([]);
  return listLinks(transaction, reader, { repositoryIds, status: 'confirmed' }, null, MAX_LINKS);
}

/** Links of commits, with those that people rejected. */
export function linksOfCommits(
  transaction: TenantTransaction,
  commitIds: readonly string[],
): Promise<LinkRecord[]> {
  if (commitIds.length === 0) return Promise.resolve([]);
  return transaction
    .selectFrom('context.links')
    .selectAll()
    .where('commit_id', 'in', [...commitIds])
    .execute();
}

export function findLink(
  transaction: TenantTransaction,
  conversationId: string,
  commitId: string,
): Promise<LinkRecord | undefined> {
  return transaction
    .selectFrom('context.links')
    .selectAll()
    .where('conversation_id', '=', conversationId)
    .where('commit_id', '=', commitId)
    .executeTakeFirst();
}

export type Found = Pick<
  LinkRecord,
  'conversation_id' | 'commit_id' | 'level' | 'status' | 'score' | 'message_id' | 'judgement_id'
> & { reasons: LinkRecord['reasons'] };

/** Stores what the engine found; a link that a person decided stays as it is. */
export async function upsertFound(transaction: TenantTransaction, found: Found): Promise<string | null> {
  const values = { ...found, reasons: JSON.stringify(found.reasons) };
  const row = await transaction
    .insertInto('context.links')
    .values({ id: uuidv7(), ...values })
    .onConflict((conflict) =>
      conflict
        .columns(['conversation_id', 'commit_id'])
        .doUpdateSet({ ...values, updated_at: sql<Date>`now()` })
        .where(sql<boolean>`links.decided_by is null`),
    )
    .returning('id')
    .executeTakeFirst();
  return row?.id ?? null;
}

/** Stores what a person decided about a pair. */
export async function storeDecided(
  transaction: TenantTransaction,
  decided: Found & { decided_by: string; decided_at: Date },
): Promise<string> {
  const values = { ...decided, reasons: JSON.stringify(decided.reasons) };
  const { id } = await transaction
    .insertInto('context.links')
    .values({ id: uuidv7(), ...values })
    .onConflict((conflict) =>
      conflict
        .columns(['conversation_id', 'commit_id'])
        .doUpdateSet({ ...values, updated_at: sql<Date>`now()` }),
    )
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** Takes back what the engine no longer finds. */
export async function withdraw(transaction: TenantTransaction, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await transaction
    .deleteFrom('context.links')
    .where('id', 'in', [...ids])
    .where('decided_by', 'is', null)
    .execute();
}

/** An edit of a file in a conversation. */
export interface FileEdit {
  conversation_id: string;
  message_id: string;
  path: string;
  after: string | null;
  said_at: Date | null;
}

const MAX_EDITS = 5000;
/** Characters of edits that are compared at once: what memory they take. */
const MAX_CHARACTERS = 32_000_000;

/** Edits of a file in conversations, the last in a conversation first. Paths of a tool may be absolute. */
export async function editsOfFile(
  transaction: TenantTransaction,
  conversationIds: readonly string[],
  file: string,
): Promise<FileEdit[]> {
  if (conversationIds.length === 0) return [];
  const { rows } = await sql<FileEdit>`
    select edit.conversation_id, edit.message_id, edit.path, edit.after, message.said_at
    from context.edits as edit
    join context.messages as message
      on message.conversation_id = edit.conversation_id and message.id = edit.message_id
    where edit.conversation_id = any(${[...conversationIds]}::uuid[])
      and (replace(edit.path, chr(92), '/') = ${file}
        or right(replace(edit.path, chr(92), '/'), length(${file}) + 1) = '/' || ${file})
    order by message.place desc
    limit ${MAX_EDITS}`.execute(transaction);
  return rows;
}

/**
 * Edits of conversations, the last in a conversation first. Where there are too many, each conversation gives up its oldest
 * ones, so that no short conversation is left out for a long one.
 */
export async function editsOfConversations(
  transaction: TenantTransaction,
  conversationIds: readonly string[],
): Promise<FileEdit[]> {
  if (conversationIds.length === 0) return [];
  const { rows } = await sql<FileEdit>`
    with numbered as (
      select edit.month, edit.conversation_id, edit.message_id, edit.call_place, edit.place, message.said_at,
        coalesce(length(edit.after), 0) as characters,
        row_number() over (
          partition by edit.conversation_id order by message.place desc, edit.call_place desc, edit.place desc) as nth
      from context.edits as edit
      join context.messages as message
        on message.conversation_id = edit.conversation_id and message.id = edit.message_id
      where edit.conversation_id = any(${[...conversationIds]}::uuid[])
    ), bounded as (
      select numbered.*, sum(characters) over (order by nth, conversation_id) as total from numbered
    )
    select edit.conversation_id, edit.message_id, edit.path, edit.after, bounded.said_at
    from bounded join context.edits as edit using (month, conversation_id, message_id, call_place, place)
    where total <= ${MAX_CHARACTERS}
    order by nth, conversation_id
    limit ${MAX_EDITS}`.execute(transaction);
  return rows;
}
