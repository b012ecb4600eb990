import { isDaily, type Quota } from '../../../contract/plans.ts';
import { DAY_MS } from '../../../platform/durations.ts';

/** A day such as `2026-11-30`, UTC. */
export const dayOf = (now: Date): string => now.toISOString().slice(0, 10);

/** The next midnight, UTC. */
export const nextDay = (now: Date): Date => new Date((Math.floor(now.getTime() / DAY_MS) + 1) * DAY_MS);

/** The period that a quota is counted and warned about in: a day, or a month such as `2026-11`. */
export function periodOf(quota: Quota, now: Date): string {
  return isDaily(quota) ? dayOf(now) : dayOf(now).slice(0, 7);
}

/** When a quota starts again; null for what the company has at one time. */
export function resetOf(quota: Quota, now: Date): Date | null {
  if (isDaily(quota)) return nextDay(now);
  if (quota !== 'models') return null;
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1));
}
