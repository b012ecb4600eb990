import type { Logger } from 'pino';
import type { Database } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Events } from '../../shared/events/index.ts';
import { giveNotices } from './analytics/notices.ts';
import type { Seats } from './seats/index.ts';

interface Parts {
  jobs: Jobs;
  database: Database;
  seats: Seats;
  events: Events;
  tenantIds: () => Promise<string[]>;
  now: () => Date;
  log: Logger;
}

/** Ends sessions whose lease has run out, each minute, so that history is true without any request; gives notices daily. */
export function scheduleLicenceWork(parts: Parts): void {
  const { jobs, database, seats, events, tenantIds, now, log } = parts;
  const forEach = async (what: string, work: (tenantId: string) => Promise<number>) => {
    for (const tenantId of await tenantIds()) {
      // One company's failure is not another's.
      const count = await work(tenantId).catch((err: unknown) => {
        log.error({ err, tenantId }, `${what} failed`);
        return 0;
      });
      if (count > 0) log.info({ tenantId, count }, what);
    }
  };
  jobs.schedule({
    name: 'licence.sweep',
    cron: '* * * * *',
    run: () => forEach('leases that ran out were ended', (tenantId) => seats.sweep(tenantId)),
  });
  jobs.schedule({
    name: 'licence.notices',
    cron: '20 6 * * *',
    run: () =>
      forEach('notices of licences that expire', (tenantId) =>
        giveNotices(database, events, tenantId, now()),
      ),
  });
}
