import type { Logger } from 'pino';
import { QUOTAS } from '../../../contract/plans.ts';
import type { Database } from '../../../platform/database/index.ts';
import { DAY_MS, HOUR_MS } from '../../../platform/durations.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import { SYNC, type SyncJob } from './billing/sync.ts';
import type { Notices } from './notices.ts';
import { periodOf, resetOf } from './periods.ts';
import type { PlanReports } from './service.ts';
import { findCompany, forgetOld } from './store.ts';
import type { Terms } from './terms.ts';

/** Stripe tries to deliver an event for three days; ids are kept for longer. */
const KEEP_EVENTS_DAYS = 30;
const KEEP_COUNTS_DAYS = 400;
/** After so long without a reading a subscription is read again at Stripe. */
const READ_AGAIN_MS = 23 * HOUR_MS;

interface Parts {
  database: Database;
  jobs: Jobs;
  terms: Terms;
  reports: PlanReports;
  notices: Notices;
  tenantIds: () => Promise<string[]>;
  log: Logger;
  now: () => Date;
}

export type Watch = ReturnType<typeof createWatch>;

/** What the clock changes: graces and agreements end, capacities fill up, webhooks of Stripe were lost. */
export function createWatch({ database, jobs, terms, reports, notices, tenantIds, log, now }: Parts) {
  /** Brings one company up to date. */
  async function look(tenantId: string): Promise<void> {
    await database.withTenant(tenantId, async (transaction) => {
      await terms.apply(transaction, tenantId);
      const { plan, limits } = await terms.entitlementsOf(transaction);
      const used = await reports.usedNow(transaction);
      for (const quota of QUOTAS) {
        const [limit, amount] = [limits[quota], used[quota]];
        if (limit === null || amount === null) continue;
        const period = periodOf(quota, now());
        const use = { plan, quota, used: amount, limit, period, resetsAt: resetOf(quota, now()) };
        await notices.onGrowth(transaction, tenantId, 0, use);
      }
    });
  }

  async function clean(tenantId: string): Promise<void> {
    await database.withTenant(tenantId, async (transaction) => {
      const daysAgo = (days: number) => new Date(now().getTime() - days * DAY_MS);
      await forgetOld(transaction, daysAgo(KEEP_COUNTS_DAYS), daysAgo(KEEP_EVENTS_DAYS));
      const company = await findCompany(transaction);
      const isDue =
        company?.customer_id != null &&
        (company.read_at === null || now().getTime() - company.read_at.getTime() > READ_AGAIN_MS);
      const job: SyncJob = { tenantId };
      if (isDue) await jobs.enqueue(transaction, SYNC, [job]);
    });
  }

  /** One company's failure is not another's. */
  async function each(what: string, work: (tenantId: string) => Promise<void>): Promise<void> {
    for (const tenantId of await tenantIds())
      await work(tenantId).catch((err: unknown) => log.error({ err, tenantId }, `${what} failed`));
  }

  jobs.schedule({ name: 'plans.watch', cron: '*/10 * * * *', run: () => each('looking at a plan', look) });
  jobs.schedule({ name: 'plans.daily', cron: '25 4 * * *', run: () => each('cleaning up of plans', clean) });

  return { look, clean };
}
