import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_KEY } from '../../test/api.ts';
import { temporaryDirectory } from '../../test/databases.ts';
import { copyMigratedPglite } from '../../test/pglite-templates.ts';
import { type ApiProcess, SHORT_LIVED, startProcess } from '../../test/process.ts';
import { ConfigError, readConfig, settings, urlOf } from './index.ts';

type Env = Record<string, string>;

function linesOf(env: Env): string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
}

const production = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://app@db.example/ai',
  OBJECTS_BUCKET: 'objects',
  SMTP_URL: 'smtps://mail.example',
  PUBLIC_URL: 'https://ai.example',
  DATA_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
  LICENCE_SIGNING: 'local',
  UPSTASH_REDIS_REST_URL: 'https://redis.example',
  UPSTASH_REDIS_REST_TOKEN: randomBytes(24).toString('base64url'),
};

describe('the configuration', () => {
  test('needs nothing, and then runs embedded on loopback', () => {
    expect(readConfig({})).toMatchObject({
      NODE_ENV: 'development',
      ROLE: 'all',
      HOST: '127.0.0.1',
      PORT: 8000,
      DATA_DIR: '.data',
      DATABASE_POOL: 20,
      LOG_LEVEL: 'info',
      TENANT: 'default',
      OPENAI_MODEL: 'gpt-4.1-mini',
      MODEL_TIMEOUT_MS: 60_000,
      SOURCE_TIMEOUT_MS: 10_000,
      EVALUATION_CONCURRENCY: 8,
      JOB_HEARTBEAT_SECONDS: 15,
      WEBHOOK_RETRY_SECONDS: 15,
      INBOX_HTTP_PORT: 8025,
      INBOX_SMTP_PORT: 1025,
    });
  });

  test('counts empty variables as not set, and knows no others', () => {
    const empty = Object.fromEntries(Object.keys(settings.shape).map((name) => [name, '']));
    expect(readConfig({ ...empty, HOME: '/root', PORT: ' 81 ' })).toEqual({ ...readConfig({}), PORT: 81 });
  });

  test('knows a bucket by the name that other deployments give it, and prefers ours', () => {
    expect(readConfig({ S3_BUCKET_NAME: 'theirs' }).OBJECTS_BUCKET).toBe('theirs');
    expect(readConfig({ REDIS_URL: 'rediss://:a@redis:6379' }).REDIS_URL).toBe('rediss://:a@redis:6379');
    expect(() => readConfig({ REDIS_URL: 'https://redis' })).toThrow(
      'REDIS_URL must be a URL that starts with',
    );
    const rest = { UPSTASH_REDIS_REST_URL: 'https://redis', UPSTASH_REDIS_REST_TOKEN: 'a token' };
    expect(() => readConfig({ ...rest, REDIS_URL: 'redis://redis' })).toThrow('one Redis counts');
    expect(readConfig({ S3_BUCKET_NAME: 'theirs', OBJECTS_BUCKET: 'ours' }).OBJECTS_BUCKET).toBe('ours');
  });

  test('takes all that production needs', () => {
    expect(readConfig({ ...production, ROLE: 'worker' })).toMatchObject({ ...production, ROLE: 'worker' });
  });

  test.each([
    ['NODE_ENV', 'staging', 'must be one of development, test, production'],
    ['ROLE', 'both', 'must be one of all, api, worker'],
    ['HOST', ' ', 'must not be empty'],
    ['PORT', 'http', 'must be a whole number from 0 to 65535'],
    ['PORT', '65536', 'must be a whole number from 0 to 65535'],
    ['PORT', '-1', 'must be a whole number from 0 to 65535'],
    ['PORT', '0x50', 'must be a whole number from 0 to 65535'],
    ['PORT', '8e3', 'must be a whole number from 0 to 65535'],
    ['PUBLIC_URL', 'ai.example', 'must be a URL that starts with http:// or https://'],
    ['DATABASE_URL', 'mysql://app:hunter2@db.example/ai', 'must be a URL that starts with postgres://'],
    ['DATABASE_POOL', '1', 'must be a whole number from 2 to 200'],
    ['LOG_LEVEL', 'loud', 'must be one of fatal, error, warn, info, debug, trace, silent'],
    ['TENANT', 'x'.repeat(101), 'must be at most 100 characters'],
    ['BOOTSTRAP_API_KEY', 'hunter2', 'must look like aim_<8 characters>_<32 to 128>'],
    ['BOOTSTRAP_API_KEY', `aim_testtest_${'x'.repeat(129)}`, 'must look like aim_<8 characters>_<32 to 128>'],
    ['OPENAI_API_KEY', '  ', 'must not be empty'],
    ['MODEL_TIMEOUT_MS', '1.5', 'must be a whole number from 1 to 600000'],
    ['EVALUATION_CONCURRENCY', '0', 'must be a whole number from 1 to 200'],
    ['SMTP_URL', 'mail.example:25', 'must be a URL that starts with smtp://'],
  ])('says in one line, without the value, what is wrong with %s=%s', (name, value, message) => {
    expect(linesOf({ [name]: value })).toEqual([`${name} ${message}`]);
  });

  test.each<[string, Env, string[]]>([
    [
      'a source without its key',
      { WORKSMART_URL: 'http://w.example', METRICS_URL: 'http://m.example', METRICS_API_KEY: 'k' },
      ['WORKSMART_API_KEY is needed because WORKSMART_URL is set'],
    ],
    [
      'part of a platform, without its tokens',
      {
        DEPLOY_MODE: 'integrated',
        BOOTSTRAP_ADMIN_EMAIL: 'a@b.example',
        BOOTSTRAP_ADMIN_PASSWORD: 'x'.repeat(12),
      },
      [
        'TOKEN_ISSUERS or PLATFORM_HEADER is needed because DEPLOY_MODE is integrated',
        'BOOTSTRAP_ADMIN_EMAIL must not be set because DEPLOY_MODE is integrated: people sign in through the other platform',
      ],
    ],
    [
      'an issuer that may name any company',
      {
        TOKEN_ISSUERS: JSON.stringify([
          { issuer: 'https://p.example', audience: 'a', tenantClaim: 'c', tenants: 'any' },
        ]),
      },
      ['TOKEN_ISSUERS must not have "tenants": "any" unless DEPLOY_MODE is integrated'],
    ],
    [
      'a provider of models without its key',
      { MODEL_PROVIDERS: 'anthropic' },
      ['ANTHROPIC_API_KEY is needed because MODEL_PROVIDERS names anthropic'],
    ],
    [
      'an issuer that may name any company, without saying where',
      {
        DEPLOY_MODE: 'integrated',
        TOKEN_ISSUERS: JSON.stringify([{ issuer: 'https://p.example', audience: 'a', tenants: 'any' }]),
      },
      ['TOKEN_ISSUERS is wrong: 0.tenantClaim is needed with "tenants": "any"'],
    ],
    [
      'DNS servers that are names',
      { DNS_SERVERS: '10.0.0.2:53, dns.example' },
      ['DNS_SERVERS is wrong: dns.example is not an IP address'],
    ],
    [
      'a model server without a key',
      { OPENAI_BASE_URL: 'http://m.example' },
      ['OPENAI_API_KEY is needed because OPENAI_BASE_URL is set'],
    ],
    [
      'a part of the system alone on the embedded database',
      { ROLE: 'worker' },
      ['ROLE must be all with the embedded database, which one process owns'],
    ],
  ])('refuses %s', (_, env, lines) => {
    expect(linesOf(env)).toEqual(lines);
  });

  test('reports every error at once', () => {
    const wrong = {
      ...production,
      SMTP_URL: 'mail',
      PUBLIC_URL: '',
      PORT: 'x',
      BRAINLIFT_URL: 'http://b.example',
    };
    expect(linesOf(wrong)).toEqual([
      'PORT must be a whole number from 0 to 65535',
      'SMTP_URL must be a URL that starts with smtp://',
      'BRAINLIFT_API_KEY is needed because BRAINLIFT_URL is set',
      'PUBLIC_URL must be set in production',
    ]);
  });
});

/** Runs `main.ts` to its end, which comes soon when it cannot start. */
async function run(env: Env): Promise<{ code: number | null; stderr: string }> {
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
  const child = spawn(process.execPath, [...SHORT_LIVED, main], {
    env: { PATH: process.env.PATH ?? '', SMTP_URL: 'smtp://127.0.0.1:2525', PORT: '0', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  return { code, stderr };
}

describe('a process that cannot start', () => {
  let directory: string;

  beforeAll(() => {
    directory = temporaryDirectory();
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  test('prints what is wrong with its settings, and nothing else', async () => {
    const { code, stderr } = await run({ PORT: 'hunter2', LOG_LEVEL: 'hunter2', DATA_DIR: directory });
    expect([code, stderr]).toEqual([
      1,
      'PORT must be a whole number from 0 to 65535\n' +
        'LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent\n',
    ]);
  });

  test('names the port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await copyMigratedPglite(directory);
    const { code, stderr } = await run({ PORT: String(port), DATA_DIR: directory });
    other.close();
    expect([code, stderr]).toEqual([
      1,
      `Port ${port} on 127.0.0.1 is taken. Stop what uses it, or set PORT.\n`,
    ]);
    expect(existsSync(join(directory, 'lock.json'))).toBe(false);
  });

  test('names the database that does not answer, without its password', async () => {
    const { code, stderr } = await run({
      DATABASE_URL: 'postgres://app:hunter2@127.0.0.1:1/ai',
      DATA_DIR: directory,
    });
    expect([code, stderr]).toEqual([
      1,
      'The database at 127.0.0.1:1/ai cannot be used: connect ECONNREFUSED 127.0.0.1:1. Check DATABASE_URL.\n',
    ]);
  });

  test('names the directory that it cannot make', async () => {
    writeFileSync(join(directory, 'file'), '');
    const { code, stderr } = await run({ DATA_DIR: join(directory, 'file', 'data') });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^ENOTDIR: not a directory, mkdir '.*file\/data'\n$/);
  });
});

describe('two processes on one data directory', () => {
  let directory: string;
  let first: ApiProcess;
  const env = () => ({
    DATA_DIR: directory,
    PORT: '0',
    SMTP_URL: 'smtp://127.0.0.1:2525',
    BOOTSTRAP_API_KEY: ADMIN_KEY,
  });
  const lock = () => join(directory, 'lock.json');

  beforeAll(async () => {
    directory = temporaryDirectory();
    await copyMigratedPglite(directory);
    first = await startProcess(env());
  });
  afterAll(async () => {
    await first.end('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  });

  test('are one too many: the second is refused in one clear line, and the first goes on', async () => {
    const { code, stderr } = await run(env());
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^\S+ is in use by process \d+\. Stop it first, or set DATA_DIR to another directory\.\n$/,
    );
    expect(stderr).toContain(directory);
    expect((await first.client.health.get({})).status).toBe('ok');
    expect((await first.client.builder.list({})).items).toEqual([]);
  });

  test('may follow each other: the lock of a killed one is taken over, that of a stopped one is gone', async () => {
    await first.end('SIGKILL');
    expect(existsSync(lock())).toBe(true);
    const second = await startProcess(env());
    expect((await second.client.builder.list({})).items).toEqual([]);
    expect(await second.end('SIGTERM')).toBe(0);
    expect(existsSync(lock())).toBe(false);
  });
});

test('the URL of an IPv6 address has brackets', () => {
  expect([urlOf('::1', 8000), urlOf('127.0.0.1', 8000), urlOf('localhost', 80)]).toEqual([
    'http://[::1]:8000',
    'http://127.0.0.1:8000',
    'http://localhost:80',
  ]);
});
