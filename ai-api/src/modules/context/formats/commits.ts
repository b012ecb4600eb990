import type { CommitSeen } from './model.ts';

const GIT = /\bgit\b/;
const COMMITS = /\b(?:commit|merge|cherry-pick|revert|rebase)\b/;
/** What `git commit` prints: `[main 1a2b3c4] subject`, also `(root-commit)` and `detached HEAD`. */
const PRINTED = /^\[([^\]\n]{1,200}?) (?:\(root-commit\) )?([0-9a-f]{7,40})\] (.{0,500})$/gm;
const PULL_REQUEST = /https:\/\/[\w.-]{1,200}\/[\w./-]{1,300}\/(?:pull|merge_requests)\/\d{1,9}/g;

/** Commits that the output of a `git commit` shows; none when the command is another. */
export function commitsIn(command: string, output: string, messageId: string): CommitSeen[] {
  const git = command.search(GIT);
  if (git < 0 || !COMMITS.test(command.slice(git))) return [];
  return [...output.matchAll(PRINTED)].map(([, branch = '', sha = '', subject = '']) => ({
    sha,
    kind: 'made',
    subject: subject.trim() || null,
    branch: branch === 'detached HEAD' ? null : branch,
    messageId,
  }));
}

/** URLs of the pull requests that a command opened. */
export function pullRequestsIn(command: string, output: string): string[] {
  if (!/\bgh pr create\b|\bglab mr create\b/.test(command)) return [];
  return output.slice(0, 10_000).match(PULL_REQUEST) ?? [];
}
