import { DateTime } from 'luxon';

/** The ISO 8601 week that holds an instant in an IANA time zone, UTC unless given: `2026-W45`. */
export function weekOf(instant: Date, zone = 'utc'): string {
  return DateTime.fromJSDate(instant, { zone }).toFormat("kkkk-'W'WW");
}

/** The week `count` weeks after (or before) another. */
export function addWeeks(week: string, count: number): string {
  return DateTime.fromISO(week, { zone: 'utc' }).plus({ weeks: count }).toFormat("kkkk-'W'WW");
}

/** First and last day of a week, `YYYY-MM-DD`. */
export function daysOf(week: string): { monday: string; sunday: string } {
  const monday = DateTime.fromISO(week, { zone: 'utc' });
  return { monday: monday.toISODate() as string, sunday: monday.plus({ days: 6 }).toISODate() as string };
}

/** Whole days from one day to another. */
export function daysBetween(from: string, to: string): number {
  return Math.floor(
    DateTime.fromISO(to, { zone: 'utc' }).diff(DateTime.fromISO(from, { zone: 'utc' }), 'days').days,
  );
}

/** The same time of day so many working days later: Mondays to Fridays where the company is. */
export function addWorkingDays(instant: Date, count: number, zone: string): Date {
  let day = DateTime.fromJSDate(instant, { zone });
  for (let left = count; left > 0; ) {
    day = day.plus({ days: 1 });
    if (day.weekday <= 5) left -= 1;
  }
  return day.toJSDate();
}
