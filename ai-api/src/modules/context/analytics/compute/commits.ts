import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { TenantTransaction } from '../../../../platform/database/index.ts';
import { DAY_MS } from '../../../../platform/durations.ts';
import { type FollowedCommit, REWORK_DAYS, reworkOf } from './rework.ts';

/** Commits of one repository that are computed at once at most; a longer history is computed in parts. */
const MAX_COMMITS = 2_000;

/** Repositories with commits that were recorded, linked or changed since a time, and from when on they are concerned. */
export async function changedRepositories(
  transaction: TenantTransaction,
  since: Date | null,
): Promise<{ repositoryId: string; from: Date }[]> {
  const { rows } = await sql<{ repository_id: string; from: Date }>`
    select repository_id, min(committed_at) as "from" from context.commits as commit
    where ${
      since === null
        ? sql`true`
        : sql`(recorded_at >= ${since} or unreachable_at >= ${since}
            or exists (select from context.links where commit_id = commit.id and updated_at >= ${since})
            or exists (select from context.commit_heirs where commit_id = commit.id and found_at >= ${since}))`
    }
    group by 1 order by 1`.execute(transaction);
  return rows.map(({ repository_id, from }) => ({ repositoryId: repository_id, from }));
}

/**
 * Computes the figures of commits again, from the first that changed on, and of those before it that it may have changed.
 * Those of days that are final stay as they are.
 * @param authorOf the subject of an author's address, with their team
 */
export async function computeCommits(
  transaction: TenantTransaction,
  repositoryId: string,
  from: Date,
  authorOf: (email: string | null) => { author: string; team: string },
  closedBefore: string | null,
): Promise<void> {
  let after = new Date(from.getTime() - REWORK_DAYS * DAY_MS);
  for (;;) {
    const commits = await commitsFrom(transaction, repositoryId, after);
    const isLast = commits.length < MAX_COMMITS;
    const files = await filesOf(
      transaction,
      commits.map(({ id }) => id),
    );
    const rework = reworkOf(commits.map((row) => followed(row, files)));
    await storeFigures(
      transaction,
      commits
        .filter(({ committed_at }) => isOpen(committed_at, closedBefore))
        .map((row) => {
          const { followed: lines, reworked } = rework.get(row.id) ?? { followed: 0, reworked: 0 };
          const { author, team } = authorOf(row.author_email);
          return {
            commit_id: row.id,
            repository_id: repositoryId,
            day: row.committed_at.toISOString().slice(0, 10),
            author,
            team,
            is_counted: row.is_counted,
            is_linked: row.is_linked,
            is_suggested: row.is_suggested,
            lines: (row.added ?? 0) + (row.deleted ?? 0),
            lines_followed: lines,
            lines_reworked: reworked,
          };
        }),
    );
    const last = commits.at(-1);
    if (isLast || !last) return;
    // The next part begins two weeks before the end of this one, so that no line is lost between them.
    const next = new Date(last.committed_at.getTime() - REWORK_DAYS * DAY_MS);
    const start = next > after ? next : last.committed_at;
    if (start <= after) return;
    after = start;
  }
}

function isOpen(committedAt: Date, closedBefore: string | null): boolean {
  return closedBefore === null || committedAt.toISOString().slice(0, 10) >= closedBefore;
}

interface CommitRow {
  id: string;
  author_email: string | null;
  committed_at: Date;
  added: number | null;
  deleted: number | null;
  is_counted: boolean;
  is_linked: boolean;
  is_suggested: boolean;
}

/** Also by a conversation that retention removed. */
const hasLink = (status: 'confirmed' | 'suggested') => sql`(
  exists (select from context.links where commit_id = commit.id and status = ${status})
  or exists (select from context.retained_links where commit_id = commit.id and status = ${status}))`;

async function commitsFrom(
  transaction: TenantTransaction,
  repositoryId: string,
  from: Date,
): Promise<CommitRow[]> {
  const { rows } = await sql<CommitRow>`
    select id, author_email, committed_at, added, deleted,
      kind in ('ordinary', 'release') and unreachable_at is null and not exists (
        select from context.commit_heirs where commit_id = commit.id and how <> 'cherry-pick') as is_counted,
      ${hasLink('confirmed')} as is_linked, ${hasLink('suggested')} as is_suggested
    from context.commits as commit
    where repository_id = ${repositoryId} and committed_at >= ${from}
    order by committed_at, id limit ${MAX_COMMITS}`.execute(transaction);
  return rows;
}

async function filesOf(transaction: TenantTransaction, ids: readonly string[]) {
  if (ids.length === 0)
    return new Map<string, { path: string; previous_path: string | null; patch: string | null }[]>();
  const rows = await transaction
    .selectFrom('context.commit_files')
    .select(['commit_id', 'path', 'previous_path', 'patch'])
    .where('commit_id', 'in', [...ids])
    .orderBy('path')
    .execute();
  return Map.groupBy(rows, ({ commit_id }) => commit_id);
}

function followed(row: CommitRow, files: Awaited<ReturnType<typeof filesOf>>): FollowedCommit {
  return {
    id: row.id,
    at: row.committed_at,
    files: (files.get(row.id) ?? []).map(({ path, previous_path, patch }) => ({
      path,
      previousPath: previous_path,
      // What a merge or a replaced commit changed, other commits changed already.
      patch: row.is_counted ? patch : null,
    })),
  };
}

/** Stores figures; author and team stay those of the first computation. */
async function storeFigures(transaction: TenantTransaction, rows: readonly object[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    insert into context.commit_figures (commit_id, repository_id, day, author, team, is_counted, is_linked,
      is_suggested, lines, lines_followed, lines_reworked)
    select * from json_to_recordset(${JSON.stringify(rows)}::json) as given (commit_id uuid, repository_id uuid, day date,
      author text, team text, is_counted boolean, is_linked boolean, is_suggested boolean, lines integer,
      lines_followed integer, lines_reworked integer)
    on conflict (commit_id) do update set
      day = excluded.day, is_counted = excluded.is_counted, is_linked = excluded.is_linked,
      is_suggested = excluded.is_suggested, lines = excluded.lines, lines_followed = excluded.lines_followed,
      lines_reworked = excluded.lines_reworked`.execute(transaction);
}

/**
 * Divides the tokens of conversations among the commits that they are linked with, by changed lines. Shares of commits of
 * days that are final stay as they are.
 */
export async function computeTokens(
  transaction: TenantTransaction,
  conversationIds: readonly string[],
  closedBefore: string | null,
): Promise<void> {
  if (conversationIds.length === 0) return;
  const ids = sql`${conversationIds}::uuid[]`;
  const isFinal = (table: string) => sql`exists (
    select from context.commits as final where final.id = ${sql.ref(`${table}.commit_id`)}
      and final.committed_at < ${closedBefore}::timestamp at time zone 'utc')`;
  await sql`
    delete from context.commit_tokens where conversation_id = any (${ids}) and not ${isFinal('commit_tokens')}`.execute(
    transaction,
  );
  await sql`
    with used as (
      select conversation_id, model, sum(tokens_input) as input, sum(tokens_output) as output,
        sum(tokens_cache_read) as cache_read, sum(tokens_cache_write) as cache_write
      from context.activity_hours
      where conversation_id in (
        select conversation_id from context.links where status = 'confirmed' and conversation_id = any (${ids}))
      group by 1, 2
    ), shares as (
      select link.conversation_id, link.commit_id,
        greatest(1, coalesce(commit.added, 0) + coalesce(commit.deleted, 0))::double precision
          / sum(greatest(1, coalesce(commit.added, 0) + coalesce(commit.deleted, 0)))
            over (partition by link.conversation_id) as share
      from context.links as link
      join context.commits as commit on commit.id = link.commit_id
      where link.status = 'confirmed' and link.conversation_id = any (${ids}) and commit.unreachable_at is null
        and not exists (
          select from context.commit_heirs where commit_id = commit.id and how <> 'cherry-pick')
    )
    insert into context.commit_tokens (commit_id, conversation_id, model, tokens_input, tokens_output,
      tokens_cache_read, tokens_cache_write)
    select commit_id, conversation_id, model, share * input, share * output, share * cache_read, share * cache_write
    from shares join used using (conversation_id)
    where input + output + cache_read + cache_write > 0 and not ${isFinal('shares')}`.execute(transaction);
}

/**
 * Retains what the links of conversations add to the figures of commits, before retention removes the conversations: in
 * the transaction that removes them.
 */
export async function retainLinks(
  transaction: TenantTransaction,
  conversationIds: readonly string[],
): Promise<void> {
  await sql`
    insert into context.retained_links as retained (commit_id, owner, status, model, tokens_input, tokens_output,
      tokens_cache_read, tokens_cache_write)
    select link.commit_id, conversation.owner, link.status, coalesce(tokens.model, ''),
      coalesce(sum(tokens.tokens_input), 0), coalesce(sum(tokens.tokens_output), 0),
      coalesce(sum(tokens.tokens_cache_read), 0), coalesce(sum(tokens.tokens_cache_write), 0)
    from context.links as link
    join context.conversations as conversation on conversation.id = link.conversation_id
    left join context.commit_tokens as tokens
      on tokens.commit_id = link.commit_id and tokens.conversation_id = link.conversation_id
    where link.status <> 'rejected' and link.conversation_id = any (${conversationIds}::uuid[])
    group by 1, 2, 3, 4
    on conflict (commit_id, owner, status, model) do update set
      tokens_input = retained.tokens_input + excluded.tokens_input,
      tokens_output = retained.tokens_output + excluded.tokens_output,
      tokens_cache_read = retained.tokens_cache_read + excluded.tokens_cache_read,
      tokens_cache_write = retained.tokens_cache_write + excluded.tokens_cache_write`.execute(transaction);
}

/** Names an author whose address belongs to no user, without keeping the address. */
export function authorDigest(email: string): string {
  return `author:${createHash('sha256').update(email.toLowerCase()).digest('hex').slice(0, 16)}`;
}
