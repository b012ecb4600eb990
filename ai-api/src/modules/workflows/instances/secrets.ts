import type { TenantTransaction } from '../../../platform/database/index.ts';
import { type Definition, jsonText } from '../templates/index.ts';
import {
  findInstance,
  type InstanceRow,
  tasksOf,
  undosOf,
  updateInstance,
  updateTask,
  updateUndo,
} from './store.ts';

const HIDDEN = '[hidden]';

type Inputs = Pick<Definition, 'input'>;

/** The values of an instance that are secret. */
function secretsIn({ input: fields }: Inputs, input: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(fields)
    .filter(([, { secret }]) => secret)
    .map(([name]) => input[name])
    .filter((value): value is string => typeof value === 'string' && value !== '');
}

/** Hides the secrets of an instance in a value of any of its parts. */
export function hiding(definition: Inputs, instance: Pick<InstanceRow, 'input'>): <T>(value: T) => T {
  const secrets = secretsIn(definition, instance.input as Record<string, unknown>);
  if (secrets.length === 0) return (value) => value;
  return <T>(value: T) => hide(value, secrets) as T;
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

/** Removes the secrets of an instance from the database, once none of its steps can need them again. */
export async function forgetSecrets(
  transaction: TenantTransaction,
  definition: Inputs,
  { id, input }: Pick<InstanceRow, 'id' | 'input'>,
): Promise<void> {
  const secrets = secretsIn(definition, input as Record<string, unknown>);
  if (secrets.length === 0) return;
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
