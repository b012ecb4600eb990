import { sql } from 'kysely';
import type { TenantTransaction } from '../../platform/database/index.ts';
import { type BuilderRecord, findBuilder, findProject, type ProjectRecord } from './store.ts';

/** A stretch of time. */
export interface Span {
  from: Date;
  until: Date;
}

/** What a request for manual time of a builder is held against. Hours have fractions. */
export interface TimeRecords {
  builder: BuilderRecord;
  /** Tracked hours that fall into the day and into the week; null when nothing at all was tracked in the week. */
  tracked: { day: number; week: number } | null;
  /** Minutes of the requested span that were tracked already; null without a span or without tracked time. */
  overlapMinutes: number | null;
  onLeave: boolean;
  project: { project: ProjectRecord; isMember: boolean; monthlyHours: number | null } | null;
}

/** Which records are asked for. */
export interface TimeQuestion {
  builderId: string;
  date: string;
  day: Span;
  week: Span;
  span: Span | null;
  projectId: string | null;
}

/** Reads what is known about a builder's time; undefined when there is no such builder. */
export async function timeRecords(
  transaction: TenantTransaction,
  { builderId, date, day, week, span, projectId }: TimeQuestion,
): Promise<TimeRecords | undefined> {
  const builder = await findBuilder(transaction, builderId);
  if (!builder) return undefined;
  const inWeek = await trackedHours(transaction, builderId, week);
  const tracked =
    inWeek === null ? null : { day: (await trackedHours(transaction, builderId, day)) ?? 0, week: inWeek };
  const overlap = span && tracked ? ((await trackedHours(transaction, builderId, span)) ?? 0) : null;
  const away = await transaction
    .selectFrom('people.leave')
    .select('first_day')
    .where('builder_id', '=', builderId)
    .where('first_day', '<=', date)
    .where('last_day', '>=', date)
    .executeTakeFirst();
  return {
    builder,
    tracked,
    overlapMinutes: overlap === null ? null : Math.round(overlap * 60),
    onLeave: away !== undefined,
    project: projectId === null ? null : await membership(transaction, builderId, projectId, date),
  };
}

/** Hours of tracked time inside a span, overlapping entries counted once; null when there are no entries. */
async function trackedHours(
  transaction: TenantTransaction,
  builderId: string,
  { from, until }: Span,
): Promise<number | null> {
  const { rows } = await sql<{ hours: number | null }>`
    select extract(epoch from sum(upper(part) - lower(part)))::float8 / 3600 as hours
    from (
      select unnest(range_agg(tstzrange(greatest(started_at, ${from}), least(ended_at, ${until})))) as part
      from people.time_entries
      where builder_id = ${builderId} and started_at < ${until} and ended_at > ${from}
    ) as parts`.execute(transaction);
  return rows[0]?.hours ?? null;
}

async function membership(
  transaction: TenantTransaction,
  builderId: string,
  projectId: string,
  date: string,
): Promise<TimeRecords['project']> {
  const project = await findProject(transaction, projectId);
  if (!project) return null;
  const member = await transaction
    .selectFrom('people.project_members')
    .select('builder_id')
    .where('project_id', '=', projectId)
    .where('builder_id', '=', builderId)
    .where((eb) => eb.or([eb('last_day', 'is', null), eb('last_day', '>=', date)]))
    .executeTakeFirst();
  const budget = await transaction
    .selectFrom('people.project_budgets')
    .select('monthly_hours')
    .where('project_id', '=', projectId)
    .executeTakeFirst();
  return {
    project,
    isMember: member !== undefined || project.builder_id === builderId,
    monthlyHours: budget?.monthly_hours ?? null,
  };
}
