import { createDatabase } from '../src/platform/database/index.ts';
import { openPglite } from '../src/platform/database/pglite.ts';
import { openPostgres } from '../src/platform/database/postgres.ts';
import { createJobs } from '../src/platform/jobs/index.ts';
import { createLog } from '../src/platform/log.ts';

/**
 * A worker that gets as far as page 3 of its job and no further; it prints `reached` then and waits to be
 * killed. The environment names its database as that of the API does, and its QUEUE.
 */
const { DATABASE_URL, DATA_DIR = '', QUEUE = '' } = process.env;
const connection = DATABASE_URL ? openPostgres(DATABASE_URL, 5, () => {}) : await openPglite(DATA_DIR);
const jobs = createJobs(createDatabase(connection), { heartbeatSeconds: 10, log: createLog('silent') });

jobs.define<object, { page: number }>({
  name: QUEUE,
  concurrency: 1,
  retryLimit: 3,
  retryDelay: 1,
  retryDelayMax: 1,
  expireInSeconds: 600,
  handle: async (_data, { checkpoint }) => {
    for (const page of [1, 2, 3]) await checkpoint({ page });
    process.stdout.write('reached\n');
    await new Promise((resolve) => setTimeout(resolve, 600_000));
  },
  onDead: async () => {},
});
await jobs.start({ work: true });
