import { describe, expect, test } from 'vitest';
import { nextHour, quietUntil } from './quiet-hours.ts';

const night = (zone: string) => ({ zone, from: '22:00', to: '07:00' });
const until = (now: string, hours: { zone: string; from: string; to: string }) =>
  quietUntil(new Date(now), hours)?.toISOString() ?? null;

describe('quiet hours', () => {
  test('go over midnight, and end with their last minute', () => {
    const oslo = night('Europe/Oslo');
    expect(until('2026-06-10T19:59:59Z', oslo)).toBe(null);
    expect(until('2026-06-10T20:00:00Z', oslo)).toBe('2026-06-11T05:00:00.000Z');
    expect(until('2026-06-11T04:59:59Z', oslo)).toBe('2026-06-11T05:00:00.000Z');
    expect(until('2026-06-11T05:00:00Z', oslo)).toBe(null);
  });

  test('within a day are that day alone; equal ends are no quiet hours', () => {
    const noon = { zone: 'UTC', from: '12:00', to: '13:30' };
    expect(until('2026-06-10T12:30:00Z', noon)).toBe('2026-06-10T13:30:00.000Z');
    expect(until('2026-06-10T11:59:00Z', noon)).toBe(null);
    expect(until('2026-06-10T12:30:00Z', { zone: 'UTC', from: '12:00', to: '12:00' })).toBe(null);
  });

  test.each([
    // The night of the change is an hour shorter or longer: it ends at seven by the clock on the wall.
    ['Europe/Oslo', '2026-03-28T21:30:00Z', '2026-03-29T05:00:00.000Z'],
    ['Europe/Oslo', '2026-10-24T20:30:00Z', '2026-10-25T06:00:00.000Z'],
    ['America/New_York', '2026-03-08T03:30:00Z', '2026-03-08T11:00:00.000Z'],
    ['America/New_York', '2026-11-01T02:30:00Z', '2026-11-01T12:00:00.000Z'],
    // Half an hour of summer time, in the other half of the year.
    ['Australia/Lord_Howe', '2026-04-04T11:30:00Z', '2026-04-04T20:30:00.000Z'],
    ['Australia/Lord_Howe', '2026-10-03T12:00:00Z', '2026-10-03T20:00:00.000Z'],
  ])('in %s over a change of the clocks, from %s, last until %s', (zone, now, end) => {
    expect(until(now, night(zone))).toBe(end);
  });

  test('that end at a time which the clocks skip end when the clocks go on', () => {
    const hours = { zone: 'Europe/Oslo', from: '22:00', to: '02:30' };
    expect(until('2026-03-29T00:30:00Z', hours)).toBe('2026-03-29T01:00:00.000Z');
    expect(until('2026-03-29T01:00:00Z', hours)).toBe(null);
  });

  test('that begin at a time which the clocks skip begin when the clocks go on', () => {
    const hours = { zone: 'America/New_York', from: '02:30', to: '05:00' };
    expect(until('2026-03-08T06:59:00Z', hours)).toBe(null);
    expect(until('2026-03-08T07:00:00Z', hours)).toBe('2026-03-08T09:00:00.000Z');
  });
});

describe('the hour of a digest', () => {
  test.each([
    ['2026-06-10T05:00:00Z', 'Europe/Oslo', '2026-06-10T06:00:00.000Z'],
    ['2026-06-10T06:00:00Z', 'Europe/Oslo', '2026-06-11T06:00:00.000Z'],
    ['2026-03-28T12:00:00Z', 'Europe/Oslo', '2026-03-29T06:00:00.000Z'],
    ['2026-06-10T22:00:00Z', 'America/New_York', '2026-06-11T12:00:00.000Z'],
  ])('after %s is the next one in %s', (now, zone, next) => {
    expect(nextHour(new Date(now), zone, 8).toISOString()).toBe(next);
  });
});
