import { z } from 'zod';
import type { Priority } from '../../platform/jobs/index.ts';
import { whole } from './types.ts';

/** Work in the background. */
export const jobs = {
  JOB_PRIORITIES: z
    .string()
    .regex(/^(high|default|low)(,(high|default|low))*$/, 'must be some of high,default,low')
    .default('high,default,low')
    .transform((list) => list.split(',') as Priority[])
    .describe('Classes of jobs that this process handles'),
  EVALUATION_CONCURRENCY: whole(1, 200, 8).describe('Builders judged concurrently by one process'),
  AGENT_CONCURRENCY: whole(1, 200, 4).describe('Concurrent executions of agents in one process'),
  WORKFLOW_CONCURRENCY: whole(1, 200, 8).describe('Workflows driven concurrently by one process'),
  WORKFLOW_COMPANY_CONCURRENCY: whole(1, 1000, 16).describe(
    'Workflows of one company driven concurrently by all processes together; the others wait',
  ),
  JOB_HEARTBEAT_SECONDS: whole(10, 3600, 15).describe(
    'Time without a heartbeat after which a job is given to another worker',
  ),
};
