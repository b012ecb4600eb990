import { joined, type LineRange } from '../formats/attribution.ts';
import { isSameFile, isTelling, plainLine } from '../repositories/index.ts';

/** A line as `git blame` tells it. */
export interface BlamedLine {
  sha: string;
  file: string;
  /** In that file at that commit. */
  number: number;
  text: string;
}

/** A conversation that a commit is linked with. */
interface LinkedConversation {
  conversationId: string;
  sessionId: string;
  /** The smaller, the surer the link. */
  rank: number;
}

/** An edit of a conversation, the last in it first. */
interface WrittenText {
  conversationId: string;
  messageId: string;
  path: string;
  after: string | null;
}

/** What is known of one commit. */
export interface KnownCommit {
  linked: readonly LinkedConversation[];
  attributions: readonly { sessionId: string; files: { path: string; ranges: [number, number][] }[] }[];
}

const UNKNOWN: KnownCommit = { linked: [], attributions: [] };

/** Where a line comes from. */
export interface LineOrigin {
  conversationId: string;
  messageId: string | null;
  match: 'attributed' | 'line' | 'moved' | 'file' | 'commit';
}

/** The same line is looked for at so many places of the edits at most. */
const MAX_PLACES = 400;
/** Lines that say something, which a run needs at least to be taken for moved code. */
const MIN_MOVED = 3;

interface Edit extends WrittenText {
  /** Plain lines of what it wrote. */
  lines: string[];
}

/** How many lines around a place agree with an edit, and how many of them say something. */
interface Run {
  lines: number;
  telling: number;
}

/**
 * Where lines of one file come from, in their order. Pure.
 *
 * What a note says of a line holds. Else the edit is looked for that has the longest run of lines around it: a line such
 * as `return null;` is in many edits, but not between the same lines. Edits of conversations that led to other commits
 * of the repository count where enough lines agree, since code is moved by commits that no conversation made. A line
 * that no edit wrote leads to the conversation that edited the file or that alone is linked with the commit.
 * @param texts edits of every conversation that led to a commit of the repository
 */
export function originsOf(
  lines: readonly BlamedLine[],
  commits: ReadonlyMap<string, KnownCommit>,
  texts: readonly WrittenText[],
): (LineOrigin | null)[] {
  const edits = texts.map(
    (text): Edit => ({ ...text, lines: (text.after ?? '').split('\n').map(plainLine) }),
  );
  const written = writersOf(lines, commits, edits);
  const attributed = attributor();
  return lines.map((line, at) => {
    const commit = commits.get(line.sha) ?? UNKNOWN;
    return attributed(line, commit) ?? written[at] ?? guessed(line, commit, edits);
  });
}

/** Finds what notes and traces say of a line: of those that have it, the first whose conversation is linked. */
function attributor(): (line: BlamedLine, commit: KnownCommit) => LineOrigin | null {
  const indexes = new Map<KnownCommit, ReturnType<typeof rangesByPath>>();
  return ({ file, number }, commit) => {
    const index = indexes.get(commit) ?? rangesByPath(commit);
    indexes.set(commit, index);
    const found = index.get(file)?.find(({ ranges }) => hasLine(ranges, number));
    return found ? { conversationId: found.conversationId, messageId: null, match: 'attributed' } : null;
  };
}

/** Ranges of linked conversations by file, in the order of lines. */
function rangesByPath({ linked, attributions }: KnownCommit) {
  const conversations = new Map(linked.toReversed().map((one) => [one.sessionId, one.conversationId]));
  const found = attributions.flatMap(({ sessionId, files }) => {
    const conversationId = conversations.get(sessionId);
    return conversationId === undefined ? [] : files.map((file) => ({ ...file, conversationId }));
  });
  return Map.groupBy(
    found.map(({ ranges, ...file }) => ({ ...file, ranges: joined(ranges) })),
    ({ path }) => path,
  );
}

/** Whether sorted ranges have a line, by halving. */
function hasLine(ranges: readonly LineRange[], number: number): boolean {
  let [from, to] = [0, ranges.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const [first, last] = ranges[middle] as LineRange;
    if (number < first) to = middle;
    else if (number > last) from = middle + 1;
    else return true;
  }
  return false;
}

/** For each line the edit that agrees with the longest run around it; of equal ones the surest link, then the last edit. */
function writersOf(
  lines: readonly BlamedLine[],
  commits: ReadonlyMap<string, KnownCommit>,
  edits: readonly Edit[],
): (LineOrigin | null)[] {
  const runs = runsOf(
    lines.map(({ text }) => plainLine(text)),
    edits,
  );
  return lines.map(({ sha }, at) => {
    const ranks = new Map(commits.get(sha)?.linked.map((one) => [one.conversationId, one.rank]));
    const [best] = [...(runs[at] ?? [])]
      .map(([key, run]) => {
        const place = Number(key.split(':')[0]);
        const edit = edits[place] as Edit;
        return { ...run, place, edit, rank: ranks.get(edit.conversationId) ?? null };
      })
      .filter(({ telling, rank }) => telling >= (rank === null ? MIN_MOVED : 1))
      .toSorted(
        (a, b) =>
          b.lines - a.lines ||
          (a.rank ?? Number.POSITIVE_INFINITY) - (b.rank ?? Number.POSITIVE_INFINITY) ||
          a.place - b.place,
      );
    return best
      ? {
          conversationId: best.edit.conversationId,
          messageId: best.edit.messageId,
          match: best.rank === null ? 'moved' : 'line',
        }
      : null;
  });
}

/** For each line the runs that it is in, by `edit:line of the edit`. */
function runsOf(texts: readonly string[], edits: readonly Edit[]): Map<string, Run>[] {
  const places = placesOf(edits, new Set(texts));
  const runs: Map<string, Run>[] = [];
  for (const [at, text] of texts.entries()) {
    const here = new Map<string, Run>();
    for (const [edit, line] of places.get(text) ?? []) {
      const last = runs[at - 1]?.get(`${edit}:${line - 1}`);
      here.set(`${edit}:${line}`, {
        lines: (last?.lines ?? 0) + 1,
        telling: (last?.telling ?? 0) + Number(isTelling(text)),
      });
    }
    runs.push(here);
  }
  // What a run has come to at its end holds for all of it.
  for (let at = texts.length - 2; at >= 0; at--)
    for (const key of runs[at]?.keys() ?? []) {
      const [edit = 0, line = 0] = key.split(':').map(Number);
      const next = runs[at + 1]?.get(`${edit}:${line + 1}`);
      if (next) runs[at]?.set(key, next);
    }
  return runs;
}

/** Where the edits have each of the texts. */
function placesOf(
  edits: readonly Edit[],
  texts: ReadonlySet<string>,
): Map<string, [edit: number, line: number][]> {
  const places = new Map<string, [number, number][]>();
  for (const [n, { lines }] of edits.entries())
    for (const [at, text] of lines.entries()) {
      if (!texts.has(text)) continue;
      const known = places.get(text) ?? [];
      if (known.length < MAX_PLACES) known.push([n, at]);
      places.set(text, known);
    }
  return places;
}

/** A line that no edit is known to have written. */
function guessed({ file }: BlamedLine, { linked }: KnownCommit, edits: readonly Edit[]): LineOrigin | null {
  const own = new Set(linked.map(({ conversationId }) => conversationId));
  const editing = edits.filter((edit) => own.has(edit.conversationId) && isSameFile(edit.path, file));
  const editors = new Set(editing.map(({ conversationId }) => conversationId));
  const [edit] = editing;
  if (editors.size === 1 && edit)
    return { conversationId: edit.conversationId, messageId: edit.messageId, match: 'file' };
  const [only, other] = linked;
  return only && !other ? { conversationId: only.conversationId, messageId: null, match: 'commit' } : null;
}
