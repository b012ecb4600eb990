import { type Selectable, sql } from 'kysely';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';
import { jsonText } from './json-text.ts';

export type TemplateRow = Selectable<Schema['workflows.templates']>;
export type VersionRow = Selectable<Schema['workflows.versions']>;
export type ApprovalRow = Selectable<Schema['workflows.approvals']>;
/** A template with the version that is shown of it. */
export type TemplateWithNewest = TemplateRow & { version: number; definition: object };

export function findTemplate(
  transaction: TenantTransaction,
  name: string,
  lock = false,
): Promise<TemplateRow | undefined> {
  const query = transaction.selectFrom('workflows.templates').selectAll().where('name', '=', name);
  return (lock ? query.forUpdate() : query).executeTakeFirst();
}

export async function existingTemplates(
  transaction: TenantTransaction,
  names: readonly string[],
): Promise<string[]> {
  const rows = await transaction
    .selectFrom('workflows.templates')
    .select('name')
    .where('name', 'in', [...names])
    .execute();
  return rows.map(({ name }) => name);
}

export function listTemplates(
  transaction: TenantTransaction,
  archived: boolean,
  after: string | null,
  limit: number,
): Promise<TemplateWithNewest[]> {
  let query = transaction
    .selectFrom('workflows.templates as template')
    .innerJoin('workflows.versions as version', 'version.name', 'template.name')
    .selectAll('template')
    .select(['version.version', 'version.definition'])
    .where('archived_at', archived ? 'is not' : 'is', null)
    .where(
      sql<boolean>`version.version = (select max(newer.version) from workflows.versions as newer where newer.name = template.name)`,
    )
    .orderBy('template.name')
    .limit(limit);
  if (after !== null) query = query.where('template.name', '>', after);
  return query.execute();
}

/** The newest version, or the one that is named. */
export function findVersion(
  transaction: TenantTransaction,
  name: string,
  version?: number,
): Promise<VersionRow | undefined> {
  let query = transaction
    .selectFrom('workflows.versions')
    .selectAll()
    .where('name', '=', name)
    .orderBy('version', 'desc')
    .limit(1);
  if (version !== undefined) query = query.where('version', '=', version);
  return query.executeTakeFirst();
}

export function listVersions(
  transaction: TenantTransaction,
  name: string,
  before: number | null,
  limit: number,
): Promise<VersionRow[]> {
  let query = transaction
    .selectFrom('workflows.versions')
    .selectAll()
    .where('name', '=', name)
    .orderBy('version', 'desc')
    .limit(limit);
  if (before !== null) query = query.where('version', '<', before);
  return query.execute();
}

/** Appends a version; undefined when another one was saved meanwhile. */
export async function insertVersion(
  transaction: TenantTransaction,
  row: { name: string; version: number; definition: object; comment: string; by: string; byId: string },
): Promise<VersionRow | undefined> {
  const { name, version, definition, comment, by, byId } = row;
  if (version === 1)
    await transaction
      .insertInto('workflows.templates')
      .values({ name })
      .onConflict((conflict) => conflict.columns(['tenant_id', 'name']).doNothing())
      .execute();
  return transaction
    .insertInto('workflows.versions')
    .values({
      name,
      version,
      definition: jsonText(definition),
      comment,
      created_by: by,
      created_by_id: byId,
    })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'name', 'version']).doNothing())
    .returningAll()
    .executeTakeFirst();
}

/** Makes a version the one that new instances run. */
export async function publishVersion(
  transaction: TenantTransaction,
  { name, version, by, at }: { name: string; version: number; by: string; at: Date },
): Promise<void> {
  await transaction
    .updateTable('workflows.templates')
    .set({ published_version: version, archived_at: null })
    .where('name', '=', name)
    .execute();
  await transaction
    .updateTable('workflows.versions')
    .set({ published_at: at, published_by: by })
    .where('name', '=', name)
    .where('version', '=', version)
    .execute();
}

export async function archiveTemplate(transaction: TenantTransaction, name: string, at: Date): Promise<void> {
  await transaction
    .updateTable('workflows.templates')
    .set({ archived_at: at })
    .where('name', '=', name)
    .execute();
}

export function approvalsOf(
  transaction: TenantTransaction,
  name: string,
  versions: number[],
): Promise<ApprovalRow[]> {
  if (versions.length === 0) return Promise.resolve([]);
  return transaction
    .selectFrom('workflows.approvals')
    .selectAll()
    .where('name', '=', name)
    .where('version', 'in', versions)
    .orderBy('approved_at')
    .execute();
}

/** Keeps an approval; a second one by the same person changes nothing. */
export async function insertApproval(
  transaction: TenantTransaction,
  approval: { name: string; version: number; by: string; byId: string; comment: string },
): Promise<void> {
  const { name, version, by, byId, comment } = approval;
  await transaction
    .insertInto('workflows.approvals')
    .values({ name, version, approved_by: by, approved_by_id: byId, comment })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'name', 'version', 'approved_by_id']).doNothing(),
    )
    .execute();
}

export interface Settings {
  twoPersonRule: boolean;
  keepDays: number;
}

const DEFAULTS: Settings = { twoPersonRule: false, keepDays: 365 };

export async function readSettings(transaction: TenantTransaction): Promise<Settings> {
  const row = await transaction
    .selectFrom('workflows.settings')
    .select(['two_person_rule as twoPersonRule', 'keep_days as keepDays'])
    .executeTakeFirst();
  return row ?? DEFAULTS;
}

export async function writeSettings(
  transaction: TenantTransaction,
  { twoPersonRule, keepDays }: Settings,
): Promise<void> {
  const values = { two_person_rule: twoPersonRule, keep_days: keepDays };
  await transaction
    .insertInto('workflows.settings')
    .values(values)
    .onConflict((conflict) => conflict.column('tenant_id').doUpdateSet(values))
    .execute();
}

/** What an instance did, as far as walking it through another version needs it. */
export interface StoredInstance {
  id: string;
  state: string;
  input: object;
  created_at: Date;
  tasks: { path: string; state: string; output: unknown; error: unknown }[];
}

/** The newest instances of a template with their steps, in two queries. */
export async function storedInstances(
  transaction: TenantTransaction,
  name: string,
  limit: number,
): Promise<StoredInstance[]> {
  const instances = await transaction
    .selectFrom('workflows.instances')
    .select(['id', 'state', 'input', 'created_at'])
    .where('template', '=', name)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  if (instances.length === 0) return [];
  const tasks = await transaction
    .selectFrom('workflows.tasks')
    .select(['instance_id', 'path', 'state', 'output', 'error'])
    .where(
      'instance_id',
      'in',
      instances.map(({ id }) => id),
    )
    .execute();
  const byInstance = Map.groupBy(tasks, ({ instance_id }) => instance_id);
  return instances.map((instance) => ({ ...instance, tasks: byInstance.get(instance.id) ?? [] }));
}
