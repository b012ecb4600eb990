import { DateTime } from 'luxon';
import type { Facts } from '../../../judgement/index.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { daysBetween } from '../../../platform/week.ts';
import type { BuilderRecord, People, Span, TimeRecords } from '../../shared/people/index.ts';
import { screeningOf } from './screening.ts';
import type { ApprovalSettings } from './settings.ts';
import type { Category } from './states.ts';
import { type ApprovalRecord, type LiveRequest, liveRequests, precedentsOf } from './store.ts';

/** The requested time, with its day and week spelled out in the builder's time zone. */
export interface Claim {
  /** Null for a request given inline. */
  id: string | null;
  builderId: string;
  projectId: string | null;
  day: string;
  hours: number;
  span: Span | null;
  category: Category;
  justification: string;
  attachments: number;
}

/** When a builder's day and ISO week begin and end. */
export interface Calendar {
  week: string;
  today: string;
  day: Span;
  weekSpan: Span;
  /** 24, or 23 or 25 when the clocks change. */
  hoursOfDay: number;
}

/** @param zone IANA time zone; UTC when null or not known here */
export function calendarOf(day: string, zone: string | null, now: Date): Calendar {
  const local = DateTime.fromISO(day, { zone: zone ?? 'utc' });
  const start = local.isValid ? local : DateTime.fromISO(day, { zone: 'utc' });
  // Where clocks change at midnight, a day may begin at one.
  const next = start.plus({ days: 1 }).startOf('day');
  const monday = start.startOf('week');
  return {
    week: start.toFormat("kkkk-'W'WW"),
    today: DateTime.fromJSDate(now, { zone: start.zone }).toISODate() as string,
    day: { from: start.toJSDate(), until: next.toJSDate() },
    weekSpan: { from: monday.toJSDate(), until: monday.plus({ weeks: 1 }).startOf('day').toJSDate() },
    hoursOfDay: next.diff(start, 'hours').hours,
  };
}

/** The time of day in a zone, HH:MM; in UTC where the zone is not known here. */
function localTimeOf(instant: Date, zone: string | null): string {
  const local = DateTime.fromJSDate(instant, { zone: zone ?? 'utc' });
  return (local.isValid ? local : local.toUTC()).toFormat('HH:mm');
}

/** The request of a row, as it is judged. */
export function claimOfRow(row: ApprovalRecord): Claim & { week: string } {
  return {
    id: row.id,
    builderId: row.builder_id,
    projectId: row.project_id,
    day: row.day,
    week: row.week,
    hours: row.hours,
    span: row.starts_at && row.ends_at ? { from: row.starts_at, until: row.ends_at } : null,
    category: row.category,
    justification: row.justification,
    attachments: row.attachments.length,
  };
}

/** Everything that a request of a builder is judged by, as the database has it now. */
export async function factsOf(
  transaction: TenantTransaction,
  people: People,
  builder: BuilderRecord,
  claim: Claim,
  settings: ApprovalSettings,
  now: Date,
): Promise<Facts> {
  const calendar = calendarOf(claim.day, builder.timezone, now);
  const records = await people.timeRecords(transaction, {
    builderId: claim.builderId,
    date: claim.day,
    day: calendar.day,
    week: calendar.weekSpan,
    span: claim.span,
    projectId: claim.projectId,
  });
  const others = (await liveRequests(transaction, claim.builderId, calendar.week)).filter(
    ({ id }) => id !== claim.id,
  );
  const sameDay = others.filter(({ day }) => day === claim.day);
  const precedents = await precedentsOf(transaction, claim, now);
  return {
    request: {
      day: claim.day,
      from: claim.span && localTimeOf(claim.span.from, builder.timezone),
      hours: claim.hours,
      daysAgo: daysBetween(claim.day, calendar.today),
      category: claim.category,
      hasSpan: claim.span !== null,
      overlapMinutes: records.overlapMinutes,
      duplicates: sameDay.filter((other) => isSame(other, claim)).length,
      attachments: claim.attachments,
      justification: claim.justification,
      textScreening: screeningOf(claim.justification),
    },
    day: {
      trackedHours: records.tracked?.day ?? null,
      requestedHours: sum(sameDay.map(({ hours }) => hours)),
      length: calendar.hoursOfDay,
    },
    week: {
      trackedHours: records.tracked?.week ?? null,
      approvedHours: sum(others.filter(({ state }) => state === 'approved').map(({ hours }) => hours)),
      plannedHours: builder.weekly_hours,
    },
    builder: { status: builder.status, onLeave: records.onLeave },
    project: projectFacts(claim, records.project, precedents.projectHours),
    history: {
      decided: precedents.decided,
      approvedShare: precedents.decided === 0 ? null : precedents.approved / precedents.decided,
      similarDecided: precedents.similarDecided,
      similarApproved: precedents.similarApproved,
    },
    limits: {
      weeklyCapHours: settings.weeklyCapHours,
      oldestDays: settings.oldestDays,
      autoApproveHours: Math.max(0, Math.min(settings.autoApproveMaxHours, settings.twoPersonHours - 0.25)),
      routineHours: settings.routineHours,
    },
  };
}

function projectFacts(
  { projectId }: Claim,
  project: TimeRecords['project'],
  approvedHours: number,
): Facts[string] {
  if (!project) {
    const named = projectId !== null;
    return { named, name: null, status: 'none', isMember: false, hasBudget: false, remainingHours: null };
  }
  const { name, status, isMember, monthlyHours } = project;
  return {
    named: true,
    name,
    status,
    isMember,
    hasBudget: monthlyHours !== null,
    remainingHours: monthlyHours === null ? null : Math.max(0, monthlyHours - approvedHours),
  };
}

/** Whether two requests ask for the same. */
export function isSame(other: LiveRequest, claim: Claim): boolean {
  return (
    other.day === claim.day &&
    other.project_id === claim.projectId &&
    other.category === claim.category &&
    other.hours === claim.hours &&
    (other.starts_at?.getTime() ?? null) === (claim.span?.from.getTime() ?? null)
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
