import type { Logger } from 'pino';
import { DAY_MS } from '../../../../platform/durations.ts';
import type { Jobs } from '../../../../platform/jobs/index.ts';
import type { Compute } from './compute.ts';

/** Days that are computed again each night, so that removed conversations leave their figures. */
const NIGHTLY_DAYS = 35;

interface Setup {
  jobs: Jobs;
  compute: Compute;
  /** Looks for knowledge gaps of a company. */
  findGaps: (tenantId: string) => Promise<number>;
  tenantIds: () => Promise<string[]>;
  now: () => Date;
  log: Logger;
}

/** Figures each hour, the last weeks and knowledge gaps each night. */
export function scheduleAnalytics({ jobs, compute, findGaps, tenantIds, now, log }: Setup): void {
  const forEach = async (what: string, work: (tenantId: string) => Promise<unknown>) => {
    // One company's failure is not another's.
    for (const tenantId of await tenantIds())
      await work(tenantId).catch((err: unknown) => log.error({ err, tenantId }, `${what} failed`));
  };
  jobs.schedule({
    name: 'analytics.hourly',
    cron: '7 * * * *',
    run: () => forEach('the computation of figures', (tenantId) => compute.changed(tenantId)),
  });
  jobs.schedule({
    name: 'analytics.nightly',
    cron: '40 2 * * *',
    run: () =>
      forEach('the nightly computation of figures', async (tenantId) => {
        const today = now().getTime();
        const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);
        await compute.days(tenantId, {
          from: dayOf(today - NIGHTLY_DAYS * DAY_MS),
          to: dayOf(today + DAY_MS),
        });
        await findGaps(tenantId);
      }),
  });
}
