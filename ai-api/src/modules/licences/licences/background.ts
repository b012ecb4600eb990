import type { Logger } from 'pino';
import type { Database } from '../../../platform/database/index.ts';
import { DAY_MS } from '../../../platform/durations.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Events } from '../../shared/events/index.ts';
import { giveNotices } from './analytics/notices.ts';
import type { Seats } from './seats/index.ts';
import { forgetHistory } from './sessions/store.ts';

/** Rows of one kind that one transaction removes, so that it ends soon. */
const FORGOTTEN_AT_ONCE = 2_000;

interface Parts {
  jobs: Jobs;
  database: Database;
  seats: Seats;
  events: Events;
  tenantIds: () => Promise<string[]>;
  now: () => Date;
  log: Logger;
  historyDays: number;
}

/**
 * Ends sessions whose lease has run out, each minute, so that history is true without any request; gives notices daily; and
 * removes old history every night.
 */
export function scheduleLicenceWork(parts: Parts): void {
  const { jobs, database, seats, events, tenantIds, now, log, historyDays } = parts;
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
  jobs.schedule({
    name: 'licence.retention',
    cron: '40 2 * * *',
    run: () =>
      forEach('old sessions and denials were removed', (tenantId) =>
        forgetAll(database, tenantId, new Date(now().getTime() - historyDays * DAY_MS)),
      ),
  });
}

async function forgetAll(database: Database, tenantId: string, before: Date): Promise<number> {
  for (let count = 0; ; ) {
    const gone = await database.withTenant(tenantId, (transaction) =>
      forgetHistory(transaction, before, FORGOTTEN_AT_ONCE),
    );
    if (gone === 0) return count;
    count += gone;
  }
}
