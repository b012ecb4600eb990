import { DateTime } from 'luxon';

/** Local times of day, such as `22:00` to `07:00`; a window that ends before it begins goes over midnight. */
export interface QuietHours {
  zone: string;
  from: string;
  to: string;
}

/**
 * The end of the quiet hours that an instant is in; null outside of them. Both ends are times of the wall clock: a night in
 * which clocks change is an hour shorter or longer, and an end that is skipped comes with the first minute after the gap.
 */
export function quietUntil(now: Date, { zone, from, to }: QuietHours): Date | null {
  if (from === to) return null;
  const local = DateTime.fromJSDate(now, { zone });
  for (const day of [local.minus({ days: 1 }), local]) {
    const begin = at(day, from);
    const end = at(from < to ? day : day.plus({ days: 1 }), to);
    if (local >= begin && local < end) return end.toJSDate();
  }
  return null;
}

/** The next time at which it is that hour of the day in a zone; always after `now`. */
export function nextHour(now: Date, zone: string, hour: number): Date {
  const local = DateTime.fromJSDate(now, { zone });
  const time = `${String(hour).padStart(2, '0')}:00`;
  const today = at(local, time);
  return (today > local ? today : at(local.plus({ days: 1 }), time)).toJSDate();
}

/** A time of the wall clock on a day; one that the clocks skip is the instant at which they go on. */
function at(day: DateTime, time: string): DateTime {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const wanted = day.set({ hour, minute, second: 0, millisecond: 0 });
  return wanted.hour === hour && wanted.minute === minute ? wanted : changeBefore(wanted);
}

/** The minute in the three hours before a time in which its offset from UTC began. */
function changeBefore(time: DateTime): DateTime {
  let before = 180;
  let after = 0;
  while (before - after > 1) {
    const middle = Math.floor((before + after) / 2);
    if (time.minus({ minutes: middle }).offset === time.offset) after = middle;
    else before = middle;
  }
  return time.minus({ minutes: after });
}
