import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { QueueMode } from './start.ts';

interface Message {
  to: { address: string }[];
}

const WEEK = '2026-W46';
const BUILDERS = 75;
const AT_ONCE = 10;
const EVALUATION = 'weekly-evaluation';
const MAILING = 'weekly-emails';

/**
 * A week is evaluated through n8n, and the worker that sends its e-mails is killed in the middle. n8n gives that
 * execution up and cannot retry it; the error workflow then has the missing e-mails sent, and nobody has to act. Every
 * judgement is there once, every builder has an e-mail, and at most those that were on their way have two.
 */
export async function checkQueueMode(system: QueueMode, say: (line: string) => void): Promise<void> {
  const { client, n8n, workers } = system;
  const { runId } = (await start(system, EVALUATION, { week: WEEK })) as { runId: string };
  say(`Week ${WEEK}: started by a worker, run ${runId}`);

  await until('some e-mails', async () => (await sentTo(system)).length >= AT_ONCE);
  const [mailing] = await n8n.listExecutions({ workflowId: MAILING, status: 'running' });
  assert(mailing, 'no execution is sending e-mails');
  const worker = workers.find(({ log }) =>
    readFileSync(log, 'utf8').includes(`Worker started execution ${mailing.id} `),
  );
  assert(worker, `no worker has execution ${mailing.id}`);
  process.kill(worker.server.pid, 'SIGKILL');
  await worker.server.exited;
  const before = await client.evaluation.getRun({ runId });
  assert.equal(before.judged, BUILDERS);
  assert(before.notified < BUILDERS, 'the worker was done before it was killed');
  say(
    `Killed worker ${workers.indexOf(worker) + 1} with ${before.notified} of ${BUILDERS} e-mails marked as sent`,
  );

  const died = Date.now();
  const isOver = async () => !['running', 'new'].includes((await n8n.getExecution(mailing.id)).status);
  await until('n8n to notice', isOver, 180_000);
  const { status } = await n8n.getExecution(mailing.id);
  say(`n8n called the execution "${status}" after ${Math.round((Date.now() - died) / 1000)} s`);
  const isTold = async () => (await inbox(system, 'operations@')).length > 0;
  await until('an e-mail to operations', isTold, 60_000);
  say('Report errors wrote to operations');

  await until('every e-mail', async () => (await client.evaluation.getRun({ runId })).notified === BUILDERS);
  const recipients = await sentTo(system);
  const extra = recipients.length - new Set(recipients).size;
  assert.equal(new Set(recipients).size, BUILDERS);
  assert(extra <= AT_ONCE, `${extra} e-mails were sent twice`);
  const after = await client.evaluation.getRun({ runId });
  assert.deepEqual([after.judged, after.failed], [BUILDERS, 0]);
  say(
    `Report errors had the rest sent, ${Math.round((Date.now() - died) / 1000)} s after the worker died: all ${BUILDERS} e-mails sent, ${extra} of them twice; ${BUILDERS} builders judged once`,
  );
}

async function start({ n8n, startKey }: QueueMode, path: string, body: object): Promise<unknown> {
  const answer = await n8n.runWebhook({
    path,
    headers: { 'X-Start-Key': startKey },
    body,
    timeoutMs: 60_000,
  });
  assert.equal(answer.status, 200, `n8n answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** Who got an e-mail about the week, as often as they did. */
async function sentTo(system: QueueMode): Promise<string[]> {
  return (await inbox(system, '@sample-company.example')).flatMap(({ to }) =>
    to.map(({ address }) => address),
  );
}

async function inbox({ inboxUrl }: QueueMode, to: string): Promise<Message[]> {
  const answer = await fetch(`${inboxUrl}/api/messages?${new URLSearchParams({ to, limit: '200' })}`);
  return ((await answer.json()) as { messages: Message[] }).messages;
}

async function until(what: string, done: () => Promise<boolean>, timeoutMs = 120_000): Promise<void> {
  for (const began = Date.now(); !(await done()); await pause(100)) {
    if (Date.now() - began > timeoutMs) throw new Error(`Waited ${timeoutMs / 1000} s for ${what}.`);
  }
}
