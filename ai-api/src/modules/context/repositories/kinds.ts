const BOT =
  /\[bot\]|(^|[^a-z])(dependabot|renovate|github-actions|gitlab-bot|semantic-release-bot|greenkeeper|snyk-bot|mergify|pre-commit-ci|allcontributors)([^a-z]|$)/i;
const MERGE = /^Merge (branch|branches|pull request|remote-tracking branch|tag|commit)\b|^Merged in /;
const RELEASE =
  /^(chore|build|ci)?(\(release\)|\(deps\))?:? ?(release|bump version|version bump|prepare release|publish)\b|^v?\d+\.\d+\.\d+(-[\w.]+)?$/i;

/** What sort of commit it is: merges, bots and releases come from no conversation of their own. */
export function kindOf(commit: {
  message: string;
  authorName: string | null;
  authorEmail: string | null;
  parents: readonly string[];
}): 'ordinary' | 'merge' | 'bot' | 'release' {
  const subject = subjectOf(commit.message);
  if (commit.parents.length > 1 || MERGE.test(subject)) return 'merge';
  if (BOT.test(`${commit.authorName ?? ''} ${commit.authorEmail ?? ''}`)) return 'bot';
  return RELEASE.test(subject) ? 'release' : 'ordinary';
}

/** The first line of a commit message. */
export function subjectOf(message: string): string {
  return message.split('\n', 1)[0]?.trim() ?? '';
}
