import type { Logger } from 'pino';
import type { Database } from '../../../platform/database/index.ts';
import { DAY_MS } from '../../../platform/durations.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import { deleteOldResults } from './store.ts';

interface Setup {
  jobs: Jobs;
  database: Database;
  tenantIds(): Promise<string[]>;
  days: number;
  now: () => Date;
  log: Logger;
}

/** Deletes results, with their texts, that are older than the installation keeps them. */
export function scheduleRetention({ jobs, database, tenantIds, days, now, log }: Setup): void {
  jobs.schedule({
    name: 'validation.retention',
    cron: '40 2 * * *',
    run: async () => {
      const before = new Date(now().getTime() - days * DAY_MS);
      for (const tenantId of await tenantIds()) {
        const deleted = await deleteOldResults(database, tenantId, before);
        if (deleted > 0) log.info({ tenantId, deleted }, 'old results of validation deleted');
      }
    },
  });
}
