import type { Logger } from 'pino';
import type { Plan } from '../../../../contract/plans.ts';
import type { Database } from '../../../../platform/database/index.ts';
import type { Jobs } from '../../../../platform/jobs/index.ts';
import { record, systemActor } from '../../audit/index.ts';
import { type CompanyRecord, changeCompany, confirmCompany, findCompany } from '../store.ts';
import type { Terms } from '../terms.ts';
import { chooseSubscription, type Found } from './choose.ts';
import type { StripeGateway, StripeSubscription } from './stripe.ts';

/** Reads a company's subscription again. */
export const SYNC = 'plans.sync';
/** Times that a reading is repeated because the company was changed while Stripe was asked. */
const MAX_READINGS = 5;

export interface SyncJob {
  tenantId: string;
}

interface Parts {
  database: Database;
  jobs: Jobs;
  terms: Terms;
  stripe: StripeGateway;
  planOfPrice: (price: StripeSubscription['items']['data'][number]['price']) => Plan | null;
  log: Logger;
  now: () => Date;
}

export type Sync = ReturnType<typeof createSync>;

/**
 * Brings a company to what Stripe says of it now. Events only say that something changed, so that neither their order nor
 * their repetition matters.
 */
export function createSync({ database, jobs, terms, stripe, planOfPrice, log, now }: Parts) {
  /** @returns false when the company was changed after the reading began, which may then be older than what is stored */
  async function write(tenantId: string, seen: CompanyRecord, found: Found): Promise<boolean> {
    return database.withTenant(tenantId, async (transaction) => {
      const columns = columnsOf(found);
      const isSame = Object.entries(columns).every(
        ([name, value]) => plain(seen[name as keyof CompanyRecord]) === plain(value),
      );
      if (isSame) return confirmCompany(transaction, seen.version, now());
      const change = { ...columns, read_at: now() };
      if (!(await changeCompany(transaction, seen.version, change, now()))) return false;
      await terms.apply(transaction, tenantId);
      await record(transaction, systemActor(tenantId, 'billing.sync'), {
        subject: 'plan:subscription',
        details: [{ about: [], content: { ...columns, customer: seen.customer_id } }],
      });
      return true;
    });
  }

  /** @throws {import('./failed.ts').StripeFailed} */
  async function sync(tenantId: string): Promise<void> {
    for (let reading = 0; reading < MAX_READINGS; reading++) {
      const seen = await database.withTenant(tenantId, findCompany);
      if (!seen?.customer_id) return;
      const subscriptions = await stripe.subscriptionsOf(seen.customer_id);
      const found = chooseSubscription(subscriptions, planOfPrice);
      if (found.status === 'none' && subscriptions.length > 0)
        log.error({ tenantId }, 'a subscription is for a price that no plan has; see docs/plans.md');
      if (await write(tenantId, seen, sinceTheFirst(seen, found))) return;
    }
    throw new Error('The company was changed each time that Stripe was asked.');
  }

  jobs.define<SyncJob>({
    name: SYNC,
    priority: 'high',
    concurrency: 2,
    retryLimit: 8,
    retryDelay: 5,
    retryDelayMax: 900,
    expireInSeconds: 180,
    handle: ({ tenantId }) => sync(tenantId),
    onDead: async ({ tenantId }, reason) =>
      log.error({ tenantId, reason }, 'a subscription could not be read at Stripe; it is tried again daily'),
  });

  return sync;
}

/** A debt that goes on has the days of grace once, however many invoices follow the first. */
function sinceTheFirst(seen: CompanyRecord, found: Found): Found {
  const { status, subscription_id, past_due_since } = seen;
  const goesOn =
    status === 'past_due' && found.status === 'past_due' && subscription_id === found.subscriptionId;
  if (!goesOn || !past_due_since || !found.pastDueSince || past_due_since > found.pastDueSince) return found;
  return { ...found, pastDueSince: past_due_since };
}

function columnsOf(found: Found) {
  return {
    subscription_id: found.subscriptionId,
    plan: found.plan,
    status: found.status,
    period_end: found.periodEnd,
    trial_end: found.trialEnd,
    ends_at_period_end: found.endsAtPeriodEnd,
    past_due_since: found.pastDueSince,
  };
}

function plain(value: unknown): unknown {
  return value instanceof Date ? value.getTime() : value;
}
