import { z } from 'zod';
import { operation, resource } from '../../../contract/operation.ts';
import { ROUTE_STATES } from '../../../models/failures.ts';
import { connection } from './connections-contract.ts';
import { job } from './jobs-contract.ts';

const report = z
  .object({
    status: z
      .enum(['ok', 'degraded'])
      .describe('degraded: no configured model can be used, or the disk is almost full'),
    version: z.string(),
    uptimeSeconds: z.number(),
    engine: z.enum(['rules', 'model']).describe('What decides when rules leave a criterion open'),
    model: z.string().nullable(),
    providers: z
      .array(
        z.object({
          model: z.string(),
          state: z.enum(ROUTE_STATES),
          limitations: z
            .array(z.string())
            .describe(
              'What the model has refused since the start, such as a temperature, and is not sent any more',
            ),
          isPriced: z.boolean().describe('Whether its calls count against budgets'),
        }),
      )
      .describe('Models in the order in which they are called'),
    embeddings: z
      .object({ provider: z.string(), model: z.string(), dimensions: z.number().int() })
      .describe('What makes vectors of texts; static: word vectors of English'),
    traces: z
      .enum(['langfuse', 'keys refused', 'none'])
      .describe('Where traces go. keys refused: Langfuse does not take them from this process'),
    mcp: z.enum(['on', 'off']).describe('Whether assistants can call operations as tools at /mcp'),
    drivers: z.object({
      database: z.string(),
      vectors: z
        .enum(['pgvector', 'none'])
        .describe('The engine that compares vectors; none: policies are searched by words only'),
      jobs: z.string(),
      objects: z.string(),
      cache: z.string(),
      limits: z.string(),
      mail: z.string(),
      scanner: z.enum(['clamd', 'none']).describe('none: files are marked as not scanned'),
      seats: z.enum(['postgres', 'redis']).describe('What counts the seats of licences'),
      licenceSigning: z.enum(['local', 'kms', 'kms-delegated']).describe('What signs licence tokens'),
    }),
    disk: z
      .object({
        status: z.enum(['ok', 'low']).describe('low: nothing is written until space is freed'),
        freeBytes: z.number().int(),
      })
      .nullable()
      .describe('The disk of the data folder; null where nothing is kept on it'),
    sources: z
      .record(z.string(), z.enum(['connected', 'imported data only']))
      .describe('Where the weekly facts come from'),
  })
  .meta({ id: 'Health' });

const readiness = z
  .object({ status: z.enum(['ready', 'not ready']), checks: z.record(z.string(), z.string()) })
  .meta({ id: 'Readiness' });

const live = {
  method: 'GET',
  access: 'public',
  input: z.object({}),
  output: report,
  description: 'Liveness: the process runs. Returns the version, the engine and the drivers in use.',
} as const;
const ready = {
  method: 'GET',
  access: 'public',
  input: z.object({}),
  output: readiness,
  errors: ['SERVICE_UNAVAILABLE'],
  composable: false,
} as const;

export const health = resource({
  id: 'health',
  name: 'Health',
  description: 'Whether the API is running and ready.',
  operations: {
    get: operation({ ...live, path: '/health', summary: 'Get the health of the API' }),
    live: operation({ ...live, path: '/health/live', summary: 'Liveness probe', composable: false }),
    ready: operation({ ...ready, path: '/ready', summary: 'Readiness: database and queue answer' }),
    readyAlias: operation({ ...ready, path: '/health/ready', summary: 'Readiness probe' }),
  },
});

/** What this module offers. */
export const contract = { job, health, connection };
