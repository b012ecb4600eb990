import { choice, count, dollars } from './helpers.js';

const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB'];

/** `1.5 GB`, `$4.20` or `1,500`, by what a quota counts. */
const amount = (unit, value) => {
  if (unit === 'micros') return dollars(value);
  if (unit !== 'bytes' || value === null) return count(value);
  const step = value < 1 ? 0 : Math.min(Math.floor(Math.log2(value) / 10), UNITS.length - 1);
  return `${Number((value / 1024 ** step).toFixed(1)).toLocaleString('en-US')} ${UNITS[step]}`;
};

/** The plans side by side, and those that can be bought. */
export default function transform(data) {
  const plans = data?.items ?? [];
  const limit = ({ limits }, name) => {
    const found = limits.find(({ quota }) => quota === name);
    return found ? amount(found.unit, found.limit) : '—';
  };
  return {
    rows: plans.map((plan) => ({
      name: plan.isCurrent ? `${plan.name} (yours)` : plan.name,
      price:
        plan.priceMicros === null ? 'agreed' : plan.priceMicros === 0 ? 'free' : dollars(plan.priceMicros),
      members: limit(plan, 'members'),
      conversations: limit(plan, 'conversations'),
      searches: limit(plan, 'searches'),
      webhooks: limit(plan, 'webhooks'),
      storage: limit(plan, 'storage'),
      models: limit(plan, 'models'),
    })),
    choices: plans
      .filter(({ canBuy, isCurrent }) => canBuy && !isCurrent)
      .map(({ plan, name }) => choice(plan, name)),
  };
}
