import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileRules, defaultRules, judge } from '../ai-api/src/judgement/index.ts';
import { importFile } from '../ai-api/src/modules/context/formats/index.ts';
import { type Conversation, ForeignFile } from '../ai-api/src/modules/context/formats/model.ts';
import { commitLinkKind } from '../ai-api/src/modules/context/links/kind.ts';
import {
  type LinkableCommit,
  type LinkableConversation,
  signalsOf,
  wordsOf,
} from '../ai-api/src/modules/context/links/signals.ts';
import { kindOf } from '../ai-api/src/modules/context/repositories/kinds.ts';
import { printTable } from './triage/outcomes.ts';

/** A line of aider's history that tells which commit it made: the truth, taken away before anything is compared. */
const TRUTH = /^> Commit ([0-9a-f]{7,40}) (.*)$/gm;

interface GivenCommit {
  sha: string;
  authoredAt: string;
  message: string;
  files: string[];
}

/** One set: `<name>.aider.chat.history.md` beside `<name>.commits.json`. */
async function setOf(folder: string, name: string) {
  const history = readFileSync(join(folder, `${name}.aider.chat.history.md`), 'utf8');
  const given = JSON.parse(readFileSync(join(folder, `${name}.commits.json`), 'utf8')) as GivenCommit[];
  const parts = history.split(/^(?=# aider chat started at )/m).filter((part) => part.startsWith('# aider'));
  const truth = new Set<string>();
  const conversations: { id: string; conversation: LinkableConversation }[] = [];
  const read: { id: string; conversation: Conversation }[] = [];
  for (const [n, part] of parts.entries()) {
    for (const [, sha = ''] of part.matchAll(TRUTH)) {
      const commit = given.find((one) => one.sha.startsWith(sha));
      if (commit) truth.add(`${n}:${commit.sha}`);
    }
    const stripped = Buffer.from(part.replaceAll(TRUTH, ''));
    for (const conversation of conversationsIn(stripped)) read.push({ id: String(n), conversation });
  }
  const starts = read
    .map(({ conversation }) => conversation.startedAt)
    .filter((at) => at !== null)
    .sort();
  for (const { id, conversation } of read)
    conversations.push({ id, conversation: linkable(conversation, starts) });
  return { conversations, commits: given.map(commitOf), truth };
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

function commitOf({ sha, authoredAt, message, files }: GivenCommit): LinkableCommit {
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(authoredAt) ?? [];
  const offset = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * (sign === '-' ? -1 : 1);
  return {
    sha,
    message,
    kind: kindOf({ message, authorName: null, authorEmail: null, parents: [] }),
    parents: [],
    repositoryKey: 'set/set',
    branch: null,
    authoredAt: new Date(authoredAt),
    authoredOffset: offset,
    authorEmail: null,
    authorIsKnown: false,
    files: files.map((path) => ({ path, previousPath: null, patch: null })),
  };
}

/**
 * Precision and recall of links on histories of aider whose truth lines were taken away. `BENCH_HISTORIES` names a
 * folder of sets, each a `<name>.aider.chat.history.md` beside a `<name>.commits.json` (sha, authoredAt, message, files).
 */
async function main(folder: string): Promise<void> {
  const rules = compileRules(
    commitLinkKind,
    (await defaultRules(commitLinkKind)).map((rule) => ({ ...rule, version: 1 })),
  );
  const { thresholds } = commitLinkKind;
  const rulebook = {
    kind: commitLinkKind,
    rules,
    model: null,
    promptFor: null,
    ...(thresholds ? { thresholds: { ...thresholds, version: 0 } } : {}),
  };
  const rows: string[][] = [];
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.commits.json'))) {
    const name = file.replace('.commits.json', '');
    const { conversations, commits, truth } = await setOf(folder, name);
    const scored: { key: string; score: number; sha: string; outcome: string | null }[] = [];
    for (const commit of commits)
      for (const { id, conversation } of conversations) {
        const { facts } = signalsOf(conversation, commit, 'none');
        const { score, outcome } = await judge(rulebook, `${id}:${commit.sha}`, facts);
        scored.push({ key: `${id}:${commit.sha}`, score: score ?? 0, sha: commit.sha, outcome });
      }
    const told = scored.filter(({ outcome }) => outcome !== 'not linked');
    const hits = told.filter(({ key }) => truth.has(key)).length;
    const known = [...new Set([...truth].map((key) => key.split(':')[1] as string))];
    const first = known.filter((sha) => {
      const [best] = scored.filter((pair) => pair.sha === sha).toSorted((a, b) => b.score - a.score);
      return best !== undefined && truth.has(best.key);
    }).length;
    const fp = told.length - hits;
    const fn = truth.size - hits;
    const tn = scored.length - told.length - fn;
    const spread = Math.sqrt((hits + fp) * (hits + fn) * (tn + fp) * (tn + fn));
    const mcc = spread === 0 ? 0 : (hits * tn - fp * fn) / spread;
    rows.push([
      name,
      String(truth.size),
      String(told.length),
      (hits / (told.length || 1)).toFixed(2),
      (hits / (truth.size || 1)).toFixed(2),
      (first / (known.length || 1)).toFixed(2),
      mcc.toFixed(2),
    ]);
  }
  printTable([['set', 'true pairs', 'linked', 'precision', 'recall', 'recall@1', 'MCC'], ...rows]);
}

const folder = process.env.BENCH_HISTORIES;
if (folder) await main(folder);
else
  console.log(
    'Set BENCH_HISTORIES to a folder with histories of aider and their commits. Nothing was measured.',
  );
