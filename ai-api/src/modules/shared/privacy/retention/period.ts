import { DAY_MS, HOUR_MS } from '../../../../platform/durations.ts';
import { dayAgo, type RetentionKind } from '../../../../platform/retention.ts';
import type { PolicyRecord } from './store.ts';

/** The time of the night (UTC) at which retention is applied. */
export const NIGHT_MS = 2.5 * HOUR_MS;
export const NIGHT_CRON = '30 2 * * *';
/** Days for which a dry run is an answer to what a shorter period deletes. */
const DRY_RUN_LASTS = 30;

/** For how many days a kind is kept; null for ever. */
export type Days = number | null;

/** How long a kind of data is kept now, and what waits. */
export interface Period {
  /** By these days data is deleted. */
  days: Days;
  /** A shorter period that is chosen and not in force; it begins at `from`, null until a dry run. */
  pending: { days: number; from: Date | null } | null;
}

interface Given {
  kind: Pick<RetentionKind, 'defaultDays' | 'isPlanLimited'>;
  /** What the company chose; undefined when it did not. */
  chosen: Days | undefined;
  policy: PolicyRecord | undefined;
  /** What the plan of the company allows; null without a limit. */
  planDays: Days;
  now: Date;
}

/**
 * Longer periods count at once. A shorter one counts from the night after a dry run of it, so that nothing is
 * deleted by mistake; so does what a smaller plan shortens. A shorter default of the installation counts at once: the operator set it.
 */
export function periodOf({ kind, chosen, policy, planDays, now }: Given): Period {
  const limit = (days: Days) => (kind.isPlanLimited ? shorter(days, planDays) : days);
  const usual = kind.defaultDays;
  const wanted = limit(chosen === undefined ? usual : chosen);
  const inForce = policy?.in_force_at ? policy.in_force_days : limit(usual);
  if (!isShorter(wanted, inForce)) return { days: wanted, pending: null };
  if (chosen === undefined && isShorter(usual, inForce)) return { days: wanted, pending: null };
  const from = confirmedFrom(policy, wanted, now);
  if (from !== null && now >= from) return { days: wanted, pending: null };
  return { days: inForce, pending: { days: wanted, from } };
}

/** The night from which a shorter period counts; null without a dry run of it. */
function confirmedFrom(policy: PolicyRecord | undefined, days: number, now: Date): Date | null {
  if (!policy?.dry_run_at || policy.dry_run_days !== days) return null;
  if (policy.is_chosen && policy.dry_run_at < policy.set_at) return null;
  if (now.getTime() - policy.dry_run_at.getTime() > DRY_RUN_LASTS * DAY_MS) return null;
  return nextNight(policy.dry_run_at);
}

/** The first run of retention after a moment. */
export function nextNight(after: Date): Date {
  const today = Math.floor(after.getTime() / DAY_MS) * DAY_MS + NIGHT_MS;
  return new Date(today > after.getTime() ? today : today + DAY_MS);
}

/** The first moment of a kind that is kept. */
export function cutOffOf(kind: Pick<RetentionKind, 'cutOff'>, now: Date, days: number): Date {
  return kind.cutOff?.(now, days) ?? dayAgo(now, days);
}

export function isShorter(days: Days, than: Days): days is number {
  return days !== null && (than === null || days < than);
}

export function shorter(a: Days, b: Days): Days {
  return isShorter(a, b) ? a : b;
}
