import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isoWeek } from '../contract/schemas.ts';
import { addWeeks, daysBetween, daysOf, weekOf } from './week.ts';

const DAY_MS = 86_400_000;
const instant = fc.date({ min: new Date('1970-01-05'), max: new Date('2400-01-01'), noInvalidDate: true });
const week = instant.map(weekOf);
const count = fc.integer({ min: -300, max: 300 });

/** The rule itself: a week belongs to the year that has its Thursday (ISO 8601-1:2019, 5.7). */
function weekByThursday(date: Date): string {
  const day = Math.floor(date.getTime() / DAY_MS);
  const thursday = new Date((day - ((day + 3) % 7) + 3) * DAY_MS);
  const year = thursday.getUTCFullYear();
  const number = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / DAY_MS / 7) + 1;
  return `${year}-W${String(number).padStart(2, '0')}`;
}

/** A year has 53 weeks when it starts on a Thursday, or is a leap year that starts on a Wednesday. */
function hasWeek53(year: number): boolean {
  const first = new Date(Date.UTC(year, 0, 1)).getUTCDay();
  const isLeap = new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1;
  return first === 4 || (isLeap && first === 3);
}

describe('the week of an instant', () => {
  test.each([
    ['2026-11-16T00:00:00Z', '2026-W47'],
    ['2026-11-15T23:59:59.999Z', '2026-W46'],
    ['2024-12-29T12:00:00Z', '2024-W52'],
    ['2024-12-30T00:00:00Z', '2025-W01'],
    ['2026-01-01T00:00:00Z', '2026-W01'],
    ['2026-12-31T23:59:59Z', '2026-W53'],
    ['2027-01-03T23:59:59Z', '2026-W53'],
    ['2027-01-04T00:00:00Z', '2027-W01'],
    ['2021-01-03T12:00:00Z', '2020-W53'],
  ])('at %s is %s', (text, expected) => {
    expect(weekOf(new Date(text))).toBe(expected);
  });

  test('is the one that has its Thursday, for any instant', () => {
    fc.assert(
      fc.property(instant, (date) => {
        expect(weekOf(date)).toBe(weekByThursday(date));
      }),
    );
  });

  test('runs from Monday to Sunday and holds the instant', () => {
    fc.assert(
      fc.property(instant, (date) => {
        const { monday, sunday } = daysOf(weekOf(date));
        const day = date.toISOString().slice(0, 10);
        expect([new Date(monday).getUTCDay(), new Date(sunday).getUTCDay()]).toEqual([1, 0]);
        expect(monday <= day && day <= sunday).toBe(true);
        expect(daysBetween(monday, sunday)).toBe(6);
        expect([weekOf(new Date(monday)), weekOf(new Date(sunday))]).toEqual([weekOf(date), weekOf(date)]);
      }),
    );
  });
});

describe('adding weeks', () => {
  test.each([
    ['2026-W46', 1, '2026-W47'],
    ['2025-W52', 1, '2026-W01'],
    ['2026-W53', 1, '2027-W01'],
    ['2026-W52', 1, '2026-W53'],
    ['2027-W01', -1, '2026-W53'],
    ['2026-W01', -1, '2025-W52'],
    ['2020-W53', 53, '2022-W01'],
    ['2026-W10', 0, '2026-W10'],
  ])('%s and %i is %s', (from, weeks, to) => {
    expect(addWeeks(from, weeks)).toBe(to);
  });

  test('and taking them away again leads back', () => {
    fc.assert(
      fc.property(week, count, (from, weeks) => {
        expect(addWeeks(addWeeks(from, weeks), -weeks)).toBe(from);
      }),
    );
  });

  test('is the same as waiting seven days for each', () => {
    fc.assert(
      fc.property(instant, count, (date, weeks) => {
        expect(addWeeks(weekOf(date), weeks)).toBe(weekOf(new Date(date.getTime() + weeks * 7 * DAY_MS)));
      }),
    );
  });

  test('goes on in the order of the text, which lists and comparisons rely on', () => {
    fc.assert(
      fc.property(week, fc.integer({ min: 1, max: 300 }), (from, weeks) => {
        expect(addWeeks(from, weeks) > from).toBe(true);
      }),
    );
  });
});

describe('an ISO week as input', () => {
  test('is taken for each week that its year has, and for no other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1900, max: 2400 }), fc.integer({ min: 0, max: 99 }), (year, number) => {
        const isThere = number >= 1 && number <= (hasWeek53(year) ? 53 : 52);
        expect(isoWeek.safeParse(`${year}-W${String(number).padStart(2, '0')}`).success).toBe(isThere);
      }),
      { examples: [2004, 2009, 2015, 2020, 2025, 2026, 2032].map((year) => [year, 53]) },
    );
  });

  test.each([
    '2026-w01',
    '2026W01',
    '2026-W1',
    '2026-W001',
    '26-W01',
    ' 2026-W01',
    '2026-W01\n',
    '2026-W01-1',
    '2026-11-16',
    '',
  ])('has one notation, not %j', (text) => {
    const issues = isoWeek.safeParse(text).error?.issues ?? [];
    expect(issues.map(({ message }) => message)).toEqual(['must be an ISO week such as 2026-W45']);
  });
});

describe('the days between', () => {
  test('two days are whole, and negative backwards', () => {
    expect(daysBetween('2026-03-28', '2026-03-30')).toBe(2);
    expect(daysBetween('2024-02-28', '2024-03-01')).toBe(2);
    expect(daysBetween('2026-01-01', '2025-12-31')).toBe(-1);
    fc.assert(
      fc.property(instant, fc.integer({ min: -9999, max: 9999 }), (date, days) => {
        const to = new Date(date.getTime() + days * DAY_MS);
        expect(daysBetween(date.toISOString().slice(0, 10), to.toISOString().slice(0, 10))).toBe(days);
      }),
    );
  });
});
