import type { ForgeCommit } from '../push.ts';

export interface Compared {
  /** Commits that are in the head and not in the base, oldest first. */
  shas: string[];
}

/** What is read from GitHub and GitLab. Every call throws OutsideCallError, or the signal's reason. */
export interface Forge {
  /** A commit with its files and their diffs. */
  commit(fullName: string, sha: string, signal: AbortSignal): Promise<ForgeCommit>;
  /** Ends of a range may be commits or branches. */
  compare(fullName: string, base: string, head: string, signal: AbortSignal): Promise<Compared>;
}
