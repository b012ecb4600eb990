import { type Selectable, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Schema, TenantTransaction } from '../platform/database/index.ts';
import type { RuleDefinition, VersionedRule } from './rule.ts';
import { ruleDefinition } from './schema.ts';

export type RuleRecord = Selectable<Schema['judgement.rules']>;

interface RuleFilter {
  kind?: string | undefined;
  search?: string | undefined;
}

/** The newest version of every rule, by kind and key, after `[kind, key]`. */
export function newestRules(
  transaction: TenantTransaction,
  { kind, search }: RuleFilter,
  after: readonly [string, string] | null,
  limit: number,
): Promise<RuleRecord[]> {
  let query = transaction
    .selectFrom('judgement.rules')
    .selectAll()
    .distinctOn(['kind', 'key'])
    .orderBy('kind')
    .orderBy('key')
    .orderBy('version', 'desc')
    .limit(limit);
  if (after) query = query.where(sql<boolean>`(kind, key) > (${after[0]}, ${after[1]})`);
  if (kind !== undefined) query = query.where('kind', '=', kind);
  if (search !== undefined) {
    const pattern = `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`;
    query = query.where((eb) =>
      eb.or([eb('key', 'ilike', pattern), eb(sql`definition->>'message'`, 'ilike', pattern)]),
    );
  }
  return query.execute();
}

/** Versions of a rule, newest first, before a version. */
export function ruleVersions(
  transaction: TenantTransaction,
  kind: string,
  key: string,
  before: number | null,
  limit: number,
): Promise<RuleRecord[]> {
  let query = transaction
    .selectFrom('judgement.rules')
    .selectAll()
    .where('kind', '=', kind)
    .where('key', '=', key)
    .orderBy('version', 'desc')
    .limit(limit);
  if (before !== null) query = query.where('version', '<', before);
  return query.execute();
}

export function ruleVersion(
  transaction: TenantTransaction,
  kind: string,
  key: string,
  version: number,
): Promise<RuleRecord | undefined> {
  return transaction
    .selectFrom('judgement.rules')
    .selectAll()
    .where('kind', '=', kind)
    .where('key', '=', key)
    .where('version', '=', version)
    .executeTakeFirst();
}

/** Rules of a kind in the versions that a judgement names; versions that are gone are left out. */
export async function rulesByVersion(
  transaction: TenantTransaction,
  kind: string,
  named: readonly { key: string; version: number }[],
): Promise<VersionedRule[]> {
  if (named.length === 0) return [];
  const rows = await transaction
    .selectFrom('judgement.rules')
    .select(['key', 'version', 'definition'])
    .where('kind', '=', kind)
    .where('key', 'in', [...new Set(named.map(({ key }) => key))])
    .execute();
  return rows
    .filter((row) => named.some(({ key, version }) => key === row.key && version === row.version))
    .map(({ version, definition }) => ({ ...ruleDefinition.parse(definition), version }));
}

export interface NewRule {
  kind: string;
  definition: RuleDefinition;
  version: number;
  enabled: boolean;
  effectiveFrom: Date | null;
  comment: string;
  createdBy: string;
}

/** Appends a version of a rule; undefined when that version is there already. */
export function appendRule(
  transaction: TenantTransaction,
  { kind, definition, version, enabled, effectiveFrom, comment, createdBy }: NewRule,
): Promise<RuleRecord | undefined> {
  return transaction
    .insertInto('judgement.rules')
    .values({
      id: uuidv7(),
      kind,
      key: definition.key,
      version,
      definition: JSON.stringify(definition),
      enabled,
      comment,
      created_by: createdBy,
      ...(effectiveFrom ? { effective_from: effectiveFrom } : {}),
    })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'kind', 'key', 'version']).doNothing())
    .returningAll()
    .executeTakeFirst();
}

/** The rules of a kind in force at a moment: of each key the newest version by then, if that is enabled. */
export async function activeRules(
  transaction: TenantTransaction,
  kind: string,
  asOf: Date,
): Promise<VersionedRule[]> {
  const rows = await transaction
    .selectFrom('judgement.rules')
    .select(['key', 'version', 'definition', 'enabled'])
    .distinctOn('key')
    .where('kind', '=', kind)
    .where('effective_from', '<=', asOf)
    .where('created_at', '<=', asOf)
    .orderBy('key')
    .orderBy('version', 'desc')
    .execute();
  return rows
    .filter(({ enabled }) => enabled)
    .map(({ version, definition }) => ({ ...ruleDefinition.parse(definition), version }));
}

/** Stores version 1 of rules whose keys the tenant does not have yet; a tenant's own versions are left alone. Answers how many it stored. */
export async function seedRules(
  transaction: TenantTransaction,
  kind: string,
  rules: readonly RuleDefinition[],
): Promise<number> {
  const values = rules.map((rule) => ({
    id: uuidv7(),
    kind,
    key: rule.key,
    version: 1,
    definition: JSON.stringify(rule),
    created_by: 'seed',
  }));
  const added = await transaction
    .insertInto('judgement.rules')
    .values(values)
    .onConflict((conflict) => conflict.columns(['tenant_id', 'kind', 'key', 'version']).doNothing())
    .executeTakeFirst();
  return Number(added.numInsertedOrUpdatedRows ?? 0n);
}

/**
 * Switches off rules that the product no longer brings, where they are still as it brought them: another default rule
 * takes their place, and both would judge the same. A rule that the company has changed is its own and stays. Answers the
 * keys that it switched off.
 */
export async function retireRules(
  transaction: TenantTransaction,
  kind: string,
  retired: readonly { key: string; by: string }[],
): Promise<string[]> {
  const keys: string[] = [];
  for (const { key, by } of retired) {
    const [newest] = await ruleVersions(transaction, kind, key, null, 1);
    if (newest?.version !== 1 || newest.created_by !== 'seed' || !newest.enabled) continue;
    const added = await appendRule(transaction, {
      ...{ kind, definition: ruleDefinition.parse(newest.definition), version: 2, enabled: false },
      ...{ effectiveFrom: null, comment: `Replaced by ${by}`, createdBy: 'seed' },
    });
    if (added) keys.push(key);
  }
  return keys;
}
