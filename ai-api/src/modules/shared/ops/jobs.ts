import { z } from 'zod';
import { listPage } from '../../../http/cursor.ts';
import { invalidField, notFound, Problem } from '../../../http/problem.ts';
import { type Served, serve } from '../../../http/router.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { LetterAnswer } from '../../../platform/jobs/admin.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { JobRecord, QueueCount } from '../../../platform/jobs/store.ts';
import { type Actor, actorOf, record } from '../audit/index.ts';
import { job } from './jobs-contract.ts';

const position = z.object({ createdAt: z.iso.datetime(), id: z.uuid() });

/** The operations on the jobs of the caller's tenant. */
export function serveJobs(database: Database, jobs: Jobs): Served {
  const get = (tenantId: string, jobId: string) =>
    database.withTenant(tenantId, async (transaction) => {
      const found = await jobs.find(transaction, jobId);
      if (!found) throw notFound('job', jobId);
      return view(found);
    });
  const decide = (actor: Actor, jobId: string, carryOut: Jobs['retry'] | Jobs['discard']) =>
    database.withTenant(actor.tenantId, async (transaction) => {
      requireDone(await carryOut(transaction, jobId), jobId);
      await record(transaction, actor, { subject: `job:${jobId}`, details: [] });
    });
  return serve(job, {
    list: async ({ queue, state, ...page }, { caller }) => {
      if (queue !== undefined && !jobs.names().includes(queue))
        throw invalidField('queue', `must be one of ${jobs.names().join(', ')}`);
      return database.withTenant(caller.tenantId, (transaction) =>
        listPage(page, {
          cursor: position,
          query: (after, limit) => jobs.list(transaction, { queue, state }, after, limit),
          key: (row) => row.position,
          view,
        }),
      );
    },
    queues: async (_input, { caller }) => {
      const counts = await database.withTenant(caller.tenantId, (transaction) => jobs.count(transaction));
      return { items: counts.map((count) => countView(count, Date.now())) };
    },
    get: ({ jobId }, { caller }) => get(caller.tenantId, jobId),
    retry: async ({ jobId }, request) => {
      await decide(actorOf(request), jobId, jobs.retry);
      return get(request.caller.tenantId, jobId);
    },
    discard: ({ jobId }, request) => decide(actorOf(request), jobId, jobs.discard),
  });
}

function requireDone(answer: LetterAnswer, jobId: string): void {
  if (answer === 'unknown') throw notFound('job', jobId);
  if (answer === 'not dead') throw new Problem('CONFLICT', 'This job is not dead.');
  if (answer === 'being reported')
    throw new Problem('CONFLICT', 'This job has only just died; try again in a moment.', { retryAfter: 1 });
}

function view(record: JobRecord) {
  const { id, queue, state, priority, attempts, reason, hasCheckpoint } = record;
  return {
    id,
    queue,
    state,
    priority,
    attempts,
    reason,
    hasCheckpoint,
    ids: idsIn(record.data),
    createdAt: record.createdAt.toISOString(),
    startedAt: record.startedAt?.toISOString() ?? null,
    endedAt: record.endedAt?.toISOString() ?? null,
    dueAt: record.dueAt?.toISOString() ?? null,
  };
}

/** Of a job's data only what is an id by its name and by its look: never text written by people. */
function idsIn(data: Record<string, unknown>): Record<string, string> {
  const ids = Object.entries(data).filter(
    (entry): entry is [string, string] =>
      /Id$/.test(entry[0]) &&
      entry[0] !== 'tenantId' &&
      typeof entry[1] === 'string' &&
      /^[\w.:-]{1,100}$/.test(entry[1]),
  );
  return Object.fromEntries(ids);
}

function countView({ queue, queued, retrying, running, dead, oldestDueAt }: QueueCount, now: number) {
  const oldestAgeSeconds = oldestDueAt ? Math.max(0, (now - oldestDueAt.getTime()) / 1000) : null;
  return { queue, depth: queued + retrying, running, failed: dead, oldestAgeSeconds };
}
