import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '../../ai-api/src/catalogue/client.ts';
import { createN8nClient } from '../../workflows/src/client.ts';
import { START_HEADER } from '../../workflows/src/standard-credentials.ts';
import type { System } from './everything.ts';
import type { Progress } from './progress.ts';
import { StartError } from './start-error.ts';

type Run = Awaited<ReturnType<Client['evaluation']['getRun']>>;
type Result = Awaited<ReturnType<Client['evaluation']['listResults']>>['items'][number];

export interface Outcome {
  run: Run;
  /** Whether this start judged the week. */
  isNew: boolean;
  results: Result[];
  /** E-mails of this week: counted in the inbox, or as reported before when the week was evaluated by an earlier start. */
  emails: number;
}

/** Without any progress for so long, something is wrong. */
const STALL_MS = 120_000;

/**
 * Starts the weekly evaluation as operators do, through the workflow in n8n, and waits until every builder
 * is judged and every e-mail has arrived.
 * @throws {StartError} when nothing moves any more, with where to look
 */
export async function evaluateThroughN8n(
  system: System,
  progress: Progress,
  signal: AbortSignal,
): Promise<Outcome> {
  const week = system.options.company.newestWeek;
  const { runId, created } = await startWorkflow(system, week);
  progress.line(
    created
      ? `Evaluation: n8n started week ${week}, the latest in the data`
      : `Evaluation: week ${week} was evaluated before; run npm run reset to start over`,
  );
  const judged = await waitFor(system, runId, signal, (run) => {
    progress.step(
      `Evaluation: ${run.judged} of ${run.builders} judged${run.failed > 0 ? `, ${run.failed} failed` : ''}`,
    );
    return run.status === 'completed';
  });
  await waitFor(system, runId, signal, (run) => {
    progress.step(`E-mails: ${run.notified} of ${judged.judged} sent by n8n`);
    return run.notified >= judged.judged;
  });
  const run = await system.client.evaluation.getRun({ runId });
  progress.line(
    `Evaluation: ${run.judged} judged, ${run.failed} failed, ${run.notified} e-mails sent by n8n`,
  );
  const emails = created ? await countEmails(system, week) : run.notified;
  return { run, isNew: created, results: await allResults(system.client, runId), emails };
}

async function startWorkflow(system: System, week: string): Promise<{ runId: string; created: boolean }> {
  const n8n = await createN8nClient({
    url: system.urls.n8n,
    ...system.owner,
    stateFile: join(system.options.dataDirectory, 'n8n', 'bootstrap.json'),
  });
  const answer = await n8n.runWebhook({
    path: 'weekly-evaluation',
    method: 'POST',
    headers: { [START_HEADER]: system.secrets.startKey },
    body: { week },
  });
  const body = answer.body as { runId?: string; created?: boolean } | undefined;
  if (answer.status === 200 && body?.runId) return { runId: body.runId, created: body.created ?? false };
  throw new StartError(
    `n8n could not start the evaluation (${answer.status}). Check the executions of "Start from outside" and "Weekly evaluation" on ${system.urls.n8n}.`,
  );
}

/** Polls a run until `done` says so; `done` is asked again only after something has changed. */
async function waitFor(
  { client, urls }: System,
  runId: string,
  signal: AbortSignal,
  done: (run: Run) => boolean,
): Promise<Run> {
  let last = '';
  for (let changed = Date.now(); ; ) {
    signal.throwIfAborted();
    const run = await client.evaluation.getRun({ runId });
    const state = `${run.status} ${run.judged} ${run.failed} ${run.notified}`;
    if (state !== last) {
      last = state;
      changed = Date.now();
      if (done(run)) return run;
    }
    if (Date.now() - changed > STALL_MS) {
      throw new StartError(
        `No progress for ${STALL_MS / 1000} s (${run.judged} judged, ${run.failed} failed, ${run.notified} e-mails). ` +
          `Check the executions on ${urls.n8n}.`,
      );
    }
    await delay(700, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

async function allResults(client: Client, runId: string): Promise<Result[]> {
  const results: Result[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.evaluation.listResults({ runId, limit: 500, cursor });
    results.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  return results;
}

async function countEmails({ urls }: System, week: string): Promise<number> {
  const url = new URL(`${urls.inbox}/api/messages`);
  url.searchParams.set('subject', week);
  url.searchParams.set('limit', '1');
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  return ((await response.json()) as { total: number }).total;
}
