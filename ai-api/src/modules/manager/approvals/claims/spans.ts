import { DateTime } from 'luxon';
import { HOUR_MS } from '../../../../platform/durations.ts';
import type { WorkRecord } from './matching.ts';
import type { ClaimRecords } from './records.ts';

interface Stretch {
  from: number;
  until: number;
}

/** Less than this of a record is rounding. */
const MIN_MS = HOUR_MS / 12;
/** How far from the form's time a record may be. */
const AROUND_MS = HOUR_MS / 2;

const stretch = ({ from, until }: { from: string; until: string }): Stretch => ({
  from: Date.parse(from),
  until: Date.parse(until),
});

/** Whether a record is of the day worked: by its time where it has one, else by its day. */
export function onDay(record: WorkRecord, { day, zone }: ClaimRecords): boolean {
  const times = timesOf(record);
  if (!times) return record.day === localTime(day.from, zone).toISODate();
  const { from, until } = stretch(day);
  return times.from < until && times.until > from;
}

/**
 * Hours of a record on that day that are not tracked and, where the form says when, that are around that time. Null for a
 * record that has a day only.
 */
export function freeHours(record: WorkRecord, records: ClaimRecords): number | null {
  const times = timesOf(record);
  if (!times) return null;
  const parts = freeParts(times, records);
  const free = lengthOf(parts);
  return free < MIN_MS ? 0 : free / HOUR_MS;
}

/** Hours that several records bear out together; null where none of them has a time. */
export function hoursTogether(found: readonly WorkRecord[], records: ClaimRecords): number | null {
  const timed = found.flatMap((record) => timesOf(record) ?? []);
  if (timed.length === 0) return null;
  const parts = timed.flatMap((times) => freeParts(times, records)).sort((a, b) => a.from - b.from);
  let [end, total] = [0, 0];
  for (const { from, until } of parts) {
    total += Math.max(0, until - Math.max(from, end));
    end = Math.max(end, until);
  }
  return total / HOUR_MS;
}

/** Hours that two stretches of time share. */
export function sharedHours(a: Stretch, spans: ClaimRecords['tracked']): number {
  return spans
    .map(stretch)
    .reduce(
      (sum, b) => sum + Math.max(0, Math.min(a.until, b.until) - Math.max(a.from, b.from)) / HOUR_MS,
      0,
    );
}

/** How people know a record: `ticket LIF-412 "Import drops rows", 2026-11-16`. */
export function labelOf({ kind, reference, title, day }: WorkRecord): string {
  return `${kind} ${reference === null ? '' : `${reference} `}"${title}", ${day}`;
}

function timesOf({ startedAt, endedAt }: WorkRecord): Stretch | null {
  return startedAt === null || endedAt === null ? null : stretch({ from: startedAt, until: endedAt });
}

function freeParts(times: Stretch, { day, form, tracked }: ClaimRecords): Stretch[] {
  const within = stretch(day);
  let parts = clip([times], within);
  if (form) {
    const { from, until } = stretch(form);
    parts = clip(parts, { from: from - AROUND_MS, until: until + AROUND_MS });
  }
  for (const taken of tracked.map(stretch)) parts = parts.flatMap((part) => without(part, taken));
  return parts;
}

function clip(parts: readonly Stretch[], { from, until }: Stretch): Stretch[] {
  return parts
    .map((part) => ({ from: Math.max(part.from, from), until: Math.min(part.until, until) }))
    .filter((part) => part.from < part.until);
}

function without(part: Stretch, taken: Stretch): Stretch[] {
  if (taken.until <= part.from || taken.from >= part.until) return [part];
  return [
    { from: part.from, until: taken.from },
    { from: taken.until, until: part.until },
  ].filter(({ from, until }) => from < until);
}

function lengthOf(parts: readonly Stretch[]): number {
  return parts.reduce((sum, { from, until }) => sum + until - from, 0);
}

/** A moment in a time zone; in UTC where the zone is not known here. */
export function localTime(instant: string, zone: string): DateTime {
  const local = DateTime.fromISO(instant, { zone });
  return local.isValid ? local : DateTime.fromISO(instant, { zone: 'utc' });
}
