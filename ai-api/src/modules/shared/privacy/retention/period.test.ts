import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../../../platform/durations.ts';
import { cutOffOf, type Days, isShorter, nextNight, periodOf } from './period.ts';
import type { PolicyRecord } from './store.ts';

const NOW = new Date('2027-03-10T12:00:00Z');

function policyOf(given: Partial<PolicyRecord>): PolicyRecord {
  return {
    tenant_id: 't',
    kind: 'k',
    days: null,
    is_chosen: true,
    set_by: 'a person',
    set_at: new Date(NOW.getTime() - 5 * DAY_MS),
    in_force_days: null,
    in_force_at: new Date(NOW.getTime() - 50 * DAY_MS),
    dry_run_at: null,
    dry_run_count: null,
    dry_run_days: null,
    ran_at: null,
    ran_count: null,
    unrecorded: 0,
    ...given,
  };
}

const days = fc.option(fc.integer({ min: 1, max: 4000 }));
const usual = { defaultDays: null };

/** The period after a company chose `chosen` while `inForce` counted. */
function chosenPeriod(chosen: Days, inForce: Days, given: Partial<PolicyRecord> = {}, now = NOW) {
  const policy = policyOf({ days: chosen, in_force_days: inForce, ...given });
  return periodOf({ kind: usual, chosen, policy, planDays: null, now });
}

describe('a period that was chosen', () => {
  test('counts at once where it is longer, and not before a dry run where it is shorter', () => {
    fc.assert(
      fc.property(days, days, (chosen, inForce) => {
        const period = chosenPeriod(chosen, inForce);
        if (isShorter(chosen, inForce))
          expect(period).toEqual({ days: inForce, pending: { days: chosen, from: null } });
        else expect(period).toEqual({ days: chosen, pending: null });
      }),
    );
  });

  test('counts from the night after its dry run on, and not after the dry run of another period', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4 * 24 * 60 }), fc.boolean(), (minutes, isOther) => {
        const at = new Date(NOW.getTime() - minutes * 60_000);
        const period = chosenPeriod(30, 90, { dry_run_at: at, dry_run_days: isOther ? 31 : 30 });
        const counts = !isOther && NOW >= nextNight(at);
        expect(period.days).toBe(counts ? 30 : 90);
        if (isOther) expect(period.pending).toEqual({ days: 30, from: null });
      }),
    );
  });

  test('needs another dry run where it was set after it, and where it is too long ago', () => {
    const tried = { dry_run_days: 30, dry_run_at: new Date(NOW.getTime() - 6 * DAY_MS) };
    expect(chosenPeriod(30, 90, tried).pending).toEqual({ days: 30, from: null });
    const long = { set_at: new Date(0), dry_run_days: 30, dry_run_at: new Date(NOW.getTime() - 31 * DAY_MS) };
    expect(chosenPeriod(30, 90, long).pending).toEqual({ days: 30, from: null });
  });
});

describe('a period that was not chosen', () => {
  const kept = (defaultDays: Days, inForce: Days, planDays: Days) =>
    periodOf({
      kind: { defaultDays, isPlanLimited: true },
      chosen: undefined,
      policy: policyOf({ is_chosen: false, in_force_days: inForce }),
      planDays,
      now: NOW,
    });

  test('is the default of the installation as soon as that changes', () => {
    expect(kept(30, 90, null)).toEqual({ days: 30, pending: null });
    expect(kept(90, 30, null)).toEqual({ days: 90, pending: null });
  });

  test('is not shortened by a smaller plan before a dry run', () => {
    expect(kept(null, null, 365)).toEqual({ days: null, pending: { days: 365, from: null } });
    expect(kept(null, 365, 1095)).toEqual({ days: 1095, pending: null });
  });

  test('begins with what the plan allows', () => {
    const kind = { defaultDays: null, isPlanLimited: true } as const;
    expect(periodOf({ kind, chosen: undefined, policy: undefined, planDays: 365, now: NOW })).toEqual({
      days: 365,
      pending: null,
    });
  });
});

test('the next night is within a day, at half past two', () => {
  fc.assert(
    fc.property(fc.nat(400 * 24 * 60), (minutes) => {
      const at = new Date(minutes * 60_000);
      const night = nextNight(at);
      expect(night.getTime()).toBeGreaterThan(at.getTime());
      expect(night.getTime() - at.getTime()).toBeLessThanOrEqual(DAY_MS);
      expect(night.getTime() % DAY_MS).toBe(2.5 * HOUR_MS);
    }),
  );
});

test('the first moment that is kept is the beginning of a day', () => {
  expect(cutOffOf({}, NOW, 10).toISOString()).toBe('2027-02-28T00:00:00.000Z');
});
