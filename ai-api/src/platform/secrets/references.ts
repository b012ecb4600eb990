import { SecretUnreadable, type Vault } from './vault.ts';

type Environment = Record<string, string | undefined>;

/** `aws-sm://name` is a secret's whole text, `aws-sm://name#key` one member of a secret that is a JSON object. */
const REFERENCE = /^aws-sm:\/\/([\w/+=.@:-]{1,2048}?)(?:#([^#]{1,256}))?$/;

/** Some references could not be resolved: one line for each, which names the variable and never its value. */
export class SecretsError extends Error {
  constructor(lines: string[]) {
    super(lines.join('\n'));
    this.name = 'SecretsError';
  }
}

/** Names of the variables whose value is a reference. */
export function referencesIn(env: Environment): string[] {
  return Object.keys(env).filter((name) => env[name]?.startsWith('aws-sm:'));
}

/**
 * The environment with every reference replaced by the secret it names. Each secret is read once however
 * many variables refer to it. Without a reference no service is called, and `openVault` is not called.
 * @throws {SecretsError}
 */
export async function resolveSecrets<E extends Environment>(
  env: E,
  openVault: () => Promise<Vault>,
): Promise<E> {
  const names = referencesIn(env);
  if (names.length === 0) return env;
  const reading = new Map<string, Promise<string>>();
  const vault = openVault();
  const read = (secret: string) => {
    const text = reading.get(secret) ?? vault.then((opened) => opened.read(secret));
    reading.set(secret, text);
    return text;
  };
  const settled = await Promise.allSettled(names.map((name) => resolve(env[name] as string, read)));
  await vault.then(
    (opened) => opened.close(),
    () => {},
  );
  const lines = settled.flatMap((result, index) =>
    result.status === 'rejected' ? [`${names[index]}: ${whyNot(result.reason)}`] : [],
  );
  if (lines.length > 0) throw new SecretsError(lines);
  const resolved = settled.map((result, index) => [
    names[index] as string,
    (result as PromiseFulfilledResult<string>).value,
  ]);
  return { ...env, ...Object.fromEntries(resolved) };
}

async function resolve(reference: string, read: (secret: string) => Promise<string>): Promise<string> {
  const [, secret, key] = REFERENCE.exec(reference) ?? [];
  if (secret === undefined) throw new SecretUnreadable('the reference must look like aws-sm://name#key');
  const text = await read(secret);
  const value = key === undefined ? text : memberOf(text, key);
  if (value === '') throw new SecretUnreadable('the secret is empty');
  return value;
}

function memberOf(text: string, key: string): string {
  let object: unknown;
  try {
    object = JSON.parse(text);
  } catch {
    throw new SecretUnreadable('the secret is not a JSON object, so that it has no keys');
  }
  if (typeof object !== 'object' || object === null || Array.isArray(object))
    throw new SecretUnreadable('the secret is not a JSON object, so that it has no keys');
  const value: unknown = Object.hasOwn(object, key) ? (object as Record<string, unknown>)[key] : undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new SecretUnreadable('the secret has no such key, or it is no text');
}

/** Only our own words: what the service or a library says may hold a name or a value. */
function whyNot(error: unknown): string {
  return error instanceof SecretUnreadable ? error.message : 'the secret could not be read';
}
