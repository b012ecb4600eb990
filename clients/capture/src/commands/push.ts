import { ApiFailure } from '../api.ts';
import { collect, type FileOutcome, findAll } from '../collect.ts';
import { describe, type Found } from '../find.ts';
import { locked } from '../lock.ts';
import { cachedPolicies, fetchPolicies } from '../policies.ts';
import { bodiesOf, type Prepared } from '../prepare.ts';
import { createProgress } from '../progress.ts';
import { openQueue, type Queue } from '../queue.ts';
import type { Run } from '../run.ts';
import { type Sent, sendQueue } from '../send.ts';
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
      : { parts: 0, added: 0, changed: 0, dropped: 0, refused: [], waiting: policies.message };
    if (sent.parts > 0) state.lastSentAt = new Date().toISOString();
    writeState(run.folder, state);
    return { outcomes, sent };
  });
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

function filesOf(file: string): Found[] {
  return withSubAgents(file).flatMap((path) => describe({ tool: 'claude-code', kind: 'file' }, path));
}

/** Says what was done; the exit code. */
export function reportPush(run: Run, pushed: Pushed | null): number {
  if (pushed === null) {
    run.note('Another process of this command is at work.');
    return 1;
  }
  const { outcomes, sent } = pushed;
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
  for (const refused of sent.refused) run.note(`Refused: ${refused}`);
  if (sent.waiting !== null) run.note(`The rest waits in the queue. ${sent.waiting}`);
  const isFailed = outcomes.some(({ outcome }) => outcome === 'failed');
  return sent.waiting === null && sent.refused.length === 0 && !isFailed ? 0 : 1;
}
