import { z } from 'zod';
import { listPage, type Page } from '../../../../http/cursor.ts';
import { invalidField } from '../../../../http/problem.ts';
import type { Database } from '../../../../platform/database/index.ts';
import { DAY_MS, HOUR_MS } from '../../../../platform/durations.ts';
import { policySchema } from '../schema.ts';
import type { Denial } from '../states.ts';
import {
  denialsBetween,
  expiringBetween,
  type NamedLicence,
  namedLicences,
  sessionsBetween,
  type UsedDenial,
  type UsedSession,
} from './store.ts';
import { concurrency, type Interval, peakByHour, seatsForShare, timeAtSeats } from './usage.ts';

const MAX_DAYS = 92;
/** For how long a denied request is taken to want its seat, after its last retry. */
const WANTED_MS = 600_000;
/** Denials for want of seats; the others say nothing about their number. */
const FULL: readonly string[] = ['NO_SEATS', 'SEATS_RESERVED'];

/** How seats are used, and how many are needed. */
export function createAnalytics(database: Database, now: () => Date) {
  const today = () => now().toISOString().slice(0, 10);

  function windowOf(given: { from?: string | undefined; to?: string | undefined }): {
    from: string;
    to: string;
    window: Interval;
  } {
    const to = given.to ?? today();
    const from = given.from ?? new Date(Date.parse(to) - 6 * DAY_MS).toISOString().slice(0, 10);
    const window = { from: Date.parse(from), to: Math.min(Date.parse(to) + DAY_MS, now().getTime()) };
    if (from > to) throw invalidField('from', 'must not be after to');
    if (Date.parse(to) - Date.parse(from) > MAX_DAYS * DAY_MS)
      throw invalidField('from', `must be at most ${MAX_DAYS} days before to`);
    return { from, to, window };
  }

  return {
    usage: (
      tenantId: string,
      {
        licenceId,
        ...given
      }: { from?: string | undefined; to?: string | undefined; licenceId?: string | undefined },
    ) =>
      database.withTenant(tenantId, async (transaction) => {
        const { from, to, window } = windowOf(given);
        const asked = { licenceId, from: new Date(window.from), to: new Date(window.to) };
        const sessions = Map.groupBy(
          await sessionsBetween(transaction, asked),
          ({ licence_id }) => licence_id,
        );
        const denials = Map.groupBy(await denialsBetween(transaction, asked), ({ licence_id }) => licence_id);
        const used = (await namedLicences(transaction, licenceId)).map((licence) =>
          usageOf(licence, sessions.get(licence.id) ?? [], denials.get(licence.id) ?? [], window),
        );
        return {
          from,
          to,
          licences: used.map(({ summary }) => summary),
          hours: used.flatMap(({ hours }) => hours).sort((a, b) => (a.hour < b.hour ? -1 : 1)),
        };
      }),

    expiring: (tenantId: string, days: number, page: Page) =>
      database.withTenant(tenantId, async (transaction) => {
        const until = new Date(now().getTime() + days * DAY_MS);
        const rows = await expiringBetween(transaction, now(), until);
        return listPage(page, {
          cursor: z.number().int().min(0),
          query: async (after, limit) =>
            rows
              .map((row, place) => ({ row, place }))
              .slice(after === null ? 0 : after + 1)
              .slice(0, limit),
          key: ({ place }) => place,
          view: ({ row }) => ({
            licenceId: row.id,
            licence: row.name,
            product: row.product_code,
            maxSeats: row.max_seats,
            expiresAt: row.expires_at.toISOString(),
            daysLeft: daysUntil(row.expires_at, now()),
          }),
        });
      }),
  };
}

/** Whole days, rounded up, so that a licence that ends today has one. */
export function daysUntil(end: Date, now: Date): number {
  return Math.ceil((end.getTime() - now.getTime()) / DAY_MS);
}

function usageOf(
  licence: NamedLicence,
  sessions: readonly UsedSession[],
  denials: readonly UsedDenial[],
  window: Interval,
) {
  const held = sessions.map(({ started_at, ended_at }) => ({
    from: started_at.getTime(),
    to: Math.min(ended_at?.getTime() ?? window.to, window.to),
  }));
  const wanted = denials
    .filter(({ code }) => FULL.includes(code))
    .map(({ first_at, last_at }) => ({ from: first_at.getTime(), to: last_at.getTime() + WANTED_MS }));
  const steps = concurrency(held);
  const demand = concurrency([...held, ...wanted]);
  const time = timeAtSeats(steps, window);
  const length = Math.max(1, window.to - window.from);
  const seatTime = [...time].reduce((sum, [seats, ms]) => sum + seats * ms, 0);
  const full = [...time].filter(([seats]) => seats >= licence.max_seats).reduce((sum, [, ms]) => sum + ms, 0);
  const ended = sessions.filter(({ ended_at }) => ended_at !== null);
  const peaks = peakByHour(steps, window);
  const denied = Map.groupBy(denials, ({ first_at }) => Math.floor(first_at.getTime() / HOUR_MS) * HOUR_MS);
  const hours = [...new Set([...peaks.keys(), ...denied.keys()])];
  return {
    summary: {
      licenceId: licence.id,
      licence: licence.name,
      product: licence.product_code,
      maxSeats: licence.max_seats,
      utilisation: rounded(seatTime / (length * licence.max_seats)),
      peakSeats: Math.max(0, ...time.keys()),
      peakDemand: Math.max(0, ...timeAtSeats(demand, window).keys()),
      minutesFull: Math.round(full / 60_000),
      sessions: sessions.length,
      waited: sessions.filter(({ requested_at, started_at }) => started_at > requested_at).length,
      leakedShare: rounded(
        ended.filter(({ state }) => state === 'expired').length / Math.max(1, ended.length),
      ),
      denials: countBy(denials),
      seatsFor99Percent: seatsForShare([...held, ...wanted], 0.99),
      reservedIdle: rounded(idleReserved(licence, sessions, window)),
      timeAtSeats: [...time]
        .sort(([a], [b]) => a - b)
        .map(([seats, ms]) => ({ seats, share: rounded(ms / length) })),
    },
    hours: hours.map((hour) => ({
      hour: new Date(hour).toISOString(),
      licenceId: licence.id,
      peak: peaks.get(hour) ?? 0,
      denials: denied.get(hour)?.length ?? 0,
    })),
  };
}

/** Mean number of reserved seats that their group does not use. */
function idleReserved({ policy }: NamedLicence, sessions: readonly UsedSession[], window: Interval): number {
  const { reservations } = policySchema.parse(policy);
  const length = Math.max(1, window.to - window.from);
  return reservations.reduce((sum, { group, seats }) => {
    const held = sessions
      .filter(({ group_name }) => group_name === group)
      .map(({ started_at, ended_at }) => ({
        from: started_at.getTime(),
        to: ended_at?.getTime() ?? window.to,
      }));
    const time = timeAtSeats(concurrency(held), window);
    const idle = [...time].reduce((total, [used, ms]) => total + Math.max(0, seats - used) * ms, 0);
    return sum + idle / length;
  }, 0);
}

function countBy(denials: readonly UsedDenial[]): Partial<Record<Denial, number>> {
  const groups = Map.groupBy(denials, ({ code }) => code as Denial);
  return Object.fromEntries([...groups].map(([code, rows]) => [code, rows.length]));
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
