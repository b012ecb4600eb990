import type { Database } from '../src/platform/database/index.ts';
import { migrate } from '../src/platform/database/migrate.ts';
import { createJobs } from '../src/platform/jobs/index.ts';
import { createLog } from '../src/platform/log.ts';

/** Runs all migrations and installs the tables of the job queue, as the first start of the platform does. */
export async function installSchema(database: Database): Promise<void> {
  await migrate(database.system('the tests prepare a template'));
  const jobs = createJobs(database, { heartbeatSeconds: 60, log: createLog('silent') });
  await jobs.start({ work: false });
  await jobs.stop(10_000);
}
