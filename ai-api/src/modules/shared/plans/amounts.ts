import type { Quota } from '../../../contract/plans.ts';

/** What each quota is called in a sentence. */
export const WORDS: Record<Quota, string> = {
  conversations: 'saved conversations',
  searches: 'searches',
  webhooks: 'received webhooks',
  members: 'members',
  storage: 'storage',
  seats: 'seats of licences',
  models: 'budget for models',
};

/** An amount as people read it, such as `40`, `1.5 GB` or `$4.20`. */
export function inWords(quota: Quota, amount: number): string {
  if (quota === 'storage') return bytes(amount);
  if (quota === 'models') return `$${(amount / 1_000_000).toFixed(2)}`;
  return amount.toLocaleString('en-US');
}

function bytes(amount: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  const step = amount < 1 ? 0 : Math.min(Math.floor(Math.log2(amount) / 10), units.length - 1);
  const value = amount / 1024 ** step;
  return `${Number(value.toFixed(1)).toLocaleString('en-US')} ${units[step]}`;
}
