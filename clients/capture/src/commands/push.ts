import { ApiFailure } from '../api.ts';
import { collect, type FileOutcome, findAll } from '../collect.ts';
import { type CommitOutcome, repositoriesOf, sendCommits } from '../commits.ts';
import { describe, type Found } from '../find.ts';
import { locked } from '../lock.ts';
import { cachedPolicies, fetchPolicies } from '../policies.ts';
import { bodiesOf, type Prepared } from '../prepare.ts';
import { createProgress } from '../progress.ts';
import { openQueue, type Queue } from '../queue.ts';
import type { Run } from '../run.ts';
import { nothingSent, type Sent, sendQueue } from '../send.ts';
import { readState, type State, writeState } from '../state.ts';
import { withSubAgents } from '../transcripts.ts';

export interface PushOptions {
  /** Reads only this transcript of Claude Code, with its sub-agents. */
  file?: string | undefined;
  /** Sends everything again; what the API has already it does not double. */
  all?: boolean | undefined;
  quiet?: boolean | undefined;
}

export interface Pushed {
  outcomes: FileOutcome[];
  sent: Sent;
  commits: CommitOutcome[];
}

const WAIT_MS = 5 * 60_000;
/** The state is written now and then, so that a process that is killed does not begin anew. */
const SAVE_EVERY = 20;

/** Reads what is new, queues it, and sends the queue. Returns null when another process does so. */
export async function push(run: Run, options: PushOptions = {}): Promise<Pushed | null> {
  return locked(run.folder, WAIT_MS, async () => {
    const queue = openQueue(run.folder);
    const policies = await fetchPolicies(run.folder, run.api).catch((error: unknown) => {
      if (error instanceof ApiFailure) return error;
      throw error;
    });
    const state = readState(run.folder);
    const outcomes = await readAll(
      run,
      state,
      queue,
      options,
      Array.isArray(policies) ? policies : cachedPolicies(run.folder),
    );
    // Nothing leaves the machine before the policies of today are known.
    const sent = Array.isArray(policies)
      ? await sendQueue(queue, run.api, policies)
      : nothingSent(policies.message);
    // What a policy held back is to be found again when the policy changes.
    if (sent.dropped > 0) forget(state, sent.droppedKeys);
    const commits =
      Array.isArray(policies) && sent.waiting === null && run.settings.commits
        ? await pushCommits(run, state, options, outcomes, policies)
        : [];
    if (sent.parts > 0 || commits.some(({ recorded }) => recorded > 0))
      state.lastSentAt = new Date().toISOString();
    writeState(run.folder, state);
    return { outcomes, sent, commits };
  });
}

/** After a hook those of the repository that the conversation worked in, else those of every known project. */
async function pushCommits(
  run: Run,
  state: State,
  { file, all = false }: PushOptions,
  outcomes: readonly FileOutcome[],
  policies: Parameters<typeof collect>[2]['policies'],
): Promise<CommitOutcome[]> {
  const folders =
    file === undefined
      ? [...run.settings.projects, ...state.projects]
      : outcomes.flatMap((outcome) => outcome.folders);
  const commits: CommitOutcome[] = [];
  for (const root of await repositoriesOf([...new Set(folders)])) {
    const options = { policies, emails: run.settings.emails, isAgain: all, api: run.api };
    commits.push(await sendCommits(state, root, options).catch((error: unknown) => unreadable(root, error)));
    writeState(run.folder, state);
  }
  return commits;
}

/** One repository that git cannot read keeps no other from being sent. */
function unreadable(root: string, error: unknown): CommitOutcome {
  const waiting = error instanceof Error ? error.message : String(error);
  return { root, repository: root, action: 'keep', fresh: 0, recorded: 0, refused: [], waiting };
}

async function readAll(
  run: Run,
  state: State,
  queue: Queue,
  { file, all = false, quiet = false }: PushOptions,
  policies: Parameters<typeof collect>[2]['policies'],
): Promise<FileOutcome[]> {
  const files = file === undefined ? findAll(run, state) : filesOf(file);
  const progress = createProgress(quiet ? null : process.stderr, files.length);
  const outcomes: FileOutcome[] = [];
  const take = (prepared: Prepared) => bodiesOf(prepared).every((body) => queue.add(body));
  for (const found of files) {
    progress.step(found.path);
    outcomes.push(await collect(state, found, { policies, emails: run.settings.emails, isAgain: all, take }));
    if (outcomes.length % SAVE_EVERY === 0) writeState(run.folder, state);
  }
  writeState(run.folder, state);
  progress.end();
  return outcomes;
}

function forget(state: State, keys: readonly string[]): void {
  for (const key of keys) delete state.conversations[key];
  state.files = {};
  state.composers = {};
}

function filesOf(file: string): Found[] {
  return withSubAgents(file).flatMap((path) => describe({ tool: 'claude-code', kind: 'file' }, path));
}

/** Says what was done; the exit code. */
export function reportPush(run: Pick<Run, 'print' | 'note'>, pushed: Pushed | null): number {
  if (pushed === null) {
    run.note('Another process of this command is at work.');
    return 1;
  }
  const { outcomes, sent, commits } = pushed;
  const read = outcomes.filter(({ outcome }) => outcome === 'read');
  const sum = (field: 'conversations' | 'messages' | 'redactions' | 'notSaved' | 'skipped') =>
    read.reduce((total, outcome) => total + outcome[field], 0);
  run.print(
    `${outcomes.length} files, ${read.length} with changes: ${sum('messages')} new or changed messages of ${sum('conversations')} conversations.`,
  );
  if (sum('redactions') > 0) run.print(`${sum('redactions')} secrets were removed.`);
  if (sum('notSaved') + sent.dropped > 0)
    run.print(`${sum('notSaved') + sent.dropped} conversations are not sent, by policy.`);
  if (sum('skipped') > 0) run.print(`${sum('skipped')} broken records were left out.`);
  for (const { file, message } of outcomes.filter(({ outcome }) => outcome === 'failed'))
    run.note(`${file.path}: ${message}`);
  run.print(`Sent ${sent.parts} parts: ${sent.added} messages added, ${sent.changed} changed.`);
  const recorded = commits.reduce((total, one) => total + one.recorded, 0);
  if (recorded > 0) run.print(`Sent ${recorded} commits of ${commits.length} repositories.`);
  for (const { repository, waiting } of commits)
    if (waiting !== null) run.note(`Commits of ${repository} are not sent: ${waiting}`);
  const refusals = [
    ...sent.refused,
    ...commits.flatMap(({ repository, refused }) => refused.map((one) => `${repository}, ${one}`)),
  ];
  for (const refused of refusals) run.note(`Refused: ${refused}`);
  if (sent.held !== null) run.note(`${sent.held.parts} parts are held in the queue. ${sent.held.why}`);
  if (sent.waiting !== null) run.note(`The rest waits in the queue. ${sent.waiting}`);
  const isFailed = outcomes.some(({ outcome }) => outcome === 'failed');
  const isSent =
    sent.waiting === null && sent.held === null && commits.every(({ waiting }) => waiting === null);
  return isSent && refusals.length === 0 && !isFailed ? 0 : 1;
}
