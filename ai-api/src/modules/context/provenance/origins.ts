import { isTelling, plainLine } from '../repositories/index.ts';

/** A line as `git blame` tells it. */
export interface BlamedLine {
  sha: string;
  file: string;
  /** In that file at that commit. */
  number: number;
  text: string;
}

/** A conversation that a commit is linked with. */
export interface LinkedConversation {
  conversationId: string;
  sessionId: string;
  /** The smaller, the surer the link. */
  rank: number;
}

/** An edit of a conversation, the last in it first. */
export interface WrittenText {
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

/** Where a line comes from. */
export interface LineOrigin {
  conversationId: string;
  messageId: string | null;
  match: 'attributed' | 'line' | 'file' | 'commit';
}

/** The same line is looked for at so many places of the edits at most. */
const MAX_PLACES = 200;

interface Edit extends WrittenText {
  lines: string[];
  rank: number;
}

/**
 * Where lines of one file come from, in their order. Pure.
 *
 * What a note says of a line holds. Else the edit is looked for that has the longest run of lines around it: a line such
 * as `return null;` is in many edits, but not between the same lines. A line that no edit wrote leads to the conversation
 * that edited the file or that alone is linked with the commit.
 */
export function originsOf(
  lines: readonly BlamedLine[],
  commits: ReadonlyMap<string, KnownCommit>,
  edits: readonly WrittenText[],
): (LineOrigin | null)[] {
  const byConversation = Map.groupBy(edits, ({ conversationId }) => conversationId);
  const origins: (LineOrigin | null)[] = [];
  for (const run of runsOf(lines)) {
    const [first] = run;
    const commit = first && commits.get(first.sha);
    if (!commit || commit.linked.length === 0) {
      origins.push(...run.map(() => null));
      continue;
    }
    const own = commit.linked.flatMap(({ conversationId, rank }) =>
      (byConversation.get(conversationId) ?? [])
        .filter(({ path }) => isSameFile(path, first.file))
        .map((edit): Edit => ({ ...edit, rank, lines: (edit.after ?? '').split('\n').map(plainLine) })),
    );
    const written = writersOf(
      run.map(({ text }) => plainLine(text)),
      own,
    );
    origins.push(...run.map((line, at) => attributed(line, commit) ?? written[at] ?? guessed(commit, own)));
  }
  return origins;
}

/** Lines that follow each other in one file of one commit. */
function runsOf(lines: readonly BlamedLine[]): BlamedLine[][] {
  const runs: BlamedLine[][] = [];
  for (const line of lines) {
    const last = runs.at(-1)?.at(-1);
    if (last?.sha === line.sha && last.file === line.file && line.number === last.number + 1)
      runs.at(-1)?.push(line);
    else runs.push([line]);
  }
  return runs;
}

function attributed({ file, number }: BlamedLine, { linked, attributions }: KnownCommit): LineOrigin | null {
  const found = attributions.find(({ files }) =>
    files.some(
      ({ path, ranges }) =>
        path === file && ranges.some(([first, last]) => first <= number && number <= last),
    ),
  );
  const conversation = linked.find(({ sessionId }) => sessionId === found?.sessionId);
  return conversation
    ? { conversationId: conversation.conversationId, messageId: null, match: 'attributed' }
    : null;
}

/** For each text the edit whose lines agree with the longest run around it. */
function writersOf(texts: readonly string[], edits: readonly Edit[]): (LineOrigin | null)[] {
  const places = new Map<string, [edit: number, line: number][]>();
  for (const [n, { lines }] of edits.entries())
    for (const [at, text] of lines.entries()) {
      const known = places.get(text) ?? [];
      if (known.length < MAX_PLACES) places.set(text, [...known, [n, at]]);
    }
  // How many lines up to this one agree, and how many of them say something, by edit and line of the edit.
  const before: Map<string, { lines: number; telling: number }>[] = [];
  for (const [at, text] of texts.entries()) {
    const here = new Map<string, { lines: number; telling: number }>();
    for (const [edit, line] of places.get(text) ?? []) {
      const last = before[at - 1]?.get(`${edit}:${line - 1}`);
      here.set(`${edit}:${line}`, {
        lines: (last?.lines ?? 0) + 1,
        telling: (last?.telling ?? 0) + Number(isTelling(text)),
      });
    }
    before.push(here);
  }
  const whole: Map<string, { lines: number; telling: number }>[] = [];
  for (let at = texts.length - 1; at >= 0; at--) {
    const here = new Map<string, { lines: number; telling: number }>();
    for (const [key, run] of before[at] ?? []) {
      const [edit = 0, line = 0] = key.split(':').map(Number);
      const next = whole[at + 1]?.get(`${edit}:${line + 1}`);
      here.set(key, next && next.lines > run.lines ? next : run);
    }
    whole[at] = here;
  }
  return texts.map((_, at) => {
    const [best] = [...(whole[at] ?? [])]
      .filter(([, { telling }]) => telling > 0)
      .map(([key, run]) => ({
        edit: edits[Number(key.split(':')[0])] as Edit,
        order: Number(key.split(':')[0]),
        ...run,
      }))
      .toSorted((a, b) => b.lines - a.lines || a.edit.rank - b.edit.rank || a.order - b.order);
    return best
      ? { conversationId: best.edit.conversationId, messageId: best.edit.messageId, match: 'line' }
      : null;
  });
}

/** A line that no edit is known to have written. */
function guessed({ linked }: KnownCommit, edits: readonly Edit[]): LineOrigin | null {
  const editors = [...new Set(edits.map(({ conversationId }) => conversationId))];
  const edit = edits.toSorted((a, b) => a.rank - b.rank)[0];
  if (editors.length === 1 && edit)
    return { conversationId: edit.conversationId, messageId: edit.messageId, match: 'file' };
  const [only, other] = linked;
  return only && !other ? { conversationId: only.conversationId, messageId: null, match: 'commit' } : null;
}

/** Paths of a tool may be absolute, and of Windows. */
export function isSameFile(ofTool: string, ofCommit: string): boolean {
  const path = ofTool.replaceAll('\\', '/');
  return path === ofCommit || path.endsWith(`/${ofCommit}`);
}
