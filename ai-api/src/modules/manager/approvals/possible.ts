import { invalidField, Problem } from '../../../http/problem.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { HOUR_MS } from '../../../platform/durations.ts';
import { calendarOf, claimOfRow } from './facts.ts';
import type { Parts } from './parts.ts';
import type { ApprovalSettings } from './settings.ts';
import { UNCLAIMED } from './states.ts';
import { type ApprovalRecord, liveRequests } from './store.ts';
import { refuseOverlap } from './submit.ts';

/** An approval that arithmetic allows. */
export interface Possible {
  /** When the approved time ends, where the request says when it began. */
  endsAt: Date | null;
  /** The limit that it is over, for people; null when it is within all. */
  overLimit: string | null;
}

/**
 * Refuses to everyone what no day can hold: more hours than the day has with what is tracked and approved already, or
 * time that a neighbour or the tracker has. What is over the weekly cap needs a reason.
 * @param hours that would be paid
 * @throws {Problem} APPROVAL_IMPOSSIBLE, APPROVAL_OVERLAP, INVALID_INPUT for a reason that is missing
 */
export async function requirePossible(
  transaction: TenantTransaction,
  { people, now }: Pick<Parts, 'people' | 'now'>,
  row: ApprovalRecord,
  hours: number,
  { weeklyCapHours }: ApprovalSettings,
  reason: string | undefined,
): Promise<Possible> {
  const claim = claimOfRow(row);
  const builder = await people.findBuilder(transaction, row.builder_id);
  const calendar = calendarOf(row.day, builder?.timezone ?? null, now());
  const from = claim.span?.from;
  const span = from ? { from, until: new Date(from.getTime() + hours * HOUR_MS) } : null;
  if (UNCLAIMED.some((state) => state === row.state) || span)
    await refuseOverlap(transaction, { ...claim, hours, span });
  const { tracked, overlapMinutes } = await people.timeRecords(transaction, {
    builderId: row.builder_id,
    date: row.day,
    day: calendar.day,
    week: calendar.weekSpan,
    span,
    projectId: row.project_id,
  });
  if (span && (overlapMinutes ?? 0) > 0)
    throw impossible(`${overlapMinutes} minutes of this time are tracked already.`);
  const approved = (await liveRequests(transaction, row.builder_id, row.week)).filter(
    ({ id, state }) => id !== row.id && state === 'approved',
  );
  const ofDay = (tracked?.day ?? 0) + sum(approved.filter(({ day }) => day === row.day)) + hours;
  if (ofDay > calendar.hoursOfDay)
    throw impossible(
      `${row.day} would have ${rounded(ofDay)} hours with what is tracked and approved; it has ${calendar.hoursOfDay}.`,
    );
  const ofWeek = (tracked?.week ?? 0) + sum(approved) + hours;
  if (ofWeek <= weeklyCapHours) return { endsAt: span?.until ?? null, overLimit: null };
  const overLimit = `The week has ${rounded(ofWeek)} hours with it, over its limit of ${weeklyCapHours}.`;
  if (reason === undefined) throw invalidField('reason', `must say why: ${overLimit}`);
  return { endsAt: span?.until ?? null, overLimit };
}

function impossible(detail: string): Problem {
  return new Problem('APPROVAL_IMPOSSIBLE', detail);
}

function sum(requests: readonly { hours: number }[]): number {
  return requests.reduce((total, { hours }) => total + hours, 0);
}

function rounded(hours: number): number {
  return Math.round(hours * 100) / 100;
}
