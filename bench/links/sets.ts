import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { importFile } from '../../ai-api/src/modules/context/formats/index.ts';
import { type Conversation, ForeignFile } from '../../ai-api/src/modules/context/formats/model.ts';
import {
  type LinkableCommit,
  type LinkableConversation,
  wordsOf,
} from '../../ai-api/src/modules/context/links/signals.ts';
import { type Comparable, heirsOf } from '../../ai-api/src/modules/context/repositories/heirs.ts';
import { kindOf, subjectOf } from '../../ai-api/src/modules/context/repositories/kinds.ts';
import { lineDigestsOf, patchIdOf } from '../../ai-api/src/modules/context/repositories/patch.ts';

/** A line of aider's history that tells which commit it made: the truth, taken away before anything is compared. */
const TRUTH = /^> Commit ([0-9a-f]{7,40}) (.*)$/gm;
/** A `git commit` that the session ran in a shell, where aider prints no id: the truth by its message, taken away as well. */
const RAN = /^> Running git commit (?:-\w+ )*-m "([^"\n]+)".*$/gm;

const given = z.array(
  z.object({
    sha: z.string(),
    authoredAt: z.string(),
    committedAt: z.string().optional(),
    message: z.string(),
    authorEmail: z.string().nullable().default(null),
    parents: z.array(z.string()).default([]),
    files: z.array(z.string()),
    /** Unified diffs by path, where they are known. */
    patches: z.record(z.string(), z.string()).default({}),
  }),
);
type GivenCommit = z.output<typeof given>[number];

/** A history whose links are known. */
export interface LinkSet {
  name: string;
  conversations: { id: string; conversation: LinkableConversation }[];
  commits: LinkableCommit[];
  /** `conversation:sha` of what aider said that it committed or ran `git commit` for, and of the commits that replaced those. */
  truth: Set<string>;
  /** How many of these are replacements. */
  replacements: number;
}

/** Every set of a folder: `<name>.aider.chat.history.md` beside `<name>.commits.json`. */
export function* setsOf(folder: string): Generator<LinkSet> {
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith('.commits.json'))
    .sort())
    yield setOf(folder, file.replace('.commits.json', ''));
}

function setOf(folder: string, name: string): LinkSet {
  const history = readFileSync(join(folder, `${name}.aider.chat.history.md`), 'utf8');
  const commits = given.parse(JSON.parse(readFileSync(join(folder, `${name}.commits.json`), 'utf8')));
  const parts = history.split(/^(?=# aider chat started at )/m).filter((part) => part.startsWith('# aider'));
  const kin = kinOf(commits);
  const truth = new Set<string>();
  let replacements = 0;
  for (const [n, part] of parts.entries())
    for (const commit of committedIn(part, commits)) {
      truth.add(`${n}:${commit.sha}`);
      for (const other of kin.get(commit.sha) ?? [])
        if (!truth.has(`${n}:${other}`)) {
          truth.add(`${n}:${other}`);
          replacements += 1;
        }
    }
  const read = parts.flatMap((part, n) =>
    conversationsIn(Buffer.from(part.replaceAll(TRUTH, '').replaceAll(RAN, ''))).map((conversation) => ({
      id: String(n),
      conversation,
    })),
  );
  const starts = read
    .map(({ conversation }) => conversation.startedAt)
    .filter((at) => at !== null)
    .sort();
  return {
    name,
    conversations: read.map(({ id, conversation }) => ({ id, conversation: linkable(conversation, starts) })),
    commits: commits.map(commitOf),
    truth,
    replacements,
  };
}

/** The commits that a session says it made. A subject that several commits have names none of them. */
function committedIn(part: string, commits: readonly GivenCommit[]): GivenCommit[] {
  const printed = [...part.matchAll(TRUTH)].flatMap(
    ([, sha = '']) => commits.find((one) => one.sha.startsWith(sha)) ?? [],
  );
  const ran = [...part.matchAll(RAN)].flatMap(([, subject = '']) => {
    const same = commits.filter(({ message }) => subjectOf(message) === subject.trim());
    return same.length === 1 ? same : [];
  });
  return [...new Set([...printed, ...ran])];
}

/** Commits that are the same one before and after a rewrite, as the platform finds them. */
function kinOf(commits: readonly GivenCommit[]): Map<string, string[]> {
  const comparable = commits.map((commit): Comparable => {
    const files = commit.files.map((path) => ({ path, patch: commit.patches[path] ?? null }));
    const digests = lineDigestsOf(files);
    const at = Math.floor(Date.parse(commit.authoredAt) / 1000);
    return {
      id: commit.sha,
      sha: commit.sha,
      message: commit.message,
      kind: kindOf({ message: commit.message, authorName: null, authorEmail: null, parents: commit.parents }),
      patch_id: patchIdOf(files),
      subject: subjectOf(commit.message),
      origin: `${commit.authorEmail ?? ''} ${at}`,
      authoredAt: at,
      committedAt: Date.parse(commit.committedAt ?? commit.authoredAt),
      paths: new Set(commit.files),
      lines: digests === null ? null : new Set(digests),
      parents: commit.parents,
    };
  });
  const kin = new Map<string, string[]>();
  const note = (of: string, other: string) => kin.set(of, [...(kin.get(of) ?? []), other]);
  const moments = new Map(comparable.map(({ sha, authoredAt }) => [sha, authoredAt]));
  // The same change made again at another time is another commit.
  for (const { commitId, heirId } of heirsOf(comparable, comparable))
    if (moments.get(commitId) === moments.get(heirId)) {
      note(commitId, heirId);
      note(heirId, commitId);
    }
  return kin;
}

/** Sessions in which nothing was said have no conversation. */
function conversationsIn(bytes: Buffer): Conversation[] {
  try {
    return importFile(bytes, { fileName: '.aider.chat.history.md' }).conversations;
  } catch (error) {
    if (error instanceof ForeignFile) return [];
    throw error;
  }
}

function linkable(conversation: Conversation, starts: readonly string[]): LinkableConversation {
  const { startedAt, endedAt } = conversation;
  const next = starts.find((at) => startedAt !== null && at > startedAt);
  const said = conversation.messages.map(({ text }) => text.slice(0, 2000)).slice(0, 40);
  return {
    sessionId: conversation.sessionId,
    repositoryKey: null,
    branch: conversation.branch,
    startedAt: startedAt === null ? null : new Date(startedAt),
    endedAt: endedAt === null ? null : new Date(endedAt),
    nextStartAt: next === undefined ? null : new Date(next),
    localTime: conversation.localTime,
    ownerEmail: null,
    seen: conversation.commits,
    edits: conversation.messages.flatMap(({ id, toolCalls }) =>
      toolCalls.flatMap(({ edits }) => edits.map((edit) => ({ ...edit, messageId: id }))),
    ),
    words: wordsOf([conversation.title, ...said].join('\n')),
  };
}

function commitOf({ sha, authoredAt, message, files, patches, parents }: GivenCommit): LinkableCommit {
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(authoredAt) ?? [];
  const offset = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * (sign === '-' ? -1 : 1);
  return {
    sha,
    message,
    kind: kindOf({ message, authorName: null, authorEmail: null, parents }),
    parents,
    repositoryKey: 'set/set',
    branch: null,
    authoredAt: new Date(authoredAt),
    authoredOffset: offset,
    authorEmail: null,
    authorIsKnown: false,
    attributed: [],
    files: files.map((path) => ({ path, previousPath: null, patch: patches[path] ?? null })),
  };
}
