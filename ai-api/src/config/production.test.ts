import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ADMIN_KEY } from '../../test/api.ts';
import { ConfigError, readConfig } from './index.ts';

function refusal(env: Record<string, string>): string[] {
  try {
    readConfig(env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message.split('\n');
  }
  return [];
}

const secret = () => randomBytes(32).toString('base64url');
const production = () => ({
  NODE_ENV: 'production',
  DATABASE_URL: `postgres://ai_manager:${secret()}@db.example:5432/ai_manager`,
  OBJECTS_BUCKET: 'objects',
  SMTP_URL: 'smtps://mail.example',
  PUBLIC_URL: 'https://ai-manager.example',
  DATA_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
  LICENCE_SIGNING: 'kms',
  LICENCE_KMS_KEY: 'alias/licences',
  UPSTASH_REDIS_REST_URL: 'https://redis.example',
  UPSTASH_REDIS_REST_TOKEN: secret(),
  BOOTSTRAP_API_KEY: `aim_Aa345678_${secret()}`,
  PROMETHEUS_TOKEN: secret(),
});

describe('the configuration', () => {
  test('needs nothing on one machine', () => {
    const config = readConfig({});
    expect(config).toMatchObject({ ROLE: 'all', JOB_PRIORITIES: ['high', 'default', 'low'] });
    expect(config.WORKER_PORT).toBeUndefined();
  });

  test.each([
    [{ JOB_PRIORITIES: 'high,urgent' }, 'JOB_PRIORITIES must be some of high,default,low'],
    [{ WORKER_PORT: '70000' }, 'WORKER_PORT must be a whole number from 0 to 65535'],
    [{ PROMETHEUS_TOKEN: 'short' }, 'PROMETHEUS_TOKEN must be 24 to 200 characters without spaces'],
  ])('refuses %j in one line', (env, line) => {
    expect(refusal(env)).toEqual([line]);
  });

  test('takes some of the classes of jobs', () => {
    expect(readConfig({ JOB_PRIORITIES: 'high,default', WORKER_PORT: '9000' })).toMatchObject({
      JOB_PRIORITIES: ['high', 'default'],
      WORKER_PORT: 9000,
    });
  });
});

describe('in production the configuration', () => {
  test('takes real drivers and real secrets', () => {
    expect(refusal(production())).toEqual([]);
  });

  test('refuses the embedded drivers, with one line for each', () => {
    expect(refusal({ NODE_ENV: 'production' })).toEqual([
      'DATABASE_URL must be set in production: the embedded database is for one machine',
      'OBJECTS_BUCKET must be set in production: files on a disk are for one machine',
      'SMTP_URL must be set in production: the development inbox sends nothing',
      'PUBLIC_URL must be set in production',
      'DATA_ENCRYPTION_KEY must be set in production',
      'LICENCE_SIGNING must be set in production: kms or kms-delegated, or local for a key that the database keeps sealed',
      'REDIS_URL or UPSTASH_REDIS_REST_URL must be set in production: limits in memory hold for one process',
    ]);
  });

  test.each([
    ['BOOTSTRAP_API_KEY', ADMIN_KEY],
    ['BOOTSTRAP_API_KEY', `aim_Aa345678_${'x'.repeat(40)}`],
    ['PROMETHEUS_TOKEN', 'changeme'.repeat(4)],
    ['OPENAI_API_KEY', 'local'],
    ['OPENAI_API_KEY', 'Test123'],
    ['DATA_ENCRYPTION_KEY', '00'.repeat(32)],
  ])('refuses a default for %s', (name, value) => {
    expect(refusal({ ...production(), [name]: value })).toEqual([
      `${name} is a default or an example, which production must not have`,
    ]);
  });

  test.each([
    ['DATABASE_URL', 'postgres://ai_manager:postgres@db.example/ai_manager'],
    ['DATABASE_URL', 'postgres://ai_manager:Password123!@db.example/ai_manager'],
    ['DATABASE_URL', 'postgres://ai_manager:change%2Dme@db.example/ai_manager'],
    ['SMTP_URL', 'smtp://mailer:secret@mail.example'],
  ])('refuses a default password in %s', (name, value) => {
    const lines = refusal({ ...production(), [name]: value });
    expect(lines).toEqual([`${name} has a default password, which production must not have`]);
  });

  const billing = (key: string) => ({
    BILLING: 'stripe',
    STRIPE_SECRET_KEY: `${key}_${randomBytes(16).toString('hex')}`,
    STRIPE_WEBHOOK_SECRET: `whsec_${secret()}`,
    STRIPE_PRICE_PRO: 'price_pro',
  });

  test.each(['sk_test', 'rk_test'])('refuses a %s key of Stripe, with which nothing is paid', (key) => {
    expect(refusal({ ...production(), ...billing(key) })).toEqual([
      'STRIPE_SECRET_KEY must be a live key in production: with a test key nothing is paid',
    ]);
  });

  test.each(['sk_live', 'rk_live'])('takes a %s key of Stripe', (key) => {
    expect(refusal({ ...production(), ...billing(key) })).toEqual([]);
  });

  test('takes a test key that is not used, because billing is off', () => {
    expect(refusal({ ...production(), ...billing('sk_test'), BILLING: 'off' })).toEqual([]);
  });

  test('refuses billing without what it needs', () => {
    expect(refusal({ ...production(), SIGN_UP: 'on' })).toEqual([
      'SIGN_UP needs BILLING=stripe in production: otherwise everyone uses everything without limits',
    ]);
    expect(refusal({ ...production(), BILLING: 'stripe' })).toEqual(
      ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET', 'STRIPE_PRICE_PRO'].map(
        (name) => `${name} is needed because BILLING is stripe`,
      ),
    );
  });

  test('takes a database without a password, for it may sign in otherwise', () => {
    expect(refusal({ ...production(), DATABASE_URL: 'postgres://ai_manager@db.example/ai_manager' })).toEqual(
      [],
    );
  });

  test('reveals no value of a secret', () => {
    const { PROMETHEUS_TOKEN } = production();
    const lines = refusal({ ...production(), PROMETHEUS_TOKEN, OPENAI_API_KEY: 'Passw0rd', PORT: 'x' });
    expect(lines.join()).not.toMatch(/Passw0rd/);
    expect(lines.join()).not.toContain(PROMETHEUS_TOKEN);
  });
});
