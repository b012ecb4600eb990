import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database/index.ts';
import { DAY_MS } from '../platform/durations.ts';
import type { Jobs } from '../platform/jobs/index.ts';
import { forgetCached } from './embeddings/index.ts';

/** Vectors that are still needed are made again. */
const VECTOR_DAYS = 180;

interface Needs {
  jobs: Jobs;
  database: Database;
  clock: Clock;
}

/** Removes vectors from the cache every night that were not used for long. */
export function scheduleVectorRetention({ jobs, database, clock }: Needs): void {
  jobs.schedule({
    name: 'models.retention',
    cron: '20 2 * * *',
    run: () => forgetCached(database, new Date(clock.now().getTime() - VECTOR_DAYS * DAY_MS)),
  });
}
