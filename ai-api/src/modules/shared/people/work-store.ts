import { sql } from 'kysely';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { type Aged, countOlder, removeOlder } from '../../../platform/retention.ts';
import type { Span } from './time-store.ts';

/** A meeting, ticket or document, as far as a request can be held against it. */
export interface WorkRecord {
  recordId: string;
  kind: 'meeting' | 'ticket' | 'document';
  reference: string | null;
  title: string;
  projectId: string | null;
  day: string;
  /** ISO 8601; null where only the day is known. */
  startedAt: string | null;
  endedAt: string | null;
  /** Whether the builder took part. */
  isOwn: boolean;
}

/** What is known around a day of work. */
export interface WorkAround {
  /** Those of the builder in the days around, and those of others whose reference the text names; nearest first. */
  records: WorkRecord[];
  /** Projects that the text names, and the one that is asked about. */
  projects: { projectId: string; name: string }[];
  /** Other builders that the text names. */
  colleagues: { name: string; team: string; isMember: boolean }[];
  /** When time was tracked on that day, ISO 8601. */
  tracked: { from: string; until: string }[];
}

/** Whose work is asked for, and the text that names some of it. */
export interface WorkQuestion {
  builderId: string;
  date: string;
  day: Span;
  projectId: string | null;
  text: string;
}

/** Days before and after in which a record may be what was meant. */
const DAYS_AROUND = 14;
const MAX_RECORDS = 100;
const MAX_NAMES = 20;
const MAX_SPANS = 50;
/** Shorter names are words of any text. */
const MIN_NAME_LENGTH = 3;

/** Reads what is known about a builder's work around a day. */
export async function workAround(
  transaction: TenantTransaction,
  { builderId, date, day, projectId, text }: WorkQuestion,
): Promise<WorkAround> {
  const isNamed = (column: string) =>
    sql`length(${sql.ref(column)}) >= ${MIN_NAME_LENGTH} and strpos(lower(${text}::text), lower(${sql.ref(column)})) > 0`;
  const records = await sql<WorkRecord>`
    select record_id as "recordId", kind, reference, title, project_id as "projectId",
      to_char(day, 'YYYY-MM-DD') as day, ${instant('started_at')} as "startedAt", ${instant('ended_at')} as "endedAt",
      builder_ids @> array[${builderId}::text] as "isOwn"
    from people.work_records
    where day between ${date}::date - ${DAYS_AROUND}::int and ${date}::date + ${DAYS_AROUND}::int
      and (builder_ids @> array[${builderId}::text] or ${isNamed('reference')})
    order by abs(day - ${date}::date), record_id
    limit ${MAX_RECORDS}`.execute(transaction);
  const projects = await sql<WorkAround['projects'][number]>`
    select project_id as "projectId", name from people.projects
    where project_id = ${projectId} or ${isNamed('name')} or ${isNamed('project_id')}
    order by project_id is distinct from ${projectId}, project_id
    limit ${MAX_NAMES}`.execute(transaction);
  const colleagues = await sql<WorkAround['colleagues'][number]>`
    select name, team, exists (
      select from people.project_members as member
      where member.builder_id = superbuilders.builder_id and member.project_id = ${projectId}
        and (last_day is null or last_day >= ${date}::date)) as "isMember"
    from people.superbuilders
    where builder_id <> ${builderId} and status <> 'left' and ${isNamed('name')}
    order by builder_id
    limit ${MAX_NAMES}`.execute(transaction);
  const tracked = await sql<WorkAround['tracked'][number]>`
    select ${instant('started_at')} as from, ${instant('ended_at')} as until
    from people.time_entries
    where builder_id = ${builderId} and started_at < ${day.until} and ended_at > ${day.from}
    order by started_at
    limit ${MAX_SPANS}`.execute(transaction);
  return {
    records: records.rows,
    projects: projects.rows,
    colleagues: colleagues.rows,
    tracked: tracked.rows,
  };
}

function instant(column: 'started_at' | 'ended_at') {
  return sql<string | null>`to_char(${sql.ref(column)} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;
}

/** Builders by their e-mail addresses, in lower case. */
export async function builderIdsByEmail(
  transaction: TenantTransaction,
  emails: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await sql<{ email: string; id: string }>`
    select lower(email) as email, min(builder_id) as id from people.superbuilders
    where status <> 'left' and lower(email) = any(${emails.map((email) => email.toLowerCase())})
    group by lower(email)`.execute(transaction);
  return new Map(rows.map(({ email, id }) => [email, id]));
}

/** The newest meetings, tickets and documents of a builder, for an export of personal data. */
export function workOf(transaction: TenantTransaction, builderId: string) {
  return transaction
    .selectFrom('people.work_records')
    .select(['record_id as recordId', 'kind', 'reference', 'title', 'project_id as projectId', 'day'])
    .select(['started_at as startedAt', 'ended_at as endedAt'])
    .where(sql<boolean>`builder_ids @> array[${builderId}::text]`)
    .orderBy('day', 'desc')
    .orderBy('record_id')
    .execute();
}

/** Removes a builder from every record, and deletes the records that have no builder then. @returns the number of records */
export async function eraseWorkOf(transaction: TenantTransaction, builderId: string): Promise<number> {
  const mine = sql<boolean>`builder_ids @> array[${builderId}::text]`;
  const alone = await transaction
    .deleteFrom('people.work_records')
    .where(mine)
    .where(sql<boolean>`cardinality(builder_ids) = 1`)
    .executeTakeFirst();
  const others = await transaction
    .updateTable('people.work_records')
    .set({ builder_ids: sql<string[]>`array_remove(builder_ids, ${builderId})` })
    .where(mine)
    .executeTakeFirst();
  return Number(alone.numDeletedRows + others.numUpdatedRows);
}

const WORK = { table: 'people.work_records', column: 'day', key: ['record_id'], isDay: true } as const;

/** The tables of work that was imported. */
export const WORK_TABLES: readonly string[] = [WORK.table];

/** Records of days before that of a moment. */
export function countWorkBefore(transaction: TenantTransaction, before: Date): Promise<Aged> {
  return countOlder(transaction, WORK, before);
}

/** Deletes records of days before that of a moment, at most `limit`. */
export function deleteWorkBefore(
  transaction: TenantTransaction,
  before: Date,
  limit: number,
): Promise<number> {
  return removeOlder(transaction, WORK, before, limit);
}
