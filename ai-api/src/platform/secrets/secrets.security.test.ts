import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startVaultRecorder, type VaultRecorder, type VaultReply } from '../../../test/vault-recorder.ts';
import { resolveEnvironment, SecretsError } from './index.ts';

describe('references to AWS Secrets Manager', () => {
  let vault: VaultRecorder;
  beforeEach(async () => {
    vault = await startVaultRecorder();
    // The SDK finds its credentials in the environment of the process only.
    for (const [name, value] of Object.entries(vault.env)) vi.stubEnv(name, value);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await vault.close();
  });

  const resolve = (env: Record<string, string>, timeoutMs?: number) =>
    resolveEnvironment({ ...vault.env, ...env }, timeoutMs);
  const refusal = async (env: Record<string, string>, timeoutMs?: number) => {
    const error = await resolve(env, timeoutMs).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SecretsError);
    return (error as SecretsError).message;
  };

  test('are replaced by a member of a secret, or by the whole of one', async () => {
    vault.secrets.set('prod/ai-manager', JSON.stringify({ model: 'sk-live', pool: 12 }));
    vault.secrets.set('plain', 'word');
    const env = await resolve({
      OPENAI_API_KEY: 'aws-sm://prod/ai-manager#model',
      DATABASE_POOL: 'aws-sm://prod/ai-manager#pool',
      METRICS_API_KEY: 'aws-sm://plain',
      PORT: '1',
    });
    expect(env).toMatchObject({
      OPENAI_API_KEY: 'sk-live',
      DATABASE_POOL: '12',
      METRICS_API_KEY: 'word',
      PORT: '1',
    });
  });

  test('ask for each secret once, however many variables name it', async () => {
    vault.secrets.set('one', JSON.stringify({ a: '1', b: '2' }));
    await resolve({ A: 'aws-sm://one#a', B: 'aws-sm://one#b', C: 'aws-sm://one' });
    expect(vault.asked).toEqual(['one']);
  });

  test('are not looked for where there is none', async () => {
    const env = { PORT: '1', PUBLIC_URL: 'https://aws-sm.example' };
    expect(await resolveEnvironment(env)).toBe(env);
    expect(vault.asked).toEqual([]);
  });

  test('may name a secret by its ARN', async () => {
    const arn = 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:prod/key-AbCdEf';
    vault.secrets.set(arn, 'whole');
    expect(await resolve({ A: `aws-sm://${arn}` })).toMatchObject({ A: 'whole' });
  });

  const faults: [string, VaultReply, string][] = [
    ['is not there', { error: 'ResourceNotFoundException' }, 'there is no such secret'],
    ['may not be read', { error: 'AccessDeniedException' }, 'reading the secret is not allowed'],
    ['is binary', { binary: true }, 'the secret is binary, not text'],
    ['is not JSON', 'just text', 'the secret is not a JSON object, so that it has no keys'],
    ['is a list', '["SENSITIVE"]', 'the secret is not a JSON object, so that it has no keys'],
    ['has no such key', '{"other":"SENSITIVE"}', 'the secret has no such key, or it is no text'],
    ['holds an object', '{"key":{"a":"SENSITIVE"}}', 'the secret has no such key, or it is no text'],
    ['is empty', '{"key":""}', 'the secret is empty'],
    [
      'is answered with nonsense',
      { body: '<html>SENSITIVE' },
      'AWS Secrets Manager sent something unreadable',
    ],
    ['is answered with nothing', { body: '{}' }, 'the secret is binary, not text'],
    [
      'fails on their side',
      { error: 'InternalServiceError', status: 500 },
      'AWS Secrets Manager answered with an error (HTTP 500)',
    ],
  ];
  test.each(faults)(
    'to a secret that %s are refused in one line that names the variable',
    async (_, reply, why) => {
      vault.secrets.set('name-of-it', reply);
      expect(await refusal({ OPENAI_API_KEY: 'aws-sm://name-of-it#key' })).toBe(`OPENAI_API_KEY: ${why}`);
    },
  );

  test('to a service that hangs end in time', async () => {
    vault.secrets.set('slow', 'hang!');
    expect(await refusal({ OPENAI_API_KEY: 'aws-sm://slow' }, 300)).toBe(
      'OPENAI_API_KEY: no answer in 0.3 s',
    );
  });

  test('to a service that is not there are refused', async () => {
    await vault.close();
    const env = { OPENAI_API_KEY: 'aws-sm://gone' };
    expect(await refusal(env)).toBe('OPENAI_API_KEY: AWS Secrets Manager could not be reached');
    vault = await startVaultRecorder();
  });

  test.each(['aws-sm://', 'aws-sm:x', 'aws-sm://a b', 'aws-sm://a#', 'aws-sm://a#b#c'])(
    'that are malformed are refused: %s',
    async (reference) => {
      const lines = await refusal({ OPENAI_API_KEY: reference });
      expect(lines).toBe('OPENAI_API_KEY: the reference must look like aws-sm://name#key');
    },
  );

  test('need a region', async () => {
    const error = await resolveEnvironment({ A: 'aws-sm://a' }).catch((reason: Error) => reason.message);
    expect(error).toBe('A: AWS_REGION must be set to read it from AWS Secrets Manager');
  });

  test('that fail are all told at once', async () => {
    vault.secrets.set('good', 'x');
    expect(await refusal({ A: 'aws-sm://no', B: 'aws-sm://good', C: 'aws-sm://no' })).toBe(
      'A: there is no such secret\nC: there is no such secret',
    );
  });
});
