import { repositoryOf } from '../conversations/index.ts';

/** What GitHub's and GitLab's webhooks say, in one shape. */

export interface ForgeRepository {
  host: string;
  /** `owner/name`; groups of GitLab may be nested. */
  fullName: string;
  webUrl: string | null;
  defaultBranch: string | null;
}

export interface ForgeFile {
  path: string;
  previousPath: string | null;
  change: 'added' | 'modified' | 'removed' | 'renamed';
  added: number | null;
  deleted: number | null;
  /** Unified diff of the file; null when unknown or too long. */
  patch: string | null;
}

export interface ForgeCommit {
  sha: string;
  message: string;
  authorName: string | null;
  authorEmail: string | null;
  /** ISO 8601 with the author's offset. */
  authoredAt: string;
  committedAt: string;
  parents: string[];
  webUrl: string | null;
  files: ForgeFile[];
}

export interface Push {
  repository: ForgeRepository;
  branch: string;
  /** Null when the push created the branch. */
  before: string | null;
  after: string;
  forced: boolean;
  commits: ForgeCommit[];
  /** The forge left commits out. */
  cut: boolean;
}

/** A delivery that needs nothing, and why. */
export interface Ignored {
  ignored: string;
}

/** No commit: what forges send as `before` of a new branch and as `after` of a deleted one. */
export const NO_COMMIT = /^0{40}$/;

/** Text as PostgreSQL takes it: without NUL and without halves of surrogate pairs. */
export function clean(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}

/** Host and `owner/name` of a repository by its URL, `git@host:owner/name.git` or `host/owner/name`. */
export function splitRepository(text: string): { host: string; fullName: string } | null {
  const [host = '', ...path] = repositoryOf(text)?.split('/') ?? [];
  if (path.length < 2 || ![host, ...path].every((part) => /^[\w.~-]+$/.test(part))) return null;
  return { host: host.toLowerCase(), fullName: path.join('/') };
}

/** By what a repository is known, whatever the case of its letters. */
export function nameKey({ host, fullName }: { host: string; fullName: string }): string {
  return `${host}/${fullName}`.toLowerCase();
}
