import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY_MS } from '../../../platform/durations.ts';
import { dueAt, extendedDueAt, stageOf } from './deadlines.ts';

const at = (text: string) => new Date(text);

describe('deadlines', () => {
  test.each([
    ['gdpr', '2026-11-30T10:00:00Z', '2026-12-30T10:00:00Z', '2027-02-28T10:00:00Z'],
    ['gdpr', '2027-01-31T10:00:00Z', '2027-02-28T10:00:00Z', '2027-04-30T10:00:00Z'],
    ['ccpa', '2026-11-30T10:00:00Z', '2027-01-14T10:00:00Z', '2027-02-28T10:00:00Z'],
  ] as const)('of %s from %s are %s and, extended, %s', (basis, from, due, extended) => {
    expect(dueAt(basis, at(from))).toEqual(at(due));
    expect(extendedDueAt(basis, at(from))).toEqual(at(extended));
  });

  test('are reminded of in one order, whatever the clock', () => {
    const stages = ['', 'week', 'day', 'overdue'];
    const due = at('2027-01-01T00:00:00Z');
    fc.assert(
      fc.property(fc.integer({ min: -40, max: 40 }), fc.integer({ min: 0, max: 40 }), (days, later) => {
        const first = stageOf(due, new Date(due.getTime() + days * DAY_MS));
        const second = stageOf(due, new Date(due.getTime() + (days + later) * DAY_MS));
        expect(stages.indexOf(second)).toBeGreaterThanOrEqual(stages.indexOf(first));
      }),
    );
  });
});
