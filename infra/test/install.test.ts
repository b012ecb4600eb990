import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { resources } from '@ai-manager/api/catalogue';
import { createClient } from '@ai-manager/api/client';
import { createN8nClient, ensureN8nInstalled, type N8nServer, startN8n } from '@ai-manager/workflows';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../ai-api/test/api.ts';
import { createTestDatabase, type TestDatabase } from '../../ai-api/test/databases.ts';
import { COMPILE_CACHE } from '../../ai-api/test/process.ts';
import { type FakeToolJet, startFakeToolJet } from '../../dashboards/test/tooljet-recorder.ts';
import { buildNodes } from '../../scripts/start/nodes.ts';
import { buildMarketplace } from '../../tooljet-plugins/build.ts';
import { readWorkflowDirectory } from '../../workflows/src/workflow-definition.ts';
import { readSettings } from '../src/install/settings.ts';
import { untilReady } from '../src/install/until-ready.ts';
import { environmentOf, newEnvironmentFile } from './compose-environment.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..', '..');
const home = mkdtempSync(join(tmpdir(), 'install-'));
/** The .env of the installation. */
const file = newEnvironmentFile();

describe('the container bootstrap of compose.yaml, in its own environment', () => {
  let database: TestDatabase;
  let api: TestApi;
  let n8n: N8nServer;
  let toolJet: FakeToolJet;

  beforeAll(async () => {
    await ensureN8nInstalled();
    await buildNodes();
    await buildMarketplace();
    database = await createTestDatabase();
    const { BOOTSTRAP_API_KEY, BOOTSTRAP_ADMIN_EMAIL, BOOTSTRAP_ADMIN_PASSWORD } = environmentOf('api', file);
    api = await startApi(database, {
      BOOTSTRAP_API_KEY: BOOTSTRAP_API_KEY ?? '',
      BOOTSTRAP_ADMIN_EMAIL: BOOTSTRAP_ADMIN_EMAIL ?? '',
      BOOTSTRAP_ADMIN_PASSWORD: BOOTSTRAP_ADMIN_PASSWORD ?? '',
    });
    n8n = await startN8n({
      userFolder: join(home, 'n8n'),
      port: 0,
      encryptionKey: file.N8N_ENCRYPTION_KEY ?? '',
      nodePackageDir: join(ROOT, 'n8n-nodes'),
      log: join(home, 'n8n.log'),
    });
    toolJet = await startFakeToolJet('3.x');
    toolJet.users.push({
      user_id: 'operator-in-tooljet',
      email: file.OPERATOR_EMAIL ?? '',
      status: 'active',
    });
  }, 600_000);

  afterAll(async () => {
    await n8n?.stop();
    await api?.stop();
    await toolJet?.stop();
    await database?.remove();
    rmSync(home, { recursive: true, force: true });
  }, 120_000);

  /** The program of the container; compose's addresses are those of this machine here. */
  async function bootstrap(change: Record<string, string> = {}) {
    const given = { ...environmentOf('bootstrap', file), ...change };
    const addresses: [string, string][] = [
      ['http://n8n:5678', n8n.url],
      ['http://tooljet:3000', toolJet.url],
      ['http://api:8000', api.url],
    ];
    const env = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [
        name,
        addresses.find(([address]) => address === value)?.[1] ?? value,
      ]),
    );
    const program = join(ROOT, 'infra/src/install/main.ts');
    return run(process.execPath, [program], {
      env: { PATH: process.env.PATH ?? '', ...COMPILE_CACHE, ...env },
    }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    );
  }

  const signedIn = () =>
    createN8nClient({
      url: n8n.url,
      email: file.OPERATOR_EMAIL ?? '',
      password: file.OPERATOR_PASSWORD ?? '',
      stateFile: join(home, 'state.json'),
    });

  test('names each workflow that waits for a credential, and ends with 1', async () => {
    const { code, stderr } = await bootstrap({ LANGFUSE_URL: '' });
    expect(stderr).toBe(
      'The workflow "Quality alert from Langfuse" is inactive: it needs a credential "Langfuse" of type langfuseApi (node "Query the scores").\n',
    );
    expect(code).toBe(1);
  }, 240_000);

  test('activates every workflow that is on by its file, and schedules them by the zone of the company', async () => {
    await administrator().tenant.update({ timezone: 'Europe/Oslo' });
    const { code, stderr } = await bootstrap({ SAMPLE_COMPANY: 'on' });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const inN8n = await (await signedIn()).listWorkflows();
    const files = readWorkflowDirectory(join(ROOT, 'workflows'));
    const active = (list: readonly { name: string; active: boolean }[]) =>
      list.filter((one) => one.active).map(({ name }) => name);
    expect(active(inN8n).sort()).toEqual(active(files).sort());
    expect(inN8n.map(({ settings }) => settings?.timezone)).toEqual(files.map(() => 'Europe/Oslo'));
  }, 240_000);

  test('leaves mail to the operator until other recipients are chosen', async () => {
    const [weekly] = (await (await signedIn()).listWorkflows()).filter(
      ({ id }) => id === 'weekly-evaluation',
    );
    expect(JSON.stringify(weekly?.nodes)).toContain(`"value":"${file.OPERATOR_EMAIL}"`);
    expect(JSON.stringify(weekly?.nodes)).not.toContain('operations@example.com');
  });

  test('makes the operator an administrator of the API, for whom ToolJet acts', async () => {
    const { items } = await administrator().user.list({ search: file.OPERATOR_EMAIL, limit: 10 });
    expect(items).toMatchObject([{ roles: ['admin'], status: 'active', issuers: ['tooljet'] }]);
  });

  test('gives ToolJet a key that n8n takes', async () => {
    const options = [...toolJet.sources.values()].find((pairs) =>
      pairs.some(({ value }) => value === n8n.url),
    );
    const key = String(options?.find(({ key: name }) => name === 'api_key')?.value);
    const answer = await fetch(`${n8n.url}/api/v1/workflows?limit=1`, { headers: { 'x-n8n-api-key': key } });
    expect(answer.status).toBe(200);
    expect(toolJet.apps.every(({ released }) => released !== null)).toBe(true);
  });

  test('imports the sample company where that is switched on', async () => {
    expect((await administrator().builder.list({ limit: 100 })).items).toHaveLength(75);
  });

  function administrator() {
    return createClient(resources, { baseUrl: api.url, apiKey: file.BOOTSTRAP_API_KEY ?? '' });
  }
});

test('the environment of the installation is named as a whole where it is missing', () => {
  expect(() => readSettings({ N8N_URL: 'http://n8n:5678', SMTP_HOST: 'mail' })).toThrow(
    'N8N_EMAIL, N8N_PASSWORD, TOOLJET_URL, TOOLJET_EMAIL, TOOLJET_PASSWORD, AI_MANAGER_URL, AI_MANAGER_API_KEY, WORKFLOW_START_KEY, SMTP_PORT must be set.',
  );
});

const complete = {
  N8N_URL: 'http://n8n:5678',
  N8N_EMAIL: 'operator@example.com',
  N8N_PASSWORD: 'Correct-horse-7',
  TOOLJET_URL: 'http://tooljet',
  TOOLJET_EMAIL: 'operator@example.com',
  TOOLJET_PASSWORD: 'Correct-horse-7',
  AI_MANAGER_URL: 'http://api:8000',
  AI_MANAGER_API_KEY: 'a-key',
  WORKFLOW_START_KEY: 'another-key',
  SMTP_HOST: 'mail',
  SMTP_PORT: '465',
};

test('the numbers of the environment are read, and time to wait is none by default', () => {
  expect(readSettings(complete)).toMatchObject({ mail: { port: 465, secure: true }, waitSeconds: 0 });
  expect(readSettings({ ...complete, SMTP_PORT: '587', WAIT_SECONDS: '600' })).toMatchObject({
    mail: { port: 587, secure: false },
    waitSeconds: 600,
  });
});

test.each([
  ['SMTP_PORT', 'smtp', 'SMTP_PORT must be a whole number from 1 to 65535.'],
  ['SMTP_PORT', '0', 'SMTP_PORT must be a whole number from 1 to 65535.'],
  ['SMTP_PORT', '25.5', 'SMTP_PORT must be a whole number from 1 to 65535.'],
  ['WAIT_SECONDS', '10m', 'WAIT_SECONDS must be a whole number from 0 to 86400.'],
  ['WAIT_SECONDS', '-1', 'WAIT_SECONDS must be a whole number from 0 to 86400.'],
])('%s of %s is refused by its name', (name, value, message) => {
  expect(() => readSettings({ ...complete, [name]: value })).toThrow(message);
});

test('services that do not answer in time are named', async () => {
  const address = 'http://127.0.0.1:9/ready';
  await expect(untilReady({ API: address }, 0)).rejects.toThrow(
    `These services are not ready: API (${address}).`,
  );
});
