import type { Logger } from 'pino';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database/index.ts';
import type { Jobs } from '../platform/jobs/index.ts';
import { forgetCached } from './embeddings/index.ts';
import type { Ledger } from './ledger/index.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Vectors that are still needed are made again. */
const VECTOR_DAYS = 180;

interface Needs {
  jobs: Jobs;
  database: Database;
  ledger: Ledger;
  clock: Clock;
  log: Logger;
  config: { MODEL_TEXT_DAYS: number };
}

/** Removes the text of old calls, old traces and old vectors every night. */
export function scheduleModelRetention({ jobs, database, ledger, clock, log, config }: Needs): void {
  const daysAgo = (days: number) => new Date(clock.now().getTime() - days * DAY_MS);
  jobs.schedule({
    name: 'models.retention',
    cron: '20 2 * * *',
    run: async () => {
      const rows = await ledger.forgetWords(daysAgo(config.MODEL_TEXT_DAYS));
      await forgetCached(database, daysAgo(VECTOR_DAYS));
      if (rows > 0) log.info({ rows }, 'text of old model calls removed');
    },
  });
}
