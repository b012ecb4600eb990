import { type Finding, finding } from './finding.ts';
import type { ClaimRecords } from './records.ts';
import { localTime, sharedHours } from './spans.ts';
import type { ClaimStatement } from './statement.ts';
import { type SaidTime, saidTime } from './times.ts';

/** How far what a text says may be from the form. */
const HOURS_APART = 0.25;
const MINUTES_APART = 30;
/** Words such as "half an hour" or "all afternoon" are held to that. */
const TIMES_APART = 2;
/** Less of tracked time within what a text says is rounding. */
const TRACKED_HOURS = 0.25;
const MINUTE_MS = 60_000;

interface Form {
  day: string;
  hours: number;
}

/**
 * Holds what a text says about time against the form and the tracked time. Several lengths may be parts of the whole, so
 * they contradict it together only. What fits proves nothing.
 */
export function holdTimes(
  statements: readonly ClaimStatement[],
  form: Form,
  records: ClaimRecords,
): Map<ClaimStatement, Finding> {
  const times = statements.map((one) => ({ one, time: saidTime(one, form.day) }));
  const isDaySaid = times.some(({ time }) => time.date === form.day);
  const areHoursSaid = fitTogether(
    times.map(({ time }) => time),
    form.hours,
  );
  return new Map(
    times.map(({ one, time }) => [one, holdTime(one, time, form, { isDaySaid, areHoursSaid }, records)]),
  );
}

function holdTime(
  one: ClaimStatement,
  time: SaidTime,
  { day, hours }: Form,
  { isDaySaid, areHoursSaid }: { isDaySaid: boolean; areHoursSaid: boolean },
  records: ClaimRecords,
): Finding {
  if (time.date !== null && !isDaySaid)
    return {
      ...finding(one, 'contradicted', null, `It means ${time.date}; the form says ${day}.`),
      conflict: 'day',
    };
  const length = lengthOf(time);
  if (length && !areHoursSaid) {
    const note = `It means ${figure(length.hours)} hours; the form says ${figure(hours)}.`;
    return { ...finding(one, 'contradicted', null, note), conflict: 'hours' };
  }
  const clash = clashOf(time, records);
  if (clash) return { ...finding(one, 'contradicted', null, clash), conflict: 'time' };
  const isKnown = time.date !== null || length !== null || time.from !== null;
  return isKnown
    ? finding(one, 'fits', null, 'The form says the same.')
    : finding(one, 'unknown', null, 'It is not clear what time is meant.');
}

/** Where the time of day is another than the form's, or tracked already. */
function clashOf({ from, until }: SaidTime, { form, day, tracked, zone }: ClaimRecords): string | null {
  if (from === null) return null;
  if (form) {
    const began = localTime(form.from, zone);
    const minutes = 60 * began.hour + began.minute;
    if (Math.abs(minutes - from) > MINUTES_APART)
      return `The form says that it began at ${began.toFormat('HH:mm')}.`;
  }
  if (until === null || until <= from) return null;
  const midnight = localTime(day.from, zone).toMillis();
  const span = { from: midnight + from * MINUTE_MS, until: midnight + until * MINUTE_MS };
  const hours = sharedHours(span, tracked);
  return hours > TRACKED_HOURS ? `${figure(hours)} hours of that time are tracked already.` : null;
}

/** Whether one length, or all of them together, is what the form says; also where the text has none. */
function fitTogether(times: readonly SaidTime[], hours: number): boolean {
  const lengths = times.flatMap((time) => lengthOf(time) ?? []);
  if (lengths.length === 0) return true;
  const total = lengths.reduce((sum, one) => sum + one.hours, 0);
  const isExact = lengths.every((one) => one.isExact);
  return [...lengths, { hours: total, isExact }].some((one) => fits(one, hours));
}

function fits({ hours: claimed, isExact }: { hours: number; isExact: boolean }, hours: number): boolean {
  if (isExact) return Math.abs(claimed - hours) <= HOURS_APART;
  return claimed * TIMES_APART > hours && claimed < hours * TIMES_APART;
}

function lengthOf({ length, from, until }: SaidTime): SaidTime['length'] {
  if (length) return length;
  if (from === null || until === null || until <= from) return null;
  return { hours: (until - from) / 60, isExact: true };
}

function figure(hours: number): string {
  return String(Math.round(100 * hours) / 100);
}
