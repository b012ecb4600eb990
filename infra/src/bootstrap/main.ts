import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateAccessKeyCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { type Catalogue, complete, type Sources } from './catalogue.ts';
import { type Admin, makeDatabase } from './databases.ts';

const CATALOGUE = join(import.meta.dirname, '..', '..', 'terraform', 'secrets.json');

/**
 * Fills what is empty in the secrets of an installation, and makes its databases on the way. It may run again
 * at any time. Prints names of keys, never a value.
 */
async function main(env: NodeJS.ProcessEnv): Promise<void> {
  const need = (name: string) => {
    const value = env[name];
    if (!value) throw new Error(`${name} must be set.`);
    return value;
  };
  const prefix = need('SECRET_PREFIX');
  const region = need('AWS_REGION');
  const secrets = new SecretsManagerClient({ region });
  const iam = new IAMClient({ region });
  const admin = await readAdmin(secrets, env, need('DATABASE_ADMIN'), need('DATABASE_HOST'));
  const sources: Sources = {
    region,
    mailHost: need('MAIL_HOST'),
    database: (wanted) => makeDatabase(admin, wanted),
    mailKey: async () => {
      const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: need('MAIL_USER') }));
      if (!AccessKey?.AccessKeyId || !AccessKey.SecretAccessKey) throw new Error('IAM returned no key.');
      return { id: AccessKey.AccessKeyId, secret: AccessKey.SecretAccessKey };
    },
  };
  const catalogue = JSON.parse(readFileSync(CATALOGUE, 'utf8')) as Catalogue;
  for (const [name, { keys }] of Object.entries(catalogue)) {
    const SecretId = `${prefix}/${name}`;
    const given = await read(secrets, SecretId);
    const whole = await complete(keys, given, sources);
    if (!whole) continue;
    await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify(whole) }));
    const filled = Object.keys(whole).filter((key) => !given[key]);
    console.log(JSON.stringify({ message: 'filled', secret: SecretId, keys: filled }));
  }
  console.log(JSON.stringify({ message: 'bootstrap complete' }));
}

/** A secret's keys; none for a secret that never had a value. */
async function read(secrets: SecretsManagerClient, SecretId: string): Promise<Record<string, string>> {
  try {
    const { SecretString = '{}' } = await secrets.send(new GetSecretValueCommand({ SecretId }));
    return JSON.parse(SecretString) as Record<string, string>;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return {};
    throw error;
  }
}

/** RDS keeps user and password in a secret of its own; for Neon the secret holds a URL. */
async function readAdmin(
  secrets: SecretsManagerClient,
  env: NodeJS.ProcessEnv,
  secretId: string,
  host: string,
): Promise<Admin> {
  const { url, username, password } = await read(secrets, secretId);
  if (username && password)
    return { host, port: 5432, user: username, password, database: 'postgres', ca: env.DATABASE_CA || null };
  if (!url) throw new Error(`The secret ${secretId} must hold the owner's url.`);
  const owner = new URL(url);
  return {
    host: owner.hostname,
    port: Number(owner.port || 5432),
    user: decodeURIComponent(owner.username),
    password: decodeURIComponent(owner.password),
    database: owner.pathname.slice(1),
    ca: owner.searchParams.get('sslmode') === 'disable' ? undefined : env.DATABASE_CA || null,
  };
}

main(process.env).catch((error: Error) => {
  console.error(JSON.stringify({ message: `bootstrap failed: ${error.message}` }));
  process.exitCode = 1;
});
