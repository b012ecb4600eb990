import { ago, count, dollars } from './helpers.js';

const NAMES = {
  conversations: 'Saved conversations',
  searches: 'Searches',
  webhooks: 'Received webhooks',
  members: 'Members',
  storage: 'Storage',
  seats: 'Seats of licences',
  models: 'Models',
};

const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB'];

/** `1.5 GB`, `$4.20` or `1,500`, by what a quota counts. */
const amount = (unit, value) => {
  if (unit === 'micros') return dollars(value);
  if (unit !== 'bytes' || value === null) return count(value);
  const step = value < 1 ? 0 : Math.min(Math.floor(Math.log2(value) / 10), UNITS.length - 1);
  return `${Number((value / 1024 ** step).toFixed(1)).toLocaleString('en-US')} ${UNITS[step]}`;
};

const PERIODS = { month: ', this month' };

/** What is used of each quota. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map(({ quota, unit, period, used, limit, percent, state, resetsAt }) => ({
      what: `${NAMES[quota] ?? quota}${PERIODS[period] ?? ''}`,
      used: amount(unit, used),
      limit: limit === null ? 'no limit' : amount(unit, limit),
      percent: percent === null ? '—' : `${percent} %`,
      state: state === 'reached' ? 'used up' : state,
      resets: resetsAt ? ago(resetsAt) : '—',
    })),
  };
}
