import { dollars, figure, when, words } from './helpers.js';

const SAID = {
  none: 'No subscription',
  active: 'Active',
  trialing: 'Trial',
  past_due: 'A payment failed',
  unpaid: 'Not paid: the plan is Starter',
  paused: 'Paused: the plan is Starter',
  canceled: 'Ended: the plan is Starter',
  incomplete: 'The first payment is not confirmed yet',
  incomplete_expired: 'The first payment was not made',
};

/** The plan, its payment, and which features it has. */
export default function transform(data) {
  if (!data?.plan) return {};
  const isPaid = data.billing === 'stripe';
  const price =
    data.priceMicros === null
      ? 'Agreed with the operator of the installation'
      : data.priceMicros === 0
        ? 'Free'
        : `${dollars(data.priceMicros)} a month`;
  const more = (data.overrides ?? []).length;
  const agreed = more === 0 ? '' : ` ${more} agreement${more === 1 ? '' : 's'} apart from the plan.`;
  return {
    isPaid,
    portal: data.portal === true,
    card: figure(
      'Plan',
      data.name,
      isPaid ? `${price}.${agreed}` : 'Everything is included, without limits.',
    ),
    payment: isPaid ? payment(data) : figure('Payment', 'None', 'This installation has no billing.'),
    features: (data.features ?? []).map(({ title, included, plans }) => ({
      title,
      state: included ? 'included' : plans,
    })),
  };
}

function payment({ subscription, graceEndsAt, trialEndsAt, periodEndsAt, cancelsAtPeriodEnd }) {
  const said = SAID[subscription] ?? words(subscription);
  if (graceEndsAt)
    return figure('Payment', said, `Pay until ${when(graceEndsAt)}; then the plan is Starter.`, 'warning');
  if (['unpaid', 'paused', 'past_due'].includes(subscription))
    return figure('Payment', said, 'Pay at Payments and invoices.', 'warning');
  const next = trialEndsAt && subscription === 'trialing' ? trialEndsAt : periodEndsAt;
  if (!next || (subscription !== 'active' && subscription !== 'trialing'))
    return figure('Payment', said, 'Subscribe below to get more.');
  return figure('Payment', said, `${cancelsAtPeriodEnd ? 'Ends' : 'Renews'} ${when(next)}.`);
}
