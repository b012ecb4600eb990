import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { describe, expect, inject, test } from 'vitest';
import { readConfig } from '../../ai-api/src/config/index.ts';
import { smtpPassword } from '../src/bootstrap/catalogue.ts';
import { startAwsRecorder } from './aws-recorder.ts';

const run = promisify(execFile);
const postgresUrl = inject('postgresUrl');

/** How a program of the task ends, and what it printed. */
async function task(file: string, env: Record<string, string>) {
  const program = join(import.meta.dirname, '..', 'src', file);
  return run(process.execPath, [program], { env: { PATH: process.env.PATH ?? '', ...env } }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

describe.skipIf(!postgresUrl)('the bootstrap task', () => {
  test('fills every secret once, and makes a database that only its role enters', async () => {
    const aws = await startAwsRecorder();
    aws.secrets.set('trial/database/admin', { url: `${postgresUrl}?sslmode=disable` });
    const env = {
      ...aws.env,
      SECRET_PREFIX: 'trial',
      DATABASE_ADMIN: 'trial/database/admin',
      DATABASE_HOST: '127.0.0.1',
      MAIL_USER: 'trial-mail',
      MAIL_HOST: 'email-smtp.eu-west-1.amazonaws.com',
    };
    const first = await task('bootstrap/main.ts', env);
    expect(first.stderr).toBe('');
    expect(first.code).toBe(0);
    const filled = structuredClone(Object.fromEntries(aws.secrets));
    const values = Object.values(filled).flatMap((secret) => Object.values(secret));
    expect(values.every((value) => value !== '')).toBe(true);
    for (const value of values) expect(first.stdout).not.toContain(value);

    const { api, mail } = { api: filled['trial/api'], mail: filled['trial/mail'] };
    const production = {
      NODE_ENV: 'production',
      DATABASE_URL: filled['trial/database/api']?.url,
      SMTP_URL: mail?.url,
      DATA_ENCRYPTION_KEY: api?.data_encryption_key,
      BOOTSTRAP_API_KEY: api?.bootstrap_api_key,
      PROMETHEUS_TOKEN: api?.prometheus_token,
      REDIS_URL: 'rediss://redis.internal:6379',
      LICENCE_SIGNING: 'local',
      PUBLIC_URL: 'https://api.example.com',
      OBJECTS_BUCKET: 'objects',
    };
    expect(() => readConfig(production)).not.toThrow();

    const client = new pg.Client({ connectionString: filled['trial/database/tooljet']?.url });
    await client.connect();
    expect((await client.query('select current_user as me')).rows).toEqual([{ me: 'tooljet' }]);
    await client.end();
    const stranger = new URL(filled['trial/database/langfuse']?.url ?? '');
    stranger.pathname = '/ai_manager';
    const refused = new pg.Client({ connectionString: stranger.href });
    await expect(refused.connect()).rejects.toThrow('permission denied for database');

    expect((await task('bootstrap/main.ts', env)).code).toBe(0);
    expect(Object.fromEntries(aws.secrets)).toEqual(filled);
    expect(aws.keysOf).toEqual(['trial-mail']);
    await aws.close();
  });

  test('says what is missing', async () => {
    expect(await task('bootstrap/main.ts', {})).toMatchObject({
      code: 1,
      stderr: '{"message":"bootstrap failed: SECRET_PREFIX must be set."}\n',
    });
  });
});

test('the SMTP password of SES has its version before 32 bytes of signature', () => {
  const password = Buffer.from(smtpPassword('an-example', 'us-east-1'), 'base64');
  expect([password[0], password.length]).toEqual([4, 33]);
  expect(smtpPassword('an-example', 'eu-west-1')).not.toBe(password.toString('base64'));
});

test('the quality of a day is one line that a metric filter reads', async () => {
  const asked: string[] = [];
  let rows: object[] = [
    { name: 'reasons hold', avg_value: 0.9, count_count: '30' },
    { name: 'helpful', avg_value: 0.6, count_count: '10' },
  ];
  const server = createServer((request, response) => {
    const query = JSON.parse(new URL(request.url ?? '', 'http://langfuse').searchParams.get('query') ?? '{}');
    asked.push(request.url ?? '');
    response.end(JSON.stringify({ data: query.view === 'observations' ? [{ count_count: '12' }] : rows }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const env = {
    LANGFUSE_BASE_URL: `http://127.0.0.1:${port}`,
    LANGFUSE_PUBLIC_KEY: 'pk-lf-x',
    LANGFUSE_SECRET_KEY: 'sk-lf-x',
  };
  const { stdout } = await task('quality/measure.ts', env);
  expect(JSON.parse(stdout)).toEqual({ metric: 'langfuse_quality', value: 0.825, scores: 40 });
  expect(asked[0]).toContain('/api/public/v2/metrics?query=');
  expect(decodeURIComponent(asked[0] ?? '').replaceAll('+', ' ')).toContain(
    '"reasons hold","same decision","helpful"',
  );

  rows = [];
  const missing = await task('quality/measure.ts', env);
  expect(JSON.parse(missing.stdout)).toEqual({ metric: 'langfuse_quality_missing', value: 1, calls: 12 });
  rows = [{ name: 'reflection', avg_value: 58, count_count: '3' }];
  expect(await task('quality/measure.ts', env)).toMatchObject({
    code: 1,
    stderr:
      '{"message":"quality was not measured: the score \\"reflection\\" is not on a scale of 0 to 1."}\n',
  });
  server.close();
  expect(await task('quality/measure.ts', {})).toMatchObject({ code: 1 });
});
