import { sql } from 'kysely';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { Definition } from '../templates/index.ts';
import type { InstanceRow } from './store.ts';

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
  for (const secret of secretsIn(definition, input as Record<string, unknown>)) {
    const inner = JSON.stringify(secret).slice(1, -1);
    const hidden = (column: string) => sql`replace(${sql.ref(column)}::text, ${inner}, ${HIDDEN})::jsonb`;
    await sql`update workflows.instances set input = ${hidden('input')}, output = ${hidden('output')},
      error = ${hidden('error')} where id = ${id}`.execute(transaction);
    await sql`update workflows.tasks set input = ${hidden('input')}, output = ${hidden('output')},
      error = ${hidden('error')} where instance_id = ${id}`.execute(transaction);
    await sql`update workflows.compensations set input = ${hidden('input')}, error = ${hidden('error')}
      where instance_id = ${id}`.execute(transaction);
  }
}
