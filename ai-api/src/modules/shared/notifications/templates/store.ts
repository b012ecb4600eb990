import { type Selectable, sql } from 'kysely';
import type { Schema, TenantTransaction } from '../../../../platform/database/index.ts';

export type TemplateRow = Selectable<Schema['notifications.templates']>;
export type VersionRow = Selectable<Schema['notifications.versions']>;

/** The templates of which the company has a version of its own. */
export function ownTemplates(transaction: TenantTransaction): Promise<TemplateRow[]> {
  return transaction.selectFrom('notifications.templates').selectAll().orderBy('name').execute();
}

/** A template, made if it is missing, and locked until the transaction ends. */
export async function lockTemplate(transaction: TenantTransaction, name: string): Promise<TemplateRow> {
  await transaction
    .insertInto('notifications.templates')
    .values({ name, published_version: null })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'name']).doNothing())
    .execute();
  return transaction
    .selectFrom('notifications.templates')
    .selectAll()
    .where('name', '=', name)
    .forUpdate()
    .executeTakeFirstOrThrow();
}

export function findVersion(
  transaction: TenantTransaction,
  name: string,
  version: number,
): Promise<VersionRow | undefined> {
  return transaction
    .selectFrom('notifications.versions')
    .selectAll()
    .where('name', '=', name)
    .where('version', '=', version)
    .executeTakeFirst();
}

/** The version that is sent; undefined where the default is, or nothing. */
export function publishedVersion(
  transaction: TenantTransaction,
  name: string,
): Promise<VersionRow | undefined> {
  return transaction
    .selectFrom('notifications.templates as template')
    .innerJoin('notifications.versions as version', (join) =>
      join
        .onRef('version.name', '=', 'template.name')
        .onRef('version.tenant_id', '=', 'template.tenant_id')
        .onRef('version.version', '=', 'template.published_version'),
    )
    .selectAll('version')
    .where('template.name', '=', name)
    .executeTakeFirst();
}

/** The newest versions before one, newest first. */
export function listVersions(
  transaction: TenantTransaction,
  name: string,
  before: number | null,
  limit: number,
): Promise<VersionRow[]> {
  let query = transaction
    .selectFrom('notifications.versions')
    .selectAll()
    .where('name', '=', name)
    .orderBy('version', 'desc')
    .limit(limit);
  if (before !== null) query = query.where('version', '<', before);
  return query.execute();
}

export async function newestVersion(transaction: TenantTransaction, name: string): Promise<number> {
  const row = await transaction
    .selectFrom('notifications.versions')
    .select(({ fn }) => fn.max('version').as('newest'))
    .where('name', '=', name)
    .executeTakeFirst();
  return row?.newest ?? 0;
}

/** The newest version of each of some templates; one without a version is missing. */
export async function newestVersions(
  transaction: TenantTransaction,
  names: readonly string[],
): Promise<Map<string, number>> {
  if (names.length === 0) return new Map();
  const rows = await transaction
    .selectFrom('notifications.versions')
    .select(({ fn }) => ['name', fn.max('version').as('newest')])
    .where('name', 'in', [...names])
    .groupBy('name')
    .execute();
  return new Map(rows.map(({ name, newest }) => [name, newest]));
}

/** One version of each of some templates, by name. */
export async function findVersions(
  transaction: TenantTransaction,
  wanted: readonly { name: string; version: number }[],
): Promise<Map<string, VersionRow>> {
  if (wanted.length === 0) return new Map();
  const rows = await transaction
    .selectFrom('notifications.versions')
    .selectAll()
    .where((eb) =>
      eb.or(wanted.map(({ name, version }) => eb.and([eb('name', '=', name), eb('version', '=', version)]))),
    )
    .execute();
  return new Map(rows.map((row) => [row.name, row]));
}

export async function insertVersion(
  transaction: TenantTransaction,
  values: Pick<VersionRow, 'name' | 'version' | 'comment' | 'created_by' | 'created_by_id'> & {
    content: object;
  },
): Promise<void> {
  await transaction
    .insertInto('notifications.versions')
    .values({
      ...values,
      content: JSON.stringify(values.content),
      published_at: null,
      published_by: null,
    })
    .execute();
}

/** Makes a version the one that is sent, or none, so that the default is. */
export async function setPublished(
  transaction: TenantTransaction,
  name: string,
  version: number | null,
  by: string,
): Promise<void> {
  await transaction
    .updateTable('notifications.templates')
    .set({ published_version: version })
    .where('name', '=', name)
    .execute();
  if (version === null) return;
  await transaction
    .updateTable('notifications.versions')
    .set({ published_at: sql<Date>`now()`, published_by: by })
    .where('name', '=', name)
    .where('version', '=', version)
    .execute();
}
