import { createHash } from 'node:crypto';
import { type SampleTale, tales } from './index.ts';

/** A commit as `POST /commits` takes it. */
interface SampleCommit {
  repository: string;
  commit: {
    sha: string;
    message: string;
    authorName: string;
    authorEmail: string;
    authoredAt: string;
    committedAt: string;
    branch: string;
    files: { path: string; change: 'modified'; added: number; deleted: number; patch: string }[];
  };
}

const MINUTE_MS = 60_000;
const COMMITTED = /\[\S+ ([0-9a-f]{7,40})\] (.*)/;
const shaOf = (text: string) => createHash('sha1').update(text).digest('hex');
const lined = (sign: '+' | '-', text: string) =>
  text
    .split('\n')
    .map((line) => `${sign}${line}`)
    .join('\n');

/**
 * Commits of the sample company: one for each conversation that changed a file, some minutes after it, and one by hand
 * for every third. Where a conversation printed the id of its commit, the first one that did so made it.
 */
export function sampleCommits(): SampleCommit[] {
  const made = new Set<string>();
  return tales().flatMap((tale, number) => {
    const edits = tale.turns.flatMap(({ edit }) => edit ?? []);
    if (edits.length === 0) return [];
    const printed = tale.turns.map(({ run }) => COMMITTED.exec(run?.output ?? '')).find(Boolean);
    const isPrinted = printed?.[1] !== undefined && !made.has(printed[1]);
    if (isPrinted) made.add(printed[1] as string);
    const fill = shaOf(`sample commit ${number}`);
    const sha = isPrinted ? `${printed[1]}${fill}`.slice(0, 40) : fill;
    const subject = printed?.[2] ?? `${tale.story.openings[0].replace(/\?.*$/, '')}: fixed`;
    const own = commitOf(tale, sha, subject, 12 + (number % 5), edits);
    if (number % 3 !== 0) return [own];
    const note = { path: 'CHANGELOG.md', before: `- ${number}`, after: `- ${number}\n- Written by hand` };
    return [own, commitOf(tale, shaOf(`by hand ${number}`), 'Update the changelog', 60 * 30, [note])];
  });
}

function commitOf(
  { story, person, startedAt }: SampleTale,
  sha: string,
  subject: string,
  minutes: number,
  edits: readonly { path: string; before: string; after: string }[],
): SampleCommit {
  const at = new Date(startedAt.getTime() + minutes * MINUTE_MS).toISOString();
  return {
    repository: `github.com/${story.repository}`,
    commit: {
      sha,
      message: subject.slice(0, 72),
      authorName: person.name,
      authorEmail: person.email,
      authoredAt: at,
      committedAt: at,
      branch: story.branch,
      files: edits.map(({ path, before, after }) => {
        const [deleted, added] = [before.split('\n').length, after.split('\n').length];
        const patch = `@@ -1,${deleted} +1,${added} @@\n${lined('-', before)}\n${lined('+', after)}`;
        return { path, change: 'modified' as const, added, deleted, patch };
      }),
    },
  };
}
