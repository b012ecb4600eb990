import { type RawBuilder, sql } from 'kysely';
import type { TenantTransaction } from '../../../platform/database/index.ts';

/** A stretch of time. */
export interface Span {
  from: Date;
  until: Date;
}

/** What a request for manual time of a builder is held against. Hours have fractions. */
export interface TimeRecords {
  /** Tracked hours that fall into the day and into the week; null when nothing at all was tracked in the week. */
  tracked: { day: number; week: number } | null;
  /** Minutes of the requested span that were tracked already; null without a span or without tracked time. */
  overlapMinutes: number | null;
  onLeave: boolean;
  /** Null without a project, and where there is none of that id. */
  project: { name: string; status: string; isMember: boolean; monthlyHours: number | null } | null;
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

interface Row {
  week: number | null;
  day: number | null;
  span: number | null;
  on_leave: boolean;
  name: string | null;
  status: string | null;
  is_member: boolean | null;
  monthly_hours: number | null;
}

/** Reads what is known about a builder's time. */
export async function timeRecords(
  transaction: TenantTransaction,
  { builderId, date, day, week, span, projectId }: TimeQuestion,
): Promise<TimeRecords> {
  const { rows } = await sql<Row>`
    select
      ${trackedHours(builderId, week)} as week,
      ${trackedHours(builderId, day)} as day,
      ${span ? trackedHours(builderId, span) : sql`null::float8`} as span,
      exists (
        select from people.leave
        where builder_id = ${builderId} and first_day <= ${date} and last_day >= ${date}) as on_leave,
      project.name,
      project.status,
      project.builder_id = ${builderId} or exists (
        select from people.project_members as member
        where member.project_id = project.project_id and member.builder_id = ${builderId}
          and (last_day is null or last_day >= ${date})) as is_member,
      budget.monthly_hours
    from (select) as once
    left join people.projects as project on project.project_id = ${projectId}
    left join people.project_budgets as budget on budget.project_id = project.project_id`.execute(
    transaction,
  );
  const row = rows[0] as Row;
  const isTracked = row.week !== null;
  return {
    tracked: row.week === null ? null : { day: row.day ?? 0, week: row.week },
    overlapMinutes: span && isTracked ? Math.round((row.span ?? 0) * 60) : null,
    onLeave: row.on_leave,
    project:
      row.status === null
        ? null
        : {
            name: row.name ?? '',
            status: row.status,
            isMember: row.is_member === true,
            monthlyHours: row.monthly_hours,
          },
  };
}

/** Hours of tracked time inside a span, overlapping entries counted once; null when there are no entries. */
function trackedHours(builderId: string, { from, until }: Span): RawBuilder<number | null> {
  return sql`(
    select extract(epoch from sum(upper(part) - lower(part)))::float8 / 3600
    from (
      select unnest(range_agg(tstzrange(greatest(started_at, ${from}), least(ended_at, ${until})))) as part
      from people.time_entries
      where builder_id = ${builderId} and started_at < ${until} and ended_at > ${from}
    ) as parts)`;
}
