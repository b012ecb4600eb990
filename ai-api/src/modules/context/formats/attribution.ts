import { MAX_RANGES } from './schema.ts';

/** Which lines of a commit a session wrote, as a note or a trace says. */
export interface Attribution {
  source: 'git-ai' | 'agent-trace';
  /** Of the conversation, as its tool names it. */
  sessionId: string;
  tool: string | null;
  /** Lines of the files as the commit has them, counted from 1. */
  files: { path: string; ranges: LineRange[] }[];
}

export type LineRange = [first: number, last: number];

/** Sessions of one commit and files of one session. What is beyond is left out. */
const MAX_SESSIONS = 1_000;
const MAX_FILES = 3_000;

/** Ranges in the order of lines, those that touch as one. */
export function joined(ranges: readonly LineRange[]): LineRange[] {
  const result: LineRange[] = [];
  for (const [first, last] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const before = result.at(-1);
    if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else result.push([first, last]);
  }
  return result;
}

/** One attribution for each session with each file once, however many records there are of it. */
export function merged(attributions: readonly Attribution[]): Attribution[] {
  const bySession = Map.groupBy(attributions, ({ source, sessionId }) => `${source} ${sessionId}`);
  return [...bySession.values()].slice(0, MAX_SESSIONS).map((same) => ({
    ...(same[0] as Attribution),
    files: mergedFiles(same.flatMap(({ files }) => files)),
  }));
}

function mergedFiles(files: Attribution['files']): Attribution['files'] {
  const byPath = Map.groupBy(files, ({ path }) => path);
  const result: Attribution['files'] = [];
  let left = MAX_RANGES;
  for (const [path, same] of [...byPath].slice(0, MAX_FILES)) {
    const ranges = joined(same.flatMap((file) => file.ranges)).slice(0, left);
    left -= ranges.length;
    if (ranges.length > 0) result.push({ path, ranges });
  }
  return result;
}
