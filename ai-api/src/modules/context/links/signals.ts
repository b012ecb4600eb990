import type { Facts } from '../../../judgement/index.ts';
import { changedLines, isSameFile, isTelling, nameOf, plainLine, subjectOf } from '../repositories/index.ts';
import { lexemesOf, tokensOf } from '../search/index.ts';

/** What is known of a conversation when it is held against a commit. */
export interface LinkableConversation {
  sessionId: string;
  /** `host/owner/name`, or `owner/name`, in lower case; null when the tool does not say. */
  repositoryKey: string | null;
  branch: string | null;
  startedAt: Date | null;
  endedAt: Date | null;
  /** When the same person began the next conversation in the same place. */
  nextStartAt: Date | null;
  /** Times are the author's local time, read as UTC. */
  localTime: boolean;
  ownerEmail: string | null;
  seen: { sha: string; kind: 'made' | 'head' | 'pull-request'; messageId: string | null }[];
  edits: { path: string; before: string | null; after: string | null; messageId: string }[];
  /** Words of its title and of what people said in it. */
  words: ReadonlySet<string>;
}

/** What is known of a commit when it is held against a conversation. */
export interface LinkableCommit {
  sha: string;
  message: string;
  kind: 'ordinary' | 'merge' | 'bot' | 'release';
  parents: readonly string[];
  repositoryKey: string;
  branch: string | null;
  authoredAt: Date;
  /** Minutes east of UTC. */
  authoredOffset: number;
  authorEmail: string | null;
  /** The e-mail address is that of a person of the company. */
  authorIsKnown: boolean;
  files: { path: string; previousPath: string | null; patch: string | null }[];
  /** Sessions that authorship notes and agent traces of the commit name. */
  attributed: readonly string[];
}

/** Whether the conversation is linked with a commit that this one replaces. */
export type Inherited = 'confirmed' | 'suggested' | 'none';

export interface Signals {
  facts: Facts;
  /** The message that shows the strongest signal. */
  messageId: string | null;
}

const MINUTE = 60_000;
/** Tools note their start to the second. */
const EARLY_MS = 2000;
const WINDOW_MS = 12 * 60 * MINUTE;
const TRAILER_IDS =
  /^(?:claude-session|copilot-session|codex-session|session-id|conversation-id|agent-logs-url|entire-checkpoint)\s*:\s*(\S+)$/gim;

/**
 * The facts of one pair. Pure: everything that it compares is given.
 * @param rank place of the conversation among those that are nearest in meaning to the subject, 1 is the nearest; null for
 *   others, and where no meaning was compared
 */
export function signalsOf(
  conversation: LinkableConversation,
  commit: LinkableCommit,
  inherited: Inherited,
  rank: number | null = null,
): Signals {
  const made = conversation.seen.find(({ sha, kind }) => kind === 'made' && commit.sha.startsWith(sha));
  const pull = conversation.seen.find(
    ({ sha, kind }) => kind === 'pull-request' && commit.sha.startsWith(sha),
  );
  const head = conversation.seen.find(({ kind }) => kind === 'head');
  const touched = filesTouched(conversation, commit);
  const text = textWritten(commit, touched);
  const paths = commit.files.map(({ path }) => path);
  const facts: Facts = {
    proof: {
      made: made !== undefined,
      named: namedSessions(commit.message).includes(conversation.sessionId),
      attributed: commit.attributed.includes(conversation.sessionId),
      pullRequest: pull !== undefined,
      inherited,
    },
    text: { written: text.written, replaced: text.replaced, lines: text.lines },
    files: {
      ofCommit: paths.length,
      shared: paths.length === 0 ? null : touched.size,
      share: paths.length === 0 ? null : percent(touched.size, paths.length),
      edited: conversation.edits.length,
    },
    time: timeBetween(conversation, commit),
    place: {
      sameRepository:
        conversation.repositoryKey === null
          ? null
          : `/${commit.repositoryKey}`.endsWith(`/${conversation.repositoryKey}`),
      sameBranch:
        conversation.branch === null || commit.branch === null ? null : conversation.branch === commit.branch,
      headIsParent:
        head === undefined || commit.parents.length === 0
          ? null
          : commit.parents.some((parent) => parent.startsWith(head.sha)),
    },
    author: { same: sameAuthor(conversation, commit) },
    meaning: { share: meaningShared(conversation.words, commit.message), rank },
    commit: { kind: commit.kind },
  };
  return { facts, messageId: made?.messageId ?? pull?.messageId ?? text.messageId ?? firstEdit(touched) };
}

type Touched = ReadonlyMap<string, { patch: string | null; edits: LinkableConversation['edits'] }>;

/** The files of the commit that the conversation edited, with its edits. Paths of a tool may be absolute. */
function filesTouched({ edits }: LinkableConversation, { files }: LinkableCommit): Touched {
  const byName = Map.groupBy(edits, ({ path }) => nameOf(path));
  const touched = new Map<string, { patch: string | null; edits: LinkableConversation['edits'] }>();
  for (const { path, previousPath, patch } of files) {
    const named = [path, ...(previousPath === null ? [] : [previousPath])];
    const own = named.flatMap((name) =>
      (byName.get(nameOf(name)) ?? []).filter((edit) => isSameFile(edit.path, name)),
    );
    if (own.length > 0) touched.set(path, { patch, edits: own });
  }
  return touched;
}

/**
 * Which of the lines that the commit adds and deletes the conversation wrote and replaced before. Shares are of the whole
 * commit: who wrote one file of ten wrote little of it.
 */
function textWritten({ files }: LinkableCommit, touched: Touched) {
  let [added, written, deleted, replaced] = [0, 0, 0, 0];
  let isCompared = false;
  const lines = new Map<string, number>();
  for (const { path, patch } of files) {
    if (patch === null) continue;
    const edits = (touched.get(path)?.edits ?? []).filter(({ before, after }) => (before ?? after) !== null);
    isCompared ||= edits.length > 0;
    const changed = changedLines(patch);
    const after = linesOf(edits, 'after');
    const before = linesOf(edits, 'before');
    for (const line of changed.added.map(plainLine).filter(isTelling)) {
      added += 1;
      const messageId = after.get(line);
      if (!messageId) continue;
      written += 1;
      lines.set(messageId, (lines.get(messageId) ?? 0) + 1);
    }
    for (const line of changed.deleted.map(plainLine).filter(isTelling)) {
      deleted += 1;
      if (before.has(line)) replaced += 1;
    }
  }
  const best = [...lines].toSorted(([, a], [, b]) => b - a)[0];
  return {
    written: isCompared && added > 0 ? percent(written, added) : null,
    replaced: isCompared && deleted > 0 ? percent(replaced, deleted) : null,
    lines: isCompared ? written + replaced : null,
    messageId: best?.[0] ?? null,
  };
}

/** Lines of edits, each with the message that has it. */
function linesOf(edits: LinkableConversation['edits'], side: 'before' | 'after'): Map<string, string> {
  return new Map(
    edits.flatMap((edit) =>
      (edit[side] ?? '').split('\n').map((line) => [plainLine(line), edit.messageId] as const),
    ),
  );
}

function firstEdit(touched: Touched): string | null {
  return [...touched.values()].at(0)?.edits.at(-1)?.messageId ?? null;
}

/**
 * Whether the commit lies between the start of the conversation and the next one's, how far outside, and on which side:
 * a conversation that began after the commit did not make it.
 */
function timeBetween(
  { startedAt, endedAt, nextStartAt, localTime }: LinkableConversation,
  { authoredAt, authoredOffset }: LinkableCommit,
) {
  if (startedAt === null) return { inWindow: null, hoursAway: null, beganAfter: null, superseded: null };
  const at = authoredAt.getTime() + (localTime ? authoredOffset * MINUTE : 0);
  const start = startedAt.getTime();
  const next = nextStartAt?.getTime() ?? Number.POSITIVE_INFINITY;
  const quiet = Math.max(start, endedAt?.getTime() ?? 0) + WINDOW_MS;
  const away = at < start - EARLY_MS ? start - at : Math.max(0, at - Math.min(quiet, next));
  return {
    inWindow: away === 0,
    hoursAway: round(away / (60 * MINUTE)),
    beganAfter: at < start,
    superseded: at > next,
  };
}

/** Session ids that trailers of a commit message name; some tools write them as the end of an address. */
export function namedSessions(message: string): string[] {
  return [...message.matchAll(TRAILER_IDS)].flatMap(([, value = '']) => {
    const last =
      value
        .replace(/[/?#]+$/, '')
        .split(/[/=]/)
        .at(-1) ?? '';
    return [...new Set([value, last, last.replace(/^session_/, '')])].filter((id) => id.length >= 8);
  });
}

/** An unknown address may be another one of the same person. */
function sameAuthor(
  { ownerEmail }: LinkableConversation,
  { authorEmail, authorIsKnown }: LinkableCommit,
): boolean | null {
  if (ownerEmail === null || authorEmail === null) return null;
  if (ownerEmail.toLowerCase() === authorEmail.toLowerCase()) return true;
  return authorIsKnown ? false : null;
}

/**
 * What the search of conversations finds a text by: words by their stems, names of code whole and by their parts.
 * @param known lexemes of tokens, to share between texts that are read together; it grows by those of this text
 */
export function wordsOf(text: string, known = new Map<string, readonly string[]>()): Set<string> {
  const words = new Set<string>();
  for (const token of new Set(tokensOf(text))) {
    const lexemes = known.get(token) ?? lexemesOf(token);
    known.set(token, lexemes);
    for (const lexeme of lexemes) words.add(lexeme);
  }
  return words;
}

/** Share of the words of the subject that the conversation has; null for a subject without words. */
function meaningShared(words: ReadonlySet<string>, message: string): number | null {
  const subject = [...wordsOf(subjectOf(message))];
  if (subject.length === 0 || words.size === 0) return null;
  return percent(subject.filter((word) => words.has(word)).length, subject.length);
}

function percent(part: number, whole: number): number {
  return Math.round((100 * part) / whole);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
