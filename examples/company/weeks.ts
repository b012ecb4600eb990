const DAY_MS = 86_400_000;

/**
 * The Monday (00:00 UTC) on which an ISO week such as `2026-W46` begins (ISO 8601: week 1 holds 4 January).
 * Throws a RangeError for text that is no week or for a week 53 that the year does not have.
 */
export function mondayOf(week: string): Date {
  const [, year, number] = /^(\d{4})-W(\d{2})$/.exec(week) ?? [];
  const fourthOfJanuary = new Date(Date.UTC(Number(year), 0, 4));
  const monday = addDays(mondayBefore(fourthOfJanuary), (Number(number) - 1) * 7);
  if (year === undefined || weekOf(monday) !== week) {
    throw new RangeError(`"${week}" is not an ISO week such as 2026-W46`);
  }
  return monday;
}

/** The ISO week a day lies in, e.g. `2026-W46`. */
export function weekOf(date: Date): string {
  const thursday = addDays(mondayBefore(date), 3);
  const year = thursday.getUTCFullYear();
  const dayOfYear = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / DAY_MS);
  return `${year}-W${String(Math.floor(dayOfYear / 7) + 1).padStart(2, '0')}`;
}

/** `count` ISO weeks, oldest first, the last of which is `lastWeek`. */
export function weeksUntil(lastWeek: string, count: number): string[] {
  const monday = mondayOf(lastWeek);
  return Array.from({ length: count }, (_, i) => weekOf(addDays(monday, (i - count + 1) * 7)));
}

export function addDays(date: Date, days: number): Date {
  return new Date(date.getTime() + days * DAY_MS);
}

/** Whole days from one date to a later one. */
export function daysBetween(from: Date, to: Date): number {
  return Math.round((to.getTime() - from.getTime()) / DAY_MS);
}

/** A day as `YYYY-MM-DD`. */
export function dayText(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function mondayBefore(date: Date): Date {
  return addDays(date, -((date.getUTCDay() + 6) % 7));
}
