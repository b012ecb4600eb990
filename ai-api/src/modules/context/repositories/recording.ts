import { v7 as uuidv7 } from 'uuid';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { redact } from '../redaction/index.ts';
import { kindOf } from './kinds.ts';
import { lineDigestsOf, patchIdOf } from './patch.ts';
import { clean, type ForgeCommit } from './push.ts';
import { type CommitRecord, commitsBySha } from './store.ts';

const MAX_MESSAGE = 65_536;
const MAX_PATCH = 200_000;
const MAX_FILES = 3000;
const ROWS_AT_ONCE = 1000;

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
