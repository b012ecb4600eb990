import { subjectOf } from './kinds.ts';
import type { CommitRecord, listRepositories } from './store.ts';

/** A repository as a list shows it. */
export function repositoryView(row: Awaited<ReturnType<typeof listRepositories>>[number]) {
  return {
    repositoryId: row.id,
    host: row.host,
    fullName: row.full_name,
    defaultBranch: row.default_branch,
    webUrl: row.web_url,
    connectionId: row.connection_id,
    commits: row.commits ?? 0,
    lastCommitAt: row.last_commit_at?.toISOString() ?? null,
  };
}

/** A commit as a list shows it. */
export function commitView(row: CommitRecord & { full_name: string }) {
  return {
    commitId: row.id,
    sha: row.sha,
    repositoryId: row.repository_id,
    repository: row.full_name,
    branch: row.branch,
    subject: subjectOf(row.message),
    authorName: row.author_name,
    authoredAt: row.authored_at.toISOString(),
    committedAt: row.committed_at.toISOString(),
    kind: row.kind,
    added: row.added,
    deleted: row.deleted,
    webUrl: row.web_url,
    source: row.source,
    reachable: row.unreachable_at === null,
  };
}
