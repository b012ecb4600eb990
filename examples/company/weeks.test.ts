import { describe, expect, it } from 'vitest';
import { dayText, mondayOf, weekOf, weeksUntil } from './weeks.ts';

describe('ISO weeks', () => {
  it.each([
    ['2026-W46', '2026-11-09'],
    ['2026-W01', '2025-12-29'],
    ['2026-W53', '2026-12-28'],
    ['2027-W01', '2027-01-04'],
  ])('%s begins on %s', (week, monday) => {
    expect(dayText(mondayOf(week))).toBe(monday);
    expect(weekOf(new Date(`${monday}T23:59:59Z`))).toBe(week);
  });

  it('run over the end of a year, with its week 53', () => {
    expect(weeksUntil('2027-W02', 4)).toEqual(['2026-W52', '2026-W53', '2027-W01', '2027-W02']);
  });

  it.each(['2025-W53', '2026-W00', '2026-W54', '2026-46', ''])('refuses "%s"', (week) => {
    expect(() => mondayOf(week)).toThrow(RangeError);
  });
});
