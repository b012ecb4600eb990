import { type Selectable, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';
import { literal, wholeAddress } from '../../../platform/text/address.ts';
import { type ForgeRepository, nameKey } from './push.ts';

export type RepositoryRecord = Selectable<Schema['context.repositories']>;
export type CommitRecord = Selectable<Schema['context.commits']>;
export type CommitFileRecord = Selectable<Schema['context.commit_files']>;
export type HeirHow = Schema['context.commit_heirs']['how'];

/** The repository of this name, made when it is not known yet; a connection that tells of it becomes its own. */
export async function upsertRepository(
  transaction: TenantTransaction,
  { host, fullName, webUrl, defaultBranch }: ForgeRepository,
  connectionId: string | null,
): Promise<RepositoryRecord> {
  const told = { default_branch: defaultBranch, web_url: webUrl, connection_id: connectionId };
  const known = Object.fromEntries(Object.entries(told).filter(([, value]) => value !== null));
  const key = nameKey({ host, fullName });
  const made = await transaction
    .insertInto('context.repositories')
    .values({ id: uuidv7(), host, full_name: fullName, name_key: key, ...told })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'name_key']).doUpdateSet({ full_name: fullName, ...known }),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
  return made;
}

export function findRepository(
  transaction: TenantTransaction,
  id: string,
): Promise<RepositoryRecord | undefined> {
  return transaction.selectFrom('context.repositories').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Repositories by name, with how many commits of each are known. */
export function listRepositories(
  transaction: TenantTransaction,
  search: string | undefined,
  after: string | null,
  limit: number,
) {
  let query = transaction
    .selectFrom('context.repositories as repository')
    .selectAll('repository')
    .select((eb) => [
      eb
        .selectFrom('context.commits')
        .select(sql<number>`count(*)::int`.as('n'))
        .whereRef('repository_id', '=', 'repository.id')
        .as('commits'),
      eb
        .selectFrom('context.commits')
        .select(({ fn }) => fn.max('committed_at').as('at'))
        .whereRef('repository_id', '=', 'repository.id')
        .as('last_commit_at'),
    ])
    .orderBy('name_key')
    .limit(limit);
  if (after !== null) query = query.where('name_key', '>', after);
  if (search) query = query.where(sql`position(${search.toLowerCase()} in name_key)`, '>', 0);
  return query.execute();
}

/** Commits of a repository by their whole id. */
export async function commitsBySha(
  transaction: TenantTransaction,
  repositoryId: string,
  shas: readonly string[],
): Promise<Map<string, CommitRecord>> {
  if (shas.length === 0) return new Map();
  const rows = await transaction
    .selectFrom('context.commits')
    .selectAll()
    .where('repository_id', '=', repositoryId)
    .where('sha', 'in', [...shas])
    .execute();
  return new Map(rows.map((row) => [row.sha, row]));
}

/** Commits by their whole id, in one repository or in all. */
export function commitsOfShas(
  transaction: TenantTransaction,
  shas: readonly string[],
  nameKey: string | null,
): Promise<{ id: string; sha: string; repository_id: string }[]> {
  if (shas.length === 0) return Promise.resolve([]);
  let query = transaction
    .selectFrom('context.commits as commit')
    .innerJoin('context.repositories as repository', 'repository.id', 'commit.repository_id')
    .select(['commit.id', 'commit.sha', 'commit.repository_id'])
    .where('commit.sha', 'in', [...shas]);
  if (nameKey !== null) query = query.where('repository.name_key', '=', nameKey);
  return query.execute();
}

/** Commits whose id begins so; at most `limit`. */
export function commitsStartingWith(
  transaction: TenantTransaction,
  sha: string,
  repositoryId: string | undefined,
  limit: number,
) {
  let query = transaction
    .selectFrom('context.commits as commit')
    .innerJoin('context.repositories as repository', 'repository.id', 'commit.repository_id')
    .selectAll('commit')
    .select('repository.full_name')
    .where('sha', 'like', `${sha}%`)
    .orderBy('commit.id')
    .limit(limit);
  if (repositoryId) query = query.where('repository_id', '=', repositoryId);
  return query.execute();
}

export interface CommitFilter {
  repositoryId?: string | undefined;
  branch?: string | undefined;
  author?: string | undefined;
  file?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
}

/** Commits, newest first, before a place in that order. */
export function listCommits(
  transaction: TenantTransaction,
  { repositoryId, branch, author, file, since, until }: CommitFilter,
  before: { at: string; id: string } | null,
  limit: number,
) {
  let query = transaction
    .selectFrom('context.commits as commit')
    .innerJoin('context.repositories as repository', 'repository.id', 'commit.repository_id')
    .selectAll('commit')
    .select('repository.full_name')
    .orderBy('committed_at', 'desc')
    .orderBy('commit.id', 'desc')
    .limit(limit);
  if (before)
    query = query.where(
      sql<boolean>`(commit.committed_at, commit.id) < (${before.at}::timestamptz, ${before.id}::uuid)`,
    );
  if (repositoryId) query = query.where('repository_id', '=', repositoryId);
  if (branch) query = query.where('branch', '=', branch);
  if (author)
    query = query.where(
      sql`position(${author.toLowerCase()} in lower(concat(author_name, ' ', author_email)))`,
      '>',
      0,
    );
  if (file)
    query = query.where((eb) =>
      eb.exists(
        eb
          .selectFrom('context.commit_files')
          .select('commit_id')
          .whereRef('commit_id', '=', 'commit.id')
          .where('path', '=', file),
      ),
    );
  if (since) query = query.where('committed_at', '>=', new Date(since));
  if (until) query = query.where('committed_at', '<', new Date(until));
  return query.execute();
}

/** Files of commits, by path. */
export async function filesOf(
  transaction: TenantTransaction,
  commitIds: readonly string[],
): Promise<Map<string, CommitFileRecord[]>> {
  if (commitIds.length === 0) return new Map();
  const rows = await transaction
    .selectFrom('context.commit_files')
    .selectAll()
    .where('commit_id', 'in', [...commitIds])
    .orderBy('path')
    .execute();
  return Map.groupBy(rows, ({ commit_id }) => commit_id);
}

/** Paths that commits change, by commit. */
export async function pathsOf(
  transaction: TenantTransaction,
  commitIds: readonly string[],
): Promise<Map<string, string[]>> {
  if (commitIds.length === 0) return new Map();
  const rows = await transaction
    .selectFrom('context.commit_files')
    .select(['commit_id', 'path'])
    .where('commit_id', 'in', [...commitIds])
    .execute();
  const paths = new Map<string, string[]>();
  for (const { commit_id, path } of rows) paths.set(commit_id, [...(paths.get(commit_id) ?? []), path]);
  return paths;
}

export async function insertHeirs(
  transaction: TenantTransaction,
  heirs: readonly { commitId: string; heirId: string; how: HeirHow }[],
): Promise<number> {
  if (heirs.length === 0) return 0;
  const made = await transaction
    .insertInto('context.commit_heirs')
    .values(heirs.map(({ commitId, heirId, how }) => ({ commit_id: commitId, heir_id: heirId, how })))
    .onConflict((conflict) => conflict.columns(['commit_id', 'heir_id']).doNothing())
    .returning('commit_id')
    .execute();
  return made.length;
}

/** The commits that replaced this one, and those that it replaced. */
export async function kinOf(transaction: TenantTransaction, commitId: string) {
  const related = (mine: 'commit_id' | 'heir_id', theirs: 'commit_id' | 'heir_id') =>
    transaction
      .selectFrom('context.commit_heirs as heir')
      .innerJoin('context.commits as commit', 'commit.id', `heir.${theirs}`)
      .select(['commit.sha', 'heir.how'])
      .where(`heir.${mine}`, '=', commitId)
      .orderBy('commit.sha')
      .execute();
  const [heirs, replaces] = [await related('commit_id', 'heir_id'), await related('heir_id', 'commit_id')];
  return { heirs, replaces };
}

/** Commits of a repository on a branch, or anywhere, authored since; newest first. */
export function recentCommits(
  transaction: TenantTransaction,
  repositoryId: string,
  since: Date,
  limit: number,
): Promise<CommitRecord[]> {
  return transaction
    .selectFrom('context.commits')
    .selectAll()
    .where('repository_id', '=', repositoryId)
    .where('authored_at', '>=', since)
    .orderBy('committed_at', 'desc')
    .limit(limit)
    .execute();
}

/** Marks commits that a forced push left behind. */
export async function markUnreachable(
  transaction: TenantTransaction,
  ids: readonly string[],
  at: Date,
): Promise<void> {
  if (ids.length === 0) return;
  await transaction
    .updateTable('context.commits')
    .set({ unreachable_at: at })
    .where('id', 'in', [...ids])
    .where('unreachable_at', 'is', null)
    .execute();
}

/** Commits whose author has this e-mail address, oldest first. */
export function commitsOfAuthor(transaction: TenantTransaction, email: string) {
  return transaction
    .selectFrom('context.commits as commit')
    .innerJoin('context.repositories as repository', 'repository.id', 'commit.repository_id')
    .select(['sha', 'message', 'author_name', 'author_email', 'authored_at', 'repository.full_name'])
    .where(sql`lower(author_email)`, '=', email.toLowerCase())
    .orderBy('authored_at')
    .execute();
}

/**
 * Takes name and address of an author out of their commits, and the address out of every message: whole lines such as
 * `Co-authored-by`, which have the name too. Returns of how many commits the author was.
 */
export async function removePerson(transaction: TenantTransaction, email: string): Promise<number> {
  await sql`
    update context.commits set message = regexp_replace(
      regexp_replace(message, ${`^([a-z-]+-by:).*<${literal(email)}>.*$`}, '\\1 [erased]', 'gin'),
      ${wholeAddress(email)}, '[erased]', 'gi')
    where position(${email.toLowerCase()} in lower(message)) > 0`.execute(transaction);
  const { numUpdatedRows } = await transaction
    .updateTable('context.commits')
    .set({ author_name: null, author_email: null })
    .where(sql`lower(author_email)`, '=', email.toLowerCase())
    .executeTakeFirst();
  return Number(numUpdatedRows);
}
