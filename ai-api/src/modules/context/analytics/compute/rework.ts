import { DAY_MS } from '../../../../platform/durations.ts';
import { changedLines } from '../../repositories/index.ts';

/** Days within which a line that changes again counts as rework. */
export const REWORK_DAYS = 14;

/** A commit with the diffs of its files, as far as they are known. */
export interface FollowedCommit {
  id: string;
  at: Date;
  files: readonly { path: string; previousPath: string | null; patch: string | null }[];
}

interface Rework {
  /** Added lines whose text is known. */
  followed: number;
  /** Those of them that a later commit removed or replaced. */
  reworked: number;
}

interface Written {
  commitId: string;
  at: number;
}

/** A line that says something: brackets and blanks occur everywhere and are not followed. */
const says = (line: string) => /[\p{L}\p{N}]/u.test(line);

/**
 * Which lines of each commit changed again within two weeks: a line is found again by its text in the same file, and a
 * file by its name before it was renamed.
 * @param commits of one repository, in the order of time
 */
export function reworkOf(commits: readonly FollowedCommit[]): Map<string, Rework> {
  const result = new Map<string, Rework>();
  const files = new Map<string, Map<string, Written[]>>();
  for (const { id, at, files: changed } of commits) {
    const own: Rework = { followed: 0, reworked: 0 };
    result.set(id, own);
    for (const { path, previousPath, patch } of changed) {
      const lines = files.get(previousPath ?? path) ?? new Map<string, Written[]>();
      if (previousPath !== null) files.delete(previousPath);
      files.set(path, lines);
      if (patch === null) continue;
      const { added, deleted } = changedLines(patch);
      for (const line of deleted.map((text) => text.trim()).filter(says)) {
        const written = lines.get(line)?.pop();
        const origin = written && result.get(written.commitId);
        if (origin && at.getTime() - written.at <= REWORK_DAYS * DAY_MS) origin.reworked += 1;
      }
      for (const line of added.map((text) => text.trim()).filter(says)) {
        own.followed += 1;
        const places = lines.get(line);
        if (places) places.push({ commitId: id, at: at.getTime() });
        else lines.set(line, [{ commitId: id, at: at.getTime() }]);
      }
    }
  }
  return result;
}
