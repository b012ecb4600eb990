import type { Insertable, Selectable } from 'kysely';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';
import { type Definition, definition as definitionSchema } from './rule/schema.ts';

export type RuleSetRecord = Selectable<Schema['validation.rule_sets']>;
export type VersionRecord = Omit<Selectable<Schema['validation.versions']>, 'definition'> & {
  definition: Definition;
};
export type BindingRecord = Selectable<Schema['validation.bindings']>;

const withDefinition = (row: Selectable<Schema['validation.versions']>): VersionRecord => ({
  ...row,
  definition: definitionSchema.parse(row.definition),
});

/** Inserts a rule set with its first version; false when the name is taken. */
export async function insertRuleSet(
  transaction: TenantTransaction,
  { name, title, description }: Pick<RuleSetRecord, 'name' | 'title' | 'description'>,
): Promise<boolean> {
  const added = await transaction
    .insertInto('validation.rule_sets')
    .values({ name, title, description, newest_version: 1, published_version: null, archived_at: null })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'name']).doNothing())
    .returning('name')
    .executeTakeFirst();
  return added !== undefined;
}

interface NewVersion {
  name: string;
  version: number;
  definition: Definition;
  comment: string;
  createdBy: string;
}

export async function insertVersion(
  transaction: TenantTransaction,
  { name, version, definition, comment, createdBy }: NewVersion,
): Promise<VersionRecord> {
  const row = await transaction
    .insertInto('validation.versions')
    .values({
      name,
      version,
      definition: JSON.stringify(definition),
      comment,
      created_by: createdBy,
      published_at: null,
      published_by: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return withDefinition(row);
}

/** Counts a version up. False when `seen` is not the newest, or the rule set is archived. */
export async function nextVersion(
  transaction: TenantTransaction,
  name: string,
  seen: number,
): Promise<boolean> {
  const updated = await transaction
    .updateTable('validation.rule_sets')
    .set({ newest_version: seen + 1 })
    .where('name', '=', name)
    .where('newest_version', '=', seen)
    .where('archived_at', 'is', null)
    .executeTakeFirst();
  return updated.numUpdatedRows === 1n;
}

export function findRuleSet(
  transaction: TenantTransaction,
  name: string,
): Promise<RuleSetRecord | undefined> {
  return transaction
    .selectFrom('validation.rule_sets')
    .selectAll()
    .where('name', '=', name)
    .executeTakeFirst();
}

/** The same, locked, so that nothing is bound to it or published meanwhile. */
export function lockRuleSet(
  transaction: TenantTransaction,
  name: string,
): Promise<RuleSetRecord | undefined> {
  return transaction
    .selectFrom('validation.rule_sets')
    .selectAll()
    .where('name', '=', name)
    .forUpdate()
    .executeTakeFirst();
}

/** Rule sets by name, after a name. */
export function listRuleSets(
  transaction: TenantTransaction,
  archived: boolean,
  after: string | null,
  limit: number,
): Promise<RuleSetRecord[]> {
  let query = transaction
    .selectFrom('validation.rule_sets')
    .selectAll()
    .where('archived_at', archived ? 'is not' : 'is', null)
    .orderBy('name')
    .limit(limit);
  if (after !== null) query = query.where('name', '>', after);
  return query.execute();
}

export async function findVersion(
  transaction: TenantTransaction,
  name: string,
  version: number,
): Promise<VersionRecord | undefined> {
  const row = await transaction
    .selectFrom('validation.versions')
    .selectAll()
    .where('name', '=', name)
    .where('version', '=', version)
    .executeTakeFirst();
  return row && withDefinition(row);
}

/** Versions below `below`, newest first. */
export async function listVersions(
  transaction: TenantTransaction,
  name: string,
  below: number | null,
  limit: number,
): Promise<VersionRecord[]> {
  let query = transaction
    .selectFrom('validation.versions')
    .selectAll()
    .where('name', '=', name)
    .orderBy('version', 'desc')
    .limit(limit);
  if (below !== null) query = query.where('version', '<', below);
  return (await query.execute()).map(withDefinition);
}

export async function publishVersion(
  transaction: TenantTransaction,
  name: string,
  version: number,
  { by, now }: { by: string; now: Date },
): Promise<void> {
  await transaction
    .updateTable('validation.rule_sets')
    .set({ published_version: version })
    .where('name', '=', name)
    .execute();
  await transaction
    .updateTable('validation.versions')
    .set({ published_at: now, published_by: by })
    .where('name', '=', name)
    .where('version', '=', version)
    .execute();
}

export async function archiveRuleSet(transaction: TenantTransaction, name: string, now: Date): Promise<void> {
  await transaction
    .updateTable('validation.rule_sets')
    .set({ archived_at: now })
    .where('name', '=', name)
    .execute();
}

/** Binds a rule set; undefined when that target has it already. */
export function insertBinding(
  transaction: TenantTransaction,
  values: Insertable<Schema['validation.bindings']>,
): Promise<BindingRecord | undefined> {
  return transaction
    .insertInto('validation.bindings')
    .values(values)
    .onConflict((conflict) => conflict.columns(['tenant_id', 'target', 'agent_id', 'rule_set']).doNothing())
    .returningAll()
    .executeTakeFirst();
}

/** Bindings after an id, in the order in which they were made. */
export function listBindings(
  transaction: TenantTransaction,
  { agentId, ruleSet }: { agentId?: string | undefined; ruleSet?: string | undefined },
  after: string | null,
  limit: number,
): Promise<BindingRecord[]> {
  let query = transaction.selectFrom('validation.bindings').selectAll().orderBy('id').limit(limit);
  if (after !== null) query = query.where('id', '>', after);
  if (agentId !== undefined) query = query.where('agent_id', '=', agentId);
  if (ruleSet !== undefined) query = query.where('rule_set', '=', ruleSet);
  return query.execute();
}

/** Whether a binding asks people about texts of this rule set. */
export async function asksPeople(transaction: TenantTransaction, ruleSet: string): Promise<boolean> {
  const found = await transaction
    .selectFrom('validation.bindings')
    .select('id')
    .where('rule_set', '=', ruleSet)
    .where('action', '=', 'human')
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}

/** What judges the answers of an agent, or of the chat. */
export function bindingsOf(
  transaction: TenantTransaction,
  target: BindingRecord['target'],
  agentId: string | null,
): Promise<BindingRecord[]> {
  return transaction
    .selectFrom('validation.bindings')
    .selectAll()
    .where('target', '=', target)
    .where('agent_id', agentId === null ? 'is' : '=', agentId)
    .orderBy('id')
    .execute();
}

export function deleteBinding(
  transaction: TenantTransaction,
  id: string,
): Promise<BindingRecord | undefined> {
  return transaction.deleteFrom('validation.bindings').where('id', '=', id).returningAll().executeTakeFirst();
}
