import { type Selectable, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';
import { redact } from '../redaction/index.ts';
import { kindOf } from './kinds.ts';
import { lineDigestsOf, patchIdOf } from './patch.ts';
import { clean, type ForgeCommit, type ForgeRepository, nameKey } from './push.ts';

export type RepositoryRecord = Selectable<Schema['context.repositories']>;
export type CommitRecord = Selectable<Schema['context.commits']>;
export type CommitFileRecord = Selectable<Schema['context.commit_files']>;
export type HeirHow = Schema['context.commit_heirs']['how'];

const MAX_MESSAGE = 65_536;
const MAX_PATCH = 200_000;
const MAX_FILES = 3000;
const ROWS_AT_ONCE = 1000;

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

export interface Recorded {
  /** Commits that were not known, in the order given. */
  added: CommitRecord[];
  /** Commits that were known, of which more is known now. */
  completed: number;
}

/** Stores commits; those that are known only gain what was missing. */
export async function recordCommits(
  transaction: TenantTransaction,
  repositoryId: string,
  commits: readonly ForgeCommit[],
  seen: { branch: string | null; source: CommitRecord['source'] },
): Promise<Recorded> {
  const bySha = new Map(commits.map((commit) => [commit.sha, commit]));
  const known = await commitsBySha(transaction, repositoryId, [...bySha.keys()]);
  const added: CommitRecord[] = [];
  const fresh = [...bySha.values()].filter(({ sha }) => !known.has(sha));
  for (let at = 0; at < fresh.length; at += ROWS_AT_ONCE) {
    const rows = fresh
      .slice(at, at + ROWS_AT_ONCE)
      .map((commit) => ({ id: uuidv7(), repository_id: repositoryId, ...seen, ...columnsOf(commit) }));
    added.push(
      ...(await transaction
        .insertInto('context.commits')
        .values(rows)
        .onConflict((conflict) => conflict.columns(['repository_id', 'sha']).doNothing())
        .returningAll()
        .execute()),
    );
  }
  await insertFiles(
    transaction,
    added.map(({ id, sha }) => ({ id, files: bySha.get(sha)?.files ?? [] })),
  );
  let completed = 0;
  for (const row of known.values()) {
    const commit = bySha.get(row.sha) as ForgeCommit;
    if (await complete(transaction, row, commit, seen.source)) completed += 1;
  }
  return { added, completed };
}

/** Adds to a commit what a better source knows: its diff, its parents, that it is reachable again. */
async function complete(
  transaction: TenantTransaction,
  row: CommitRecord,
  commit: ForgeCommit,
  source: CommitRecord['source'],
): Promise<boolean> {
  const columns = columnsOf(commit);
  const isBetter = row.patch_id === null && columns.patch_id !== null;
  const isReachable = row.unreachable_at !== null && source !== 'capture';
  if (!isBetter && !isReachable) return false;
  const { parents, kind, added, deleted, patch_id, line_digests } = columns;
  await transaction
    .updateTable('context.commits')
    .set({
      ...(isBetter ? { kind, added, deleted, patch_id, line_digests } : {}),
      ...(isBetter && parents.length > 0 ? { parents } : {}),
      ...(isReachable ? { unreachable_at: null } : {}),
    })
    .where('id', '=', row.id)
    .execute();
  if (isBetter) {
    await transaction.deleteFrom('context.commit_files').where('commit_id', '=', row.id).execute();
    await insertFiles(transaction, [{ id: row.id, files: commit.files }]);
  }
  return true;
}

async function insertFiles(
  transaction: TenantTransaction,
  commits: readonly { id: string; files: ForgeCommit['files'] }[],
): Promise<void> {
  const rows = commits.flatMap(({ id, files }) =>
    [...new Map(files.map((file) => [file.path, file])).values()].slice(0, MAX_FILES).map((file) => ({
      commit_id: id,
      path: clean(file.path),
      previous_path: file.previousPath === null ? null : clean(file.previousPath),
      change: file.change,
      added: file.added,
      deleted: file.deleted,
      patch: file.patch === null || file.patch.length > MAX_PATCH ? null : redact(clean(file.patch)).text,
    })),
  );
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE)
    await transaction
      .insertInto('context.commit_files')
      .values(rows.slice(at, at + ROWS_AT_ONCE))
      .onConflict((conflict) => conflict.columns(['commit_id', 'path']).doNothing())
      .execute();
}

function columnsOf(commit: ForgeCommit) {
  const message = redact(clean(commit.message)).text.slice(0, MAX_MESSAGE);
  const counted = (which: 'added' | 'deleted') =>
    commit.files.length > 0 && commit.files.every((file) => file[which] !== null)
      ? commit.files.reduce((sum, file) => sum + (file[which] ?? 0), 0)
      : null;
  return {
    sha: commit.sha,
    message,
    author_name: commit.authorName === null ? null : clean(commit.authorName).slice(0, 300),
    author_email: commit.authorEmail === null ? null : clean(commit.authorEmail).slice(0, 320),
    authored_at: new Date(commit.authoredAt),
    authored_offset: offsetOf(commit.authoredAt),
    committed_at: new Date(commit.committedAt),
    parents: commit.parents,
    kind: kindOf({ ...commit, message }),
    added: counted('added'),
    deleted: counted('deleted'),
    patch_id: patchIdOf(commit.files),
    line_digests: lineDigestsOf(commit.files),
    web_url: commit.webUrl,
  };
}

/** Minutes east of UTC of an ISO 8601 time. */
function offsetOf(time: string): number {
  const [, sign, hours, minutes] = /([+-])(\d\d):?(\d\d)$/.exec(time) ?? [];
  const offset = Number(hours ?? 0) * 60 + Number(minutes ?? 0);
  return sign === '-' ? -offset : offset;
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
  const address = email.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  await sql`
    update context.commits set message = regexp_replace(
      regexp_replace(message, ${`^([a-z-]+-by:).*<${address}>.*$`}, '\\1 [erased]', 'gin'),
      ${address}, '[erased]', 'gi')
    where position(${email.toLowerCase()} in lower(message)) > 0`.execute(transaction);
  const { numUpdatedRows } = await transaction
    .updateTable('context.commits')
    .set({ author_name: null, author_email: null })
    .where(sql`lower(author_email)`, '=', email.toLowerCase())
    .executeTakeFirst();
  return Number(numUpdatedRows);
}
