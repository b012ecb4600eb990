import { z } from 'zod';
import { operation, resource } from '../../../contract/operation.ts';
import { id, listOf, page, timestamp } from '../../../contract/schemas.ts';
import { JOB_STATES } from '../../../platform/jobs/states.ts';

const access = ['admin', 'ops'] as const;
const jobId = id.describe('Id of the job');
const queue = z.string().min(1).max(100).describe('Name of a queue, for example webhook.deliver');

const jobView = z
  .object({
    id,
    queue: z.string(),
    state: z.enum(JOB_STATES).describe('dead: all attempts failed; kept until it is retried or discarded'),
    priority: z.number().int().describe('Higher goes first within its queue'),
    attempts: z.number().int().describe('Attempts that have begun'),
    ids: z
      .object({ builderId: z.string().optional(), userId: z.string().optional() })
      .catchall(z.string())
      .describe('What the job is about: the ids in its data, nothing else'),
    reason: z.string().nullable().describe('Why the last attempt failed'),
    hasCheckpoint: z.boolean().describe('Whether a retry continues where the last attempt ended'),
    createdAt: timestamp,
    startedAt: timestamp.nullable(),
    endedAt: timestamp.nullable(),
    dueAt: timestamp.nullable().describe('When a waiting job is tried'),
  })
  .meta({ id: 'Job' });

const queueCount = z
  .object({
    queue: z.string(),
    depth: z.number().int().describe('Jobs that wait for a worker, retries included'),
    running: z.number().int(),
    failed: z.number().int().describe('Dead letters'),
    oldestAgeSeconds: z.number().nullable().describe('How long the oldest due job has been waiting'),
  })
  .meta({ id: 'JobQueue' });

/** A job about a builder or a user says that something was done about them, and when. */
const aboutPerson = { builder: 'ids.builderId', user: 'ids.userId', detail: 'queue' };
const JOBS = { what: 'background work', purpose: 'support' } as const;
const oneJob = { ...JOBS, of: [aboutPerson] };

export const job = resource({
  id: 'job',
  name: 'Job',
  description: 'Background work and its outcome.',
  locate: { operation: 'list', id: 'id', field: 'jobId', shown: ['queue', 'state'] },
  operations: {
    list: operation({
      method: 'GET',
      path: '/jobs',
      summary: 'List jobs, newest first',
      description: 'Completed jobs are listed for a week; dead letters until they are retried or discarded.',
      access,
      list: true,
      reveals: { ...JOBS, of: [{ list: 'items', ...aboutPerson }] },
      input: z.object({ queue: queue.optional(), state: z.enum(JOB_STATES).optional(), ...page }),
      output: listOf(jobView),
      hints: { queue: { choices: { operation: 'job.queues', value: 'queue' } } },
    }),
    queues: operation({
      method: 'GET',
      path: '/jobs/queues',
      summary: 'Count the jobs of each queue',
      access,
      input: z.object({}),
      output: z.object({ items: z.array(queueCount) }),
    }),
    get: operation({
      method: 'GET',
      path: '/jobs/{jobId}',
      summary: 'Get a job',
      access,
      reveals: oneJob,
      input: z.object({ jobId }),
      output: jobView,
      errors: ['NOT_FOUND'],
    }),
    retry: operation({
      method: 'POST',
      path: '/jobs/{jobId}/retry',
      summary: 'Retry a dead job',
      description: 'Resets its attempts; it continues from its last checkpoint.',
      access,
      reveals: oneJob,
      input: z.object({ jobId }),
      output: jobView,
      errors: ['NOT_FOUND', 'CONFLICT'],
    }),
    discard: operation({
      method: 'POST',
      path: '/jobs/{jobId}/discard',
      summary: 'Discard a dead job',
      description: 'Removes the dead letter permanently. Other effects of its failure are not undone.',
      access,
      status: 204,
      input: z.object({ jobId }),
      output: z.void(),
      errors: ['NOT_FOUND', 'CONFLICT'],
    }),
  },
});
