import type { Plan, SubscriptionStatus } from '../../../../contract/plans.ts';
import { TIERS } from '../../../../contract/tiers.ts';
import type { StripeSubscription } from './stripe.ts';

/** What a company has at Stripe, as far as its plan depends on it. */
export interface Found {
  subscriptionId: string | null;
  plan: Plan;
  status: SubscriptionStatus;
  periodEnd: Date | null;
  trialEnd: Date | null;
  endsAtPeriodEnd: boolean;
  pastDueSince: Date | null;
}

/** Statuses in the order in which one subscription counts before another. */
const RANK: Record<StripeSubscription['status'], number> = {
  active: 6,
  trialing: 6,
  past_due: 5,
  unpaid: 4,
  paused: 3,
  incomplete: 2,
  incomplete_expired: 1,
  canceled: 1,
};

const NONE: Found = {
  subscriptionId: null,
  plan: 'starter',
  status: 'none',
  periodEnd: null,
  trialEnd: null,
  endsAtPeriodEnd: false,
  pastDueSince: null,
};

/**
 * What counts of all subscriptions of a customer, whatever order they are listed in: the best by status, then by plan, then
 * the newest.
 * @param planOfPrice the plan that a price is for; null for a price that is not ours
 */
export function chooseSubscription(
  subscriptions: readonly StripeSubscription[],
  planOfPrice: (price: StripeSubscription['items']['data'][number]['price']) => Plan | null,
): Found {
  const candidates = subscriptions.flatMap((subscription) => {
    const plans = subscription.items.data
      .map(({ price }) => planOfPrice(price))
      .filter((plan) => plan !== null);
    const [plan] = plans.toSorted((a, b) => TIERS.indexOf(b) - TIERS.indexOf(a));
    return plan === undefined ? [] : [{ subscription, plan }];
  });
  const [best] = candidates.toSorted(
    (a, b) =>
      RANK[b.subscription.status] - RANK[a.subscription.status] ||
      TIERS.indexOf(b.plan) - TIERS.indexOf(a.plan) ||
      b.subscription.created - a.subscription.created ||
      (a.subscription.id < b.subscription.id ? -1 : 1),
  );
  return best ? foundOf(best.subscription, best.plan) : NONE;
}

/** Whether the customer already has a subscription that another would be charged beside. */
export function isRunning(status: SubscriptionStatus): boolean {
  return !['none', 'incomplete', 'incomplete_expired', 'canceled'].includes(status);
}

function foundOf(subscription: StripeSubscription, plan: Plan): Found {
  const { status, items, trial_end, cancel_at, cancel_at_period_end, latest_invoice, created } = subscription;
  const ends = items.data.map(({ current_period_end }) => current_period_end);
  const invoice = typeof latest_invoice === 'object' ? latest_invoice : null;
  const dueAt = invoice?.due_date ?? invoice?.created;
  return {
    subscriptionId: subscription.id,
    plan,
    status,
    periodEnd: isRunning(status) && ends.length > 0 ? dateOf(Math.max(...ends)) : null,
    trialEnd: trial_end == null ? null : dateOf(trial_end),
    endsAtPeriodEnd: cancel_at_period_end || cancel_at != null,
    pastDueSince: status === 'past_due' ? dateOf(dueAt ?? created) : null,
  };
}

function dateOf(seconds: number): Date {
  return new Date(seconds * 1000);
}
