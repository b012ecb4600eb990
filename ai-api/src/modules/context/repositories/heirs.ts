import type { TenantTransaction } from '../../../platform/database/index.ts';
import { subjectOf } from './kinds.ts';
import {
  type CommitRecord,
  commitsBySha,
  type HeirHow,
  insertHeirs,
  pathsOf,
  recentCommits,
} from './store.ts';

/** How far back a replaced commit is looked for, and among how many. */
const LOOK_BACK_MS = 90 * 24 * 3_600_000;
const MAX_CANDIDATES = 2000;
/** Lines that a commit adds at least to be looked for inside another, and the share that has to be there, in percent. */
const MIN_CONTAINED = 4;
const CONTAINED_SHARE = 90;
const REVERTED = /^This reverts commit ([0-9a-f]{7,40})/m;
const PICKED = /\(cherry picked from commit ([0-9a-f]{40})\)/g;

export interface Heir {
  commitId: string;
  heirId: string;
  how: HeirHow;
}

/** What `heirsOf` compares: a commit with the paths that it changes. */
export interface Comparable extends Pick<CommitRecord, 'id' | 'sha' | 'message' | 'kind' | 'patch_id'> {
  subject: string;
  /** Author and author date to the second, which survive a rebase and an amend. */
  origin: string;
  /** Author date to the second. */
  authoredAt: number;
  committedAt: number;
  paths: ReadonlySet<string>;
  /** Digests of the lines that it adds; null while its diff is unknown. */
  lines: ReadonlySet<number> | null;
  parents: readonly string[];
}

/**
 * Which of `commits` the `heirs` replace. Pure, so that it can be tried on scripted histories.
 *
 * A cherry-pick names its origin. A rebase keeps the changed lines, or else author, author date and subject. A squash
 * lists the subjects of what it joins in its message, or adds the lines that they add. What reverts a revert restores the
 * commit that was reverted.
 */
export function heirsOf(heirs: readonly Comparable[], commits: readonly Comparable[]): Heir[] {
  const bySha = Map.groupBy(commits, ({ sha }) => sha);
  const byPatch = Map.groupBy(commits, ({ patch_id }) => patch_id ?? '');
  const byOrigin = Map.groupBy(commits, ({ origin }) => origin);
  const bySubject = Map.groupBy(commits, ({ subject }) => subject);
  const byMoment = Map.groupBy(commits, momentOf);
  byPatch.delete('');
  return heirs.flatMap((heir) => {
    if (heir.kind === 'merge') return [];
    const found = new Map<string, HeirHow>();
    const take = (how: HeirHow, candidates: readonly Comparable[] | undefined) => {
      for (const { id, committedAt } of candidates ?? [])
        if (id !== heir.id && committedAt <= heir.committedAt && !found.has(id)) found.set(id, how);
    };
    for (const [, sha = ''] of heir.message.matchAll(PICKED)) take('cherry-pick', bySha.get(sha));
    take('same-change', byPatch.get(heir.patch_id ?? ''));
    take(
      'same-author-and-time',
      byOrigin
        .get(heir.origin)
        ?.filter(({ subject, paths }) => subject === heir.subject || share(paths, heir.paths)),
    );
    // Whatever became of the author's address, as when a history is filtered.
    take(
      'same-author-and-time',
      byMoment.get(momentOf(heir))?.filter(({ paths }) => mayBePartOf(paths, heir.paths)),
    );
    for (const line of listedIn(heir.message))
      take(
        'squash',
        bySubject
          .get(line)
          ?.filter(({ kind, paths }) => kind === 'ordinary' && mayBePartOf(paths, heir.paths)),
      );
    take('restored', restoredBy(heir, bySha));
    take('contained', containedIn(heir, commits));
    return [...found].map(([commitId, how]) => ({ commitId, heirId: heir.id, how }));
  });
}

/** The commit that was reverted by the commit that this one reverts. */
function restoredBy(
  { message }: Comparable,
  bySha: ReadonlyMap<string, readonly Comparable[]>,
): readonly Comparable[] {
  const revert = bySha.get(REVERTED.exec(message)?.[1] ?? '')?.[0];
  return bySha.get(REVERTED.exec(revert?.message ?? '')?.[1] ?? '') ?? [];
}

/** Commits whose added lines this one adds as well, to the same files; one that follows another directly adds to it. */
function containedIn({ lines, parents, paths }: Comparable, commits: readonly Comparable[]): Comparable[] {
  if (lines === null || lines.size < MIN_CONTAINED) return [];
  return commits.filter((other) => {
    if (other.lines === null || other.lines.size < MIN_CONTAINED || other.lines.size > lines.size * 1.25)
      return false;
    if (
      other.kind === 'merge' ||
      parents.includes(other.sha) ||
      ![...other.paths].every((path) => paths.has(path))
    )
      return false;
    let there = 0;
    for (const line of other.lines) if (lines.has(line)) there += 1;
    return there * 100 >= other.lines.size * CONTAINED_SHARE;
  });
}

function momentOf({ authoredAt, subject }: Comparable): string {
  return `${authoredAt} ${subject}`;
}

/** The lines below the subject, without the bullets that GitHub and GitLab put before the subjects of a squash. */
function listedIn(message: string): string[] {
  return message
    .split('\n')
    .slice(1)
    .map((line) => line.trim().replace(/^[*-] /, ''))
    .filter((line) => line !== '');
}

/** Files that are unknown speak neither for it nor against it. */
function mayBePartOf(paths: ReadonlySet<string>, whole: ReadonlySet<string>): boolean {
  return paths.size === 0 || whole.size === 0 || share(paths, whole);
}

function share(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  return [...some].some((path) => others.has(path));
}

/** Nothing else has the origin of a commit whose author is not known. */
function originOf({ sha, author_email, author_name, authored_at }: CommitRecord): string {
  const author = author_email ?? author_name;
  return author === null ? sha : `${author.toLowerCase()} ${Math.floor(authored_at.getTime() / 1000)}`;
}

/** Finds and stores which earlier commits of the repository the new ones replace. Returns how many. */
export async function followRewrites(
  transaction: TenantTransaction,
  repositoryId: string,
  fresh: readonly CommitRecord[],
  told: readonly { from: string; to: string }[],
): Promise<number> {
  let found = 0;
  if (fresh.length > 0) {
    const since = Math.min(...fresh.map(({ authored_at }) => authored_at.getTime())) - LOOK_BACK_MS;
    const freshIds = new Set(fresh.map(({ id }) => id));
    const recent = await recentCommits(transaction, repositoryId, new Date(since), MAX_CANDIDATES);
    const earlier = recent.filter(({ id }) => !freshIds.has(id));
    const paths = await pathsOf(
      transaction,
      [...earlier, ...fresh].map(({ id }) => id),
    );
    const comparable = (commit: CommitRecord): Comparable => ({
      ...commit,
      subject: subjectOf(commit.message),
      origin: originOf(commit),
      authoredAt: Math.floor(commit.authored_at.getTime() / 1000),
      committedAt: commit.committed_at.getTime(),
      paths: new Set(paths.get(commit.id)),
      lines: commit.line_digests === null ? null : new Set(commit.line_digests),
    });
    const [theseNew, thoseKnown] = [fresh.map(comparable), earlier.map(comparable)];
    // A clone may tell of the replaced commits after a forge told of their heirs.
    const heirs = [...heirsOf(theseNew, thoseKnown), ...heirsOf(thoseKnown, theseNew)];
    found += await insertHeirs(transaction, heirs);
  }
  const shas = told.flatMap(({ from, to }) => [from, to]);
  const known = await commitsBySha(transaction, repositoryId, [...new Set(shas)]);
  const pairs = told.flatMap(({ from, to }) => {
    const [commitId, heirId] = [known.get(from)?.id, known.get(to)?.id];
    return commitId && heirId && commitId !== heirId ? [{ commitId, heirId, how: 'told' as const }] : [];
  });
  return found + (await insertHeirs(transaction, pairs));
}
