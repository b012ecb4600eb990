import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Action,
  actionFor,
  type Policy,
} from '../../../ai-api/src/modules/context/conversations/policy-match.ts';
import { redact } from '../../../ai-api/src/modules/context/redaction/index.ts';
import { type Api, ApiFailure } from './api.ts';
import {
  amendsOf,
  branchesOf,
  type LocalCommit,
  nameOf,
  notedSince,
  notesTip,
  readCommits,
  recentShas,
  rootOf,
} from './git-commits.ts';
import type { RepositoryState, State } from './state.ts';

/** Commits that are read at once, and characters of one request. */
const AT_ONCE = 100;
const MAX_CHARACTERS = 4_000_000;
const MAX_TRACES = 500;
/** Digits by which a commit is remembered. */
const KEPT = 12;
const MAX_KEPT = 20_000;

/** What became of the commits of a repository. */
export interface CommitOutcome {
  root: string;
  repository: string;
  /** What a policy says. */
  action: Action;
  /** Commits that were not sent before. */
  fresh: number;
  recorded: number;
  /** Commits and traces that the API does not take, and why. They are sent again by `push --all` alone. */
  refused: string[];
  /** Why the rest waits; null when all is sent. */
  waiting: string | null;
}

interface CommitOptions {
  policies: readonly Policy[];
  emails: boolean;
  isAgain: boolean;
  /** Null only counts. */
  api: Api | null;
}

/** The repositories of folders, each once. */
export async function repositoriesOf(folders: readonly string[]): Promise<string[]> {
  const roots = new Set<string>();
  for (const folder of folders) {
    const root = existsSync(folder) ? await rootOf(folder) : null;
    if (root !== null) roots.add(root);
  }
  return [...roots];
}

/** Sends what is new of the commits of a repository. What could not be sent is looked for again the next time. */
export async function sendCommits(
  state: State,
  root: string,
  options: CommitOptions,
): Promise<CommitOutcome> {
  const repository = nameOf(root);
  const action = actionFor(options.policies, { repository, workingDirectory: root });
  const outcome: CommitOutcome = {
    root,
    repository,
    action,
    fresh: 0,
    recorded: 0,
    refused: [],
    waiting: null,
  };
  if (action === 'do-not-save') return outcome;
  const known = options.isAgain ? null : (state.repositories[root] ?? null);
  const sent = new Set(known?.sent.match(new RegExp(`.{${KEPT}}`, 'g')) ?? []);
  const recent = await recentShas(root);
  const tip = await notesTip(root);
  const noted =
    tip !== null && tip !== known?.notes ? new Set(await notedSince(root, known?.notes ?? null, tip)) : null;
  const fresh = recent.filter((sha) => !sent.has(sha.slice(0, KEPT)) || noted?.has(sha));
  outcome.fresh = fresh.length;
  if (options.api === null) return outcome;
  const kept: RepositoryState = state.repositories[root] ?? { sent: '', notes: null, traces: 0 };
  state.repositories[root] = kept;
  try {
    const branches = fresh.length > 0 ? await branchesOf(root) : new Map<string, string>();
    const rewrites = fresh.length > 0 ? amendsOf(root) : [];
    // The oldest first, so that what replaced a commit comes after it.
    for (const shas of inGroups(fresh.toReversed(), AT_ONCE)) {
      const commits = await readCommits(root, shas, branches);
      for (const part of partsOf(commits.map((commit) => redacted(commit, action, options.emails)))) {
        const { api } = options;
        await sendEach(
          part,
          outcome.refused,
          ({ sha }) => `commit ${sha}`,
          async (commits) => {
            const own = new Set(commits.map(({ sha }) => sha));
            const ours = rewrites.filter(({ to }) => own.has(to));
            const body = JSON.stringify({ repository, commits, rewrites: ours.slice(0, 5000) });
            outcome.recorded += (await api.recordCommits(body)).recorded;
          },
        );
        for (const { sha } of part) sent.add(sha.slice(0, KEPT));
        kept.sent = [...sent].slice(-MAX_KEPT).join('');
      }
    }
    kept.notes = tip;
    kept.traces = await sendTraces(root, repository, kept.traces, options.api, outcome.refused);
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    outcome.waiting = error.message;
  }
  return outcome;
}

/** Sends records of Agent Trace that were added since. Returns how many lines of the file were read. */
async function sendTraces(
  root: string,
  repository: string,
  after: number,
  api: Api,
  refused: string[],
): Promise<number> {
  const path = join(root, '.agent-trace', 'traces.jsonl');
  if (!existsSync(path)) return 0;
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const traces = lines.slice(after).flatMap((line) => {
    try {
      const trace = JSON.parse(line) as { version?: unknown; id?: unknown };
      return typeof trace.version === 'string' && /^0\.1(\.\d+)?$/.test(trace.version) ? [trace] : [];
    } catch {
      return [];
    }
  });
  for (const some of inGroups(traces, MAX_TRACES))
    await sendEach(
      some,
      refused,
      ({ id }) => `trace ${id}`,
      async (sending) => {
        const { unknown, unnamed } = await api.recordTraces(JSON.stringify({ repository, traces: sending }));
        if (unknown.length > 0) refused.push(`traces of unknown commits: ${shortened(unknown)}`);
        if (unnamed.length > 0) refused.push(`traces that name no conversation: ${shortened(unnamed)}`);
      },
    );
  return lines.length;
}

/** A commit as it may leave the machine: without secrets, and without its diff where a policy says so. */
function redacted(commit: LocalCommit, action: Action, emails: boolean): LocalCommit {
  const isStrict = action === 'redact';
  const options = { emails: emails || isStrict };
  const { authorEmail, note, ...rest } = commit;
  return {
    ...rest,
    message: redact(rest.message.toWellFormed(), options).text.slice(0, 65_536),
    ...(authorEmail === undefined || options.emails ? {} : { authorEmail }),
    ...(note === undefined || isStrict ? {} : { note }),
    files: rest.files.map(({ patch, ...file }) =>
      patch === undefined || isStrict
        ? file
        : { ...file, patch: redact(patch.toWellFormed().replaceAll('\0', ''), options).text },
    ),
  };
}

/** More refusals of one repository are no fault of single records. */
const MAX_REFUSED = 20;
/** Ids that one line names. */
const MAX_NAMED = 5;

/**
 * Sends records together. Where the API does not take them, each half is sent for itself, until the record is found that it
 * refuses: that one is named, and the others are sent.
 * @throws {ApiFailure} where the API is away, takes nothing from this key, or refuses too many
 */
async function sendEach<Item>(
  items: readonly Item[],
  refused: string[],
  nameOfItem: (item: Item) => string,
  send: (items: readonly Item[]) => Promise<unknown>,
): Promise<void> {
  try {
    await send(items);
  } catch (error) {
    if (!(error instanceof ApiFailure) || error.isPassing || error.isRefused) throw error;
    const [first] = items;
    if (items.length > 1) {
      const middle = Math.ceil(items.length / 2);
      await sendEach(items.slice(0, middle), refused, nameOfItem, send);
      await sendEach(items.slice(middle), refused, nameOfItem, send);
    } else if (refused.length < MAX_REFUSED && first !== undefined)
      refused.push(`${nameOfItem(first)}: ${error.message}`);
    else throw error;
  }
}

/** The first of some ids, and how many there are. */
function shortened(ids: readonly string[]): string {
  const first = ids.slice(0, MAX_NAMED).join(', ');
  return ids.length > MAX_NAMED ? `${first} and ${ids.length - MAX_NAMED} more` : first;
}

function partsOf(commits: readonly LocalCommit[]): LocalCommit[][] {
  const parts: LocalCommit[][] = [];
  let characters = Number.POSITIVE_INFINITY;
  for (const commit of commits) {
    const size = JSON.stringify(commit).length;
    if (characters + size > MAX_CHARACTERS) {
      parts.push([commit]);
      characters = size;
    } else {
      parts.at(-1)?.push(commit);
      characters += size;
    }
  }
  return parts;
}

function inGroups<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) =>
    items.slice(n * size, (n + 1) * size),
  );
}
