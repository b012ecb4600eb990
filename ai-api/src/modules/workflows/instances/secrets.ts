import { sql } from 'kysely';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { type Definition, eachStep, jsonText, type Templates } from '../templates/index.ts';
import {
  findInstance,
  type InstanceRow,
  lockInstance,
  tasksOf,
  updateInstance,
  updateTask,
} from './store.ts';
import { undosOf, updateUndo } from './undo-store.ts';

const HIDDEN = '[hidden]';

type Definitions = Pick<Templates, 'definition'>;
type InTree = Pick<
  InstanceRow,
  'id' | 'root_id' | 'parent_id' | 'tenant_id' | 'template' | 'version' | 'input'
>;

/** The values of an instance that are secret, the longest first: one may be a part of another. */
export function secretsIn(
  { input: fields }: Pick<Definition, 'input'>,
  input: Readonly<Record<string, unknown>>,
): string[] {
  return Object.entries(fields)
    .filter(([, { secret }]) => secret)
    .map(([name]) => input[name])
    .filter((value): value is string => typeof value === 'string' && value !== '')
    .sort((a, b) => b.length - a.length);
}

/** Hides secrets in a value, wherever they are in its texts. */
export function hidingOf(secrets: readonly string[]): <T>(value: T) => T {
  if (secrets.length === 0) return (value) => value;
  return <T>(value: T) => hide(value, secrets) as T;
}

/**
 * Hides secrets in a value of any part of an instance: its own, and those of the instances that it was started with or
 * that it started, to which they are passed on.
 */
export async function hiding(
  transaction: TenantTransaction,
  templates: Definitions,
  instance: InTree,
): Promise<<T>(value: T) => T> {
  return hidingOf(await secretsOfTree(transaction, templates, instance));
}

function startsOthers({ steps }: Definition): boolean {
  return [...eachStep(steps)].some(({ step }) => step.type === 'child');
}

/** The secrets of all instances that have the same first one. */
async function secretsOfTree(
  transaction: TenantTransaction,
  { definition }: Definitions,
  { id, root_id, tenant_id: tenantId, template, version, input }: InTree,
): Promise<string[]> {
  const own = await definition(transaction, tenantId, template, version);
  if (root_id === null && !startsOthers(own)) return secretsIn(own, input as Record<string, unknown>);
  const inTree = sql<boolean>`(id = ${root_id ?? id} or root_id = ${root_id ?? id})`;
  const used = await transaction
    .selectFrom('workflows.instances')
    .select(['template', 'version'])
    .distinct()
    .where(inTree)
    .execute();
  const secrets = new Set<string>();
  for (const { template, version } of used) {
    const defined = await definition(transaction, tenantId, template, version);
    if (!Object.values(defined.input).some(({ secret }) => secret)) continue;
    const rows = await transaction
      .selectFrom('workflows.instances')
      .select('input')
      .where(inTree)
      .where('template', '=', template)
      .where('version', '=', version)
      .execute();
    for (const { input } of rows)
      for (const secret of secretsIn(defined, input as Record<string, unknown>)) secrets.add(secret);
  }
  return [...secrets].sort((a, b) => b.length - a.length);
}

function hide(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string')
    return secrets.reduce((text, secret) => text.replaceAll(secret, HIDDEN), value);
  if (Array.isArray(value)) return value.map((one) => hide(one, secrets));
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, hide(one, secrets)]));
}

/** Fields of outputs that hold a credential, which its operation shows once and to its caller alone. */
const CREDENTIAL = /^(token|secret|key|licenseKey|apiKey|password)$/i;

/** What a step answered, without credentials. */
export function withoutCredentials(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutCredentials);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      CREDENTIAL.test(name) && typeof one === 'string' ? HIDDEN : withoutCredentials(one),
    ]),
  );
}

/**
 * Removes secrets from the database once no step can need them again: all instances that were started together are
 * completed or undone. What has failed can be tried again, with its secrets, for as long as it is kept.
 */
export async function forgetSecrets(
  transaction: TenantTransaction,
  templates: Definitions,
  instance: InTree,
): Promise<void> {
  const secrets = await secretsOfTree(transaction, templates, instance);
  if (secrets.length === 0) return;
  // One of an earlier version does not name its first one, which may need it to undo.
  if (instance.root_id === null && instance.parent_id !== null) return;
  const rootId = instance.root_id ?? instance.id;
  // The last two to end see each other's state.
  await lockInstance(transaction, rootId);
  const tree = await transaction
    .selectFrom('workflows.instances')
    .select(['id', 'state'])
    .where(sql<boolean>`(id = ${rootId} or root_id = ${rootId})`)
    .execute();
  if (tree.some(({ state }) => !DONE.includes(state))) return;
  for (const { id } of tree) await forgetIn(transaction, id, secrets);
}

/** States after which no step of an instance runs again, neither anew nor to undo it. */
const DONE: readonly string[] = ['completed', 'compensated'];

async function forgetIn(
  transaction: TenantTransaction,
  id: string,
  secrets: readonly string[],
): Promise<void> {
  const text = (value: unknown) => (value === null ? null : jsonText(hide(value, secrets)));
  const instance = await findInstance(transaction, id);
  if (instance)
    await updateInstance(transaction, id, {
      input: text(instance.input) ?? '{}',
      output: text(instance.output),
      error: text(instance.error),
    });
  for (const task of await tasksOf(transaction, id))
    await updateTask(transaction, task.id, {
      input: text(task.input),
      output: text(task.output),
      error: text(task.error),
    });
  for (const undo of await undosOf(transaction, id))
    await updateUndo(transaction, undo.id, { input: text(undo.input), error: text(undo.error) });
}
