import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createLog } from '../ai-api/src/platform/log.ts';
import { type DevInbox, startDevInbox } from '../ai-api/src/platform/mail/dev-inbox.ts';
import { ADMIN_KEY, startApi, type TestApi } from '../ai-api/test/api.ts';
import { createTestDatabase, type TestDatabase } from '../ai-api/test/databases.ts';
import { type ModelRecorder, startModelRecorder } from '../ai-api/test/model-recorder.ts';
import { freePort } from '../ai-api/test/ports.ts';
import { COMPILE_CACHE } from '../ai-api/test/process.ts';
import { type S3Recorder, startS3Recorder } from '../ai-api/test/s3-recorder.ts';
import { type Subscriber, startSubscriber } from '../ai-api/test/subscriber.ts';
import { readExports } from '../dashboards/src/files.ts';
import { pushAll } from '../dashboards/src/push/index.ts';
import { sourcesOf } from '../dashboards/src/push/settings.ts';
import { type FakeToolJet, startFakeToolJet } from '../dashboards/test/tooljet-recorder.ts';
import { type LangfuseRecorder, startLangfuseRecorder } from '../langfuse/test/recorder.ts';
import { traceRecorder } from '../langfuse/test/recorder-traces.ts';
import { builtMarketplace } from '../tooljet-plugins/test/built.ts';
import { bootstrapN8n } from '../workflows/src/bootstrap.ts';
import { ensureN8nInstalled } from '../workflows/src/install.ts';
import { type N8nServer, startN8n } from '../workflows/src/server.ts';
import { standardCredentials } from '../workflows/src/standard-credentials.ts';
import type { Row } from './doctor/row.ts';
import { buildNodes } from './start/nodes.ts';
import { ROOT } from './start/root.ts';

const run = promisify(execFile);
const PERSON = { email: 'operator@example.com', password: 'Correct-horse-7' };
const home = mkdtempSync(join(tmpdir(), 'doctor-'));

/** Runs the command as an operator does. */
async function doctor(env: Record<string, string>, ...args: string[]) {
  const file = join(ROOT, 'scripts', 'doctor.ts');
  const ended = await run(process.execPath, [file, ...args], {
    env: { PATH: process.env.PATH ?? '', DATA_DIR: join(home, 'none'), ...COMPILE_CACHE, ...env },
  }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
  return { code: ended.code, stdout: ended.stdout, stderr: ended.stderr };
}

async function rowsOf(env: Record<string, string>) {
  const { code, stdout, stderr } = await doctor(env, '--json');
  expect(stderr).toBe('');
  return { code, rows: (JSON.parse(stdout) as { rows: Row[] }).rows };
}

describe('npm run doctor on a whole installation', () => {
  let database: TestDatabase;
  let api: TestApi;
  let langfuse: LangfuseRecorder;
  let model: ModelRecorder;
  let s3: S3Recorder;
  let inbox: DevInbox;
  let subscriber: Subscriber;
  let toolJet: FakeToolJet;
  let n8n: N8nServer;
  let n8nKey: string;
  let environment: Record<string, string>;

  beforeAll(async () => {
    await ensureN8nInstalled();
    await buildNodes();
    const marketplace = await builtMarketplace();
    [database, langfuse, s3, subscriber, toolJet] = await Promise.all([
      createTestDatabase(),
      startLangfuseRecorder(traceRecorder().routes),
      startS3Recorder(),
      startSubscriber(),
      startFakeToolJet('3.x'),
    ]);
    model = await startModelRecorder(() => ({ answer: { works: true } }));
    inbox = await startDevInbox({ smtpPort: 0, httpPort: 0, log: createLog('silent') });
    const { smtpPort } = inbox;
    vi.stubEnv('AWS_ACCESS_KEY_ID', s3.options.credentials.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', s3.options.credentials.secretAccessKey);
    api = await startApi(database, {
      PORT: String(await freePort()),
      SMTP_URL: `smtp://127.0.0.1:${smtpPort}`,
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: model.url,
      LANGFUSE_BASE_URL: langfuse.url,
      LANGFUSE_PUBLIC_KEY: langfuse.publicKey,
      LANGFUSE_SECRET_KEY: langfuse.secretKey,
      OBJECTS_BUCKET: s3.options.bucket,
      OBJECTS_REGION: s3.options.region,
      OBJECTS_ENDPOINT: s3.options.endpoint,
      TOOLJET_PLUGINS_DIR: marketplace,
      BOOTSTRAP_ADMIN_EMAIL: PERSON.email,
      BOOTSTRAP_ADMIN_PASSWORD: PERSON.password,
    });
    await api.client.webhook.create({ url: subscriber.url, events: ['evaluation.run.completed'] });
    n8n = await startN8n({
      userFolder: join(home, 'n8n'),
      port: 0,
      encryptionKey: 'only-for-this-test-0123456789',
      nodePackageDir: join(ROOT, 'n8n-nodes'),
      log: join(home, 'n8n.log'),
    });
    const mail = { host: '127.0.0.1', port: smtpPort, secure: false, disableStartTls: true };
    const { apiKey } = await bootstrapN8n({
      n8n,
      owner: PERSON,
      credentials: standardCredentials({
        api: { url: api.url, apiKey: ADMIN_KEY },
        mail: { ...mail, user: '', password: '' },
        startKey: 'a-key-that-only-the-test-knows',
        langfuse: { url: langfuse.url, publicKey: langfuse.publicKey, secretKey: langfuse.secretKey },
      }),
      workflowsDirectory: join(ROOT, 'workflows'),
    });
    n8nKey = apiKey;
    environment = {
      AI_MANAGER_URL: api.url,
      AI_MANAGER_API_KEY: ADMIN_KEY,
      N8N_URL: n8n.url,
      N8N_EMAIL: PERSON.email,
      N8N_PASSWORD: PERSON.password,
      TOOLJET_URL: toolJet.url,
      TOOLJET_EMAIL: PERSON.email,
      TOOLJET_PASSWORD: PERSON.password,
    };
    toolJet.users.push({ user_id: 'a-user-of-tooljet', email: PERSON.email, status: 'active' });
    await pushAll({
      account: { url: toolJet.url, ...PERSON },
      sources: sourcesOf(environment),
      marketplace,
      exports: await readExports(),
      say: () => {},
    });
  }, 600_000);

  afterAll(async () => {
    await n8n?.stop();
    await api?.stop();
    for (const part of [langfuse, model, subscriber, inbox]) await part?.close().catch(() => {});
    await s3?.close();
    await toolJet?.stop();
    await database?.remove();
    vi.unstubAllEnvs();
    rmSync(home, { recursive: true, force: true });
  }, 120_000);

  test('finds nothing wrong with a sound one, and ends with 0', async () => {
    const { code, rows } = await rowsOf(environment);
    expect(rows.filter(({ state }) => state === 'fault')).toEqual([]);
    expect(code).toBe(0);
    const names = rows.map(({ name }) => name);
    const expected = [
      'database',
      'migrations',
      'mail',
      'objects',
      'langfuse traces',
      'n8n nodes',
      'workflows',
    ];
    expect(names).toEqual(expect.arrayContaining([...expected, 'plugin ai-manager', 'people of ToolJet']));
    const { status } = await fetch(`${n8n.url}/api/v1/workflows`, { headers: { 'x-n8n-api-key': n8nKey } });
    expect(status).toBe(200);
  }, 180_000);

  test('finds seven planted faults, names what to do, and ends with 1', async () => {
    await inbox.close();
    model.answerWith(() => ({ status: 401, body: { error: { message: 'Incorrect API key provided' } } }));
    langfuse.failWith({ status: 401 });
    await s3.close();
    await api.context.database
      .system('a fault is planted')
      .updateTable('events.endpoints')
      .set({ state: 'disabled', state_reason: 'It answered 410.' })
      .where('url', '=', subscriber.url)
      .execute();
    Object.assign(toolJet.plugins[0] ?? {}, { version: '0.0.1' });
    await removeCredential('Langfuse');
    const { code, rows } = await rowsOf(environment);
    expect(code).toBe(1);
    const faults = new Map(rows.filter(({ state }) => state === 'fault').map((row) => [row.name, row]));
    const planted: [string, RegExp, RegExp][] = [
      ['mail', /ECONNREFUSED/, /SMTP_URL/],
      ['model openai:gpt-4.1-mini', /key/, /valid one/],
      ['langfuse', /rejected the keys \(401\)/, /LANGFUSE_SECRET_KEY/],
      ['objects', /ECONNREFUSED/, /OBJECTS_ENDPOINT/],
      [`webhook ${subscriber.url}`, /It answered 410/, /webhook.update/],
      ['plugin ai-manager', /ToolJet has 0\.0\.1/, /dashboards -- push/],
      ['workflow "Quality alert from Langfuse"', /needs a credential "Langfuse"/, /bootstrap/],
    ];
    for (const [name, detail, cure] of planted) {
      expect(faults.get(name)?.detail, name).toMatch(detail);
      expect(faults.get(name)?.cure, name).toMatch(cure);
    }
    // What follows from them, and nothing else.
    const others = [...faults.keys()].filter((name) => !planted.some(([one]) => one === name));
    expect(['audit objects', 'langfuse traces', 'prompts']).toEqual(expect.arrayContaining(others));
  }, 180_000);

  async function removeCredential(name: string): Promise<void> {
    const headers = { 'x-n8n-api-key': n8nKey };
    const list = await fetch(`${n8n.url}/api/v1/credentials`, { headers });
    const { data } = (await list.json()) as { data: { id: string; name: string }[] };
    const id = data.find((credential) => credential.name === name)?.id;
    const removed = await fetch(`${n8n.url}/api/v1/credentials/${id}`, { method: 'DELETE', headers });
    expect(removed.status).toBe(200);
  }
});

describe('npm run doctor', () => {
  test('says that nothing answers where the API does not run', async () => {
    const { code, stdout } = await doctor({ PORT: String(await freePort()) });
    expect(code).toBe(1);
    expect(stdout).toMatch(/FAULT {4}API .*ECONNREFUSED/);
    expect(stdout).toContain('-> Start the API, or name its address with --url.');
    expect(stdout).toContain('ToolJet  Not checked: set TOOLJET_URL');
    expect(stdout).toMatch(/3 checked: 1 fault, 0 warnings\.\n$/);
  });

  test('refuses an argument that it does not know with its usage', async () => {
    const { code, stderr } = await doctor({}, '--everything');
    expect(code).toBe(2);
    expect(stderr).toContain("Unknown option '--everything'");
    expect(stderr).toContain('npm run doctor -- [--url URL | --compose] [--json]');
  });
});
