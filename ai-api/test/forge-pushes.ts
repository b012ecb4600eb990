let shas = 0;
/** A new commit id. */
export const newSha = () => (++shas).toString(16).padStart(40, 'a');

/** A commit as a push lists it. */
export interface PushedCommit {
  sha: string;
  message: string;
  at: string;
  email: string;
  modified: string[];
}
/** A commit of Ada's that changes one file. */
export const told = (message: string, more: Partial<PushedCommit> = {}): PushedCommit => ({
  sha: newSha(),
  message,
  at: '2026-11-10T10:00:00+01:00',
  email: 'ada@example.com',
  modified: ['src/a.ts'],
  ...more,
});

/** A push as GitHub's documentation describes it. */
export function githubPush(repository: string, commits: PushedCommit[], more: object = {}) {
  return {
    ref: 'refs/heads/main',
    before: '0'.repeat(40),
    after: commits.at(-1)?.sha ?? newSha(),
    created: false,
    deleted: false,
    forced: false,
    repository: {
      full_name: repository,
      html_url: `https://github.com/${repository}`,
      default_branch: 'main',
    },
    commits: commits.map(({ sha, message, at, email, modified }) => ({
      id: sha,
      message,
      timestamp: at,
      url: `https://github.com/${repository}/commit/${sha}`,
      author: { name: 'Ada Sample', email },
      added: [],
      removed: [],
      modified,
    })),
    ...more,
  };
}

/** A push as GitLab's documentation describes it. */
export function gitlabPush(repository: string, commits: PushedCommit[], more: object = {}) {
  const { repository: _, commits: listed, ...common } = githubPush(repository, commits);
  return {
    object_kind: 'push',
    event_name: 'push',
    ...common,
    checkout_sha: common.after,
    project: {
      path_with_namespace: repository,
      web_url: `https://gitlab.com/${repository}`,
      default_branch: 'main',
    },
    commits: listed,
    total_commits_count: listed.length,
    ...more,
  };
}
