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

/** `owner/name` and host of a repository's URL; also of `git@host:owner/name.git` and `host/owner/name`. */
export function repositoryOf(text: string): { host: string; fullName: string } | null {
  const trimmed = text.trim();
  const scp = /^(?:[^@/\s]+@)([^:/\s]+):(?!\/\/)(.+)$/.exec(trimmed);
  const url = scp ? null : URL.parse(/^[a-z][a-z+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`);
  const host = scp?.[1] ?? url?.hostname;
  const path = (scp?.[2] ?? url?.pathname ?? '').replace(/^\/+|\/+$/g, '').replace(/\.git$/i, '');
  if (!host || !/^[\w.-]+(\/[\w.~-]+)+$/.test(path)) return null;
  return { host: host.toLowerCase(), fullName: path };
}

/** By what a repository is known, whatever the case of its letters. */
export function nameKey({ host, fullName }: { host: string; fullName: string }): string {
  return `${host}/${fullName}`.toLowerCase();
}
