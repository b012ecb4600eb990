import { type Selectable, sql } from 'kysely';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';
import type { Row } from './rows.ts';

export type BuilderRecord = Selectable<Schema['people.superbuilders']>;
export type ProjectRecord = Selectable<Schema['people.projects']>;
export type WeekRecord = Selectable<Schema['people.metrics_weekly']>;
export type ProjectWeekRecord = Selectable<Schema['people.project_metrics_weekly']>;
export type StageRecord = Selectable<Schema['people.project_stages']>;

export interface Counts {
  inserted: number;
  updated: number;
  unchanged: number;
}

/** Rows of one statement: well below the protocol's 65 535 parameters. */
const BATCH = 1000;
const MICROS = 1_000_000;

type Table =
  | 'people.superbuilders'
  | 'people.projects'
  | 'people.metrics_weekly'
  | 'people.project_metrics_weekly'
  | 'people.time_entries'
  | 'people.leave'
  | 'people.project_members'
  | 'people.project_budgets'
  | 'people.work_records';
type CellsByColumn = Record<string, unknown>;

/**
 * Inserts rows, and rewrites those whose key is there already with other values. Goes in the order of the keys, so
 * that two imports at once wait for each other and do not deadlock.
 */
export async function upsert(
  transaction: TenantTransaction,
  table: Table,
  key: string[],
  rows: CellsByColumn[],
): Promise<Counts> {
  const counts: Counts = { inserted: 0, updated: 0, unchanged: 0 };
  for (const batch of batches(sortedBy(key, rows))) {
    const columns = Object.keys(batch[0] as CellsByColumn).filter((column) => !key.includes(column));
    const written = await transaction
      .insertInto(table)
      .values(batch as never)
      .onConflict((conflict) => {
        const onKey = conflict.columns(['tenant_id', ...key] as never);
        if (columns.length === 0) return onKey.doNothing();
        const taken = Object.fromEntries(columns.map((column) => [column, sql.ref(`excluded.${column}`)]));
        return onKey
          .doUpdateSet({ ...taken, updated_at: sql`now()` } as never)
          .where(differs(table, columns));
      })
      .returning(sql<boolean>`xmax = 0`.as('inserted'))
      .execute();
    for (const { inserted } of written) counts[inserted ? 'inserted' : 'updated']++;
    counts.unchanged += batch.length - written.length;
  }
  return counts;
}

function differs(table: Table, columns: string[]) {
  const of = (row: string) => sql.join(columns.map((column) => sql.ref(`${row}.${column}`)));
  return sql<boolean>`(${of(table)}) is distinct from (${of('excluded')})`;
}

function sortedBy(key: string[], rows: CellsByColumn[]): CellsByColumn[] {
  const keyed = rows.map((row) => ({ row, id: JSON.stringify(key.map((column) => row[column])) }));
  return keyed.sort((a, b) => (a.id < b.id ? -1 : 1)).map(({ row }) => row);
}

function batches<T>(rows: T[]): T[][] {
  return Array.from({ length: Math.ceil(rows.length / BATCH) }, (_, index) =>
    rows.slice(index * BATCH, (index + 1) * BATCH),
  );
}

export function upsertBuilders(transaction: TenantTransaction, rows: Row<'builders'>[]): Promise<Counts> {
  return upsert(transaction, 'people.superbuilders', ['builder_id'], rows);
}

/** Writes projects and replaces the stage history of those that bring one. */
export async function upsertProjects(
  transaction: TenantTransaction,
  rows: Row<'projects'>[],
): Promise<Counts> {
  const records = rows.map(({ stage_history: _history, ...record }) => record);
  const counts = await upsert(transaction, 'people.projects', ['project_id'], records);
  for (const batch of batches(rows.filter(({ stage_history }) => stage_history !== null))) {
    const changed = await changedHistories(transaction, batch);
    if (changed.length === 0) continue;
    const touched = await replaceHistories(transaction, changed);
    counts.updated += touched;
    counts.unchanged -= touched;
  }
  return counts;
}

async function changedHistories(
  transaction: TenantTransaction,
  rows: Row<'projects'>[],
): Promise<Row<'projects'>[]> {
  const ids = rows.map(({ project_id }) => project_id);
  const stored = Map.groupBy(await stagesOf(transaction, ids), ({ project_id }) => project_id);
  const compare = (lines: string[]) => [...new Set(lines)].join();
  return rows.filter(({ project_id, stage_history }) => {
    const before = (stored.get(project_id) ?? []).map(({ stage, entered_on }) => `${stage} ${entered_on}`);
    const after = (stage_history ?? [])
      .toSorted((a, b) => a.enteredOn.localeCompare(b.enteredOn))
      .map(({ stage, enteredOn }) => `${stage} ${enteredOn}`);
    return compare(before) !== compare(after);
  });
}

/** @returns how many of the projects nothing else in this transaction has changed */
async function replaceHistories(transaction: TenantTransaction, rows: Row<'projects'>[]): Promise<number> {
  const ids = rows.map(({ project_id }) => project_id);
  await transaction.deleteFrom('people.project_stages').where('project_id', 'in', ids).execute();
  const stages = rows.flatMap(({ project_id, stage_history }) =>
    (stage_history ?? []).map(({ stage, enteredOn }, position) => ({
      project_id,
      stage,
      entered_on: enteredOn,
      position,
    })),
  );
  for (const batch of batches(stages)) {
    await transaction
      .insertInto('people.project_stages')
      .values(batch)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  const touched = await transaction
    .updateTable('people.projects')
    .set({ updated_at: sql<Date>`now()` })
    .where('project_id', 'in', ids)
    .where('updated_at', '<', sql<Date>`now()`)
    .executeTakeFirst();
  return Number(touched.numUpdatedRows);
}

export function upsertWeeks(transaction: TenantTransaction, rows: Row<'metrics'>[]): Promise<Counts> {
  return upsert(transaction, 'people.metrics_weekly', ['builder_id', 'week'], rows);
}

export function upsertProjectWeeks(
  transaction: TenantTransaction,
  rows: Row<'projectMetrics'>[],
): Promise<Counts> {
  const records = rows.map(({ revenue_usd, ...record }) => ({
    ...record,
    revenue_micros: revenue_usd === null ? null : Math.round(revenue_usd * MICROS),
  }));
  return upsert(transaction, 'people.project_metrics_weekly', ['project_id', 'week'], records);
}

/** Which of these ids exist. */
export async function existingIds(
  transaction: TenantTransaction,
  table: 'people.superbuilders' | 'people.projects',
  column: 'builder_id' | 'project_id',
  ids: string[],
): Promise<Set<string>> {
  const found = await sql<{ id: string }>`
    select ${sql.ref(column)} as id from ${sql.table(table)} where ${sql.ref(column)} = any(${ids})`.execute(
    transaction,
  );
  return new Set(found.rows.map(({ id }) => id));
}

export interface BuilderFilter {
  builderId?: string | undefined;
  status?: BuilderRecord['status'] | undefined;
  team?: string | undefined;
  search?: string | undefined;
}

/** Builders in the order of their ids, after `after`. */
export function listBuilders(
  transaction: TenantTransaction,
  filter: BuilderFilter,
  after: string | null,
  limit: number,
): Promise<BuilderRecord[]> {
  let query = transaction.selectFrom('people.superbuilders').selectAll().orderBy('builder_id').limit(limit);
  if (after !== null) query = query.where('builder_id', '>', after);
  if (filter.builderId !== undefined) query = query.where('builder_id', '=', filter.builderId);
  if (filter.status) query = query.where('status', '=', filter.status);
  if (filter.team) query = query.where('team', '=', filter.team);
  if (filter.search) {
    const pattern = `%${filter.search.replaceAll(/[\\%_]/g, '\\$&')}%`;
    query = query.where((eb) =>
      eb.or([
        eb('name', 'ilike', pattern),
        eb('email', 'ilike', pattern),
        eb('builder_id', 'ilike', pattern),
      ]),
    );
  }
  return query.execute();
}

export interface ProjectFilter {
  builderId?: string | undefined;
  stage?: ProjectRecord['stage'] | undefined;
  status?: ProjectRecord['status'] | undefined;
}

/** Projects in the order of their ids, after `after`. */
export function listProjects(
  transaction: TenantTransaction,
  filter: ProjectFilter,
  after: string | null,
  limit: number,
): Promise<ProjectRecord[]> {
  let query = transaction.selectFrom('people.projects').selectAll().orderBy('project_id').limit(limit);
  if (after !== null) query = query.where('project_id', '>', after);
  if (filter.builderId) query = query.where('builder_id', '=', filter.builderId);
  if (filter.stage) query = query.where('stage', '=', filter.stage);
  if (filter.status) query = query.where('status', '=', filter.status);
  return query.execute();
}

export function findBuilder(
  transaction: TenantTransaction,
  builderId: string,
): Promise<BuilderRecord | undefined> {
  return transaction
    .selectFrom('people.superbuilders')
    .selectAll()
    .where('builder_id', '=', builderId)
    .executeTakeFirst();
}

/** Builders by their ids; unknown ids are left out. */
export async function findBuilders(
  transaction: TenantTransaction,
  builderIds: readonly string[],
): Promise<Map<string, BuilderRecord>> {
  if (builderIds.length === 0) return new Map();
  const rows = await transaction
    .selectFrom('people.superbuilders')
    .selectAll()
    .where('builder_id', 'in', [...new Set(builderIds)])
    .execute();
  return new Map(rows.map((row) => [row.builder_id, row]));
}

/** The builder whose e-mail address it is, whatever its case; one who left comes after one who did not. */
export async function builderIdByEmail(
  transaction: TenantTransaction,
  email: string,
): Promise<string | null> {
  const row = await transaction
    .selectFrom('people.superbuilders')
    .select('builder_id')
    .where(sql<string>`lower(email)`, '=', email.toLowerCase())
    .orderBy(sql`status = 'left'`)
    .orderBy('builder_id')
    .limit(1)
    .executeTakeFirst();
  return row?.builder_id ?? null;
}

/** Of these builders, those whose address another builder has too, and the other one. Who left does not count. */
export async function sharedAddresses(
  transaction: TenantTransaction,
  builderIds: readonly string[],
): Promise<Map<string, string>> {
  const rows = await transaction
    .selectFrom('people.superbuilders as builder')
    .innerJoin('people.superbuilders as other', (join) =>
      join
        .onRef(sql`lower(other.email)`, '=', sql`lower(builder.email)`)
        .onRef('other.builder_id', '<>', 'builder.builder_id')
        .on('other.status', '<>', 'left'),
    )
    .select(['builder.builder_id', 'other.builder_id as other'])
    .where('builder.builder_id', '=', sql<string>`any(${builderIds})`)
    .where('builder.status', '<>', 'left')
    .execute();
  return new Map(rows.map(({ builder_id, other }) => [builder_id, other]));
}

/** Projects by their ids; unknown ids are left out. */
export async function findProjects(
  transaction: TenantTransaction,
  projectIds: readonly string[],
): Promise<Map<string, ProjectRecord>> {
  if (projectIds.length === 0) return new Map();
  const rows = await transaction
    .selectFrom('people.projects')
    .selectAll()
    .where('project_id', 'in', [...new Set(projectIds)])
    .execute();
  return new Map(rows.map((row) => [row.project_id, row]));
}

export function findProject(
  transaction: TenantTransaction,
  projectId: string,
): Promise<ProjectRecord | undefined> {
  return transaction
    .selectFrom('people.projects')
    .selectAll()
    .where('project_id', '=', projectId)
    .executeTakeFirst();
}

/** A builder's weeks up to `upTo` (defaults to all), newest first. */
export function weeksOf(
  transaction: TenantTransaction,
  builderId: string,
  limit: number,
  upTo = '9999-W53',
): Promise<WeekRecord[]> {
  return transaction
    .selectFrom('people.metrics_weekly')
    .selectAll()
    .where('builder_id', '=', builderId)
    .where('week', '<=', upTo)
    .orderBy('week', 'desc')
    .limit(limit)
    .execute();
}

/** Weeks of several projects between two weeks inclusive, newest first. */
export function projectWeeksOf(
  transaction: TenantTransaction,
  projectIds: string[],
  from = '0000-W01',
  upTo = '9999-W53',
): Promise<ProjectWeekRecord[]> {
  if (projectIds.length === 0) return Promise.resolve([]);
  return transaction
    .selectFrom('people.project_metrics_weekly')
    .selectAll()
    .where('project_id', 'in', projectIds)
    .where('week', '>=', from)
    .where('week', '<=', upTo)
    .orderBy('week', 'desc')
    .execute();
}

/** Stage histories of several projects, oldest first. */
export function stagesOf(transaction: TenantTransaction, projectIds: string[]): Promise<StageRecord[]> {
  if (projectIds.length === 0) return Promise.resolve([]);
  return transaction
    .selectFrom('people.project_stages')
    .selectAll()
    .where('project_id', 'in', projectIds)
    .orderBy('entered_on')
    .orderBy('position')
    .execute();
}

/** Everyone who still belongs to the company, in the order of their ids. */
export function roster(transaction: TenantTransaction): Promise<BuilderRecord[]> {
  return transaction
    .selectFrom('people.superbuilders')
    .selectAll()
    .where('status', '!=', 'left')
    .orderBy('builder_id')
    .execute();
}

const FIGURES = [
  'hours_worked',
  'active_days',
  'brainlift_quality',
  'brainlift_entries',
  'goals_set',
  'goals_met',
] as const;

/** The newest week up to one in which a builder has a figure; `from` is the oldest that counts. */
export async function newestWeekWithFigures(
  transaction: TenantTransaction,
  upTo: string,
  from = '',
): Promise<string | undefined> {
  const row = await transaction
    .selectFrom('people.metrics_weekly')
    .select('week')
    .where('week', '<=', upTo)
    .where('week', '>=', from)
    .where((eb) => eb.or(FIGURES.map((figure) => eb(figure, 'is not', null))))
    .orderBy('week', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.week;
}
