import { type ChildProcess, spawn } from 'node:child_process';
import type { JsonWebKey } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient } from '../ai-api/src/catalogue/client.ts';
import { resources } from '../ai-api/src/catalogue/index.ts';
import { freePort } from '../ai-api/test/ports.ts';
import { COMPILE_CACHE } from '../ai-api/test/process.ts';
import { verifyReceipt } from '../clients/verify/src/receipt.ts';
import { ROOT } from './start/options.ts';
import { localSecrets } from './start/secrets.ts';
import { type Mail, runWorkflows } from './start/workflow-runs.ts';

/** Notifications are sent by jobs, beside the workflows. */
const SOON = { timeout: 60_000, interval: 250 };

const home = mkdtempSync(join(tmpdir(), 'ai-manager-start-'));
let ports: Record<string, string>;
/** What the first test started. */
let running!: Running;

beforeAll(async () => {
  const names = ['PORT', 'N8N_PORT', 'INBOX_HTTP_PORT', 'INBOX_SMTP_PORT', 'PREVIEW_PORT'];
  ports = Object.fromEntries(await Promise.all(names.map(async (name) => [name, String(await freePort())])));
});
/** Also before the first test is tried again, whose ports are the same. */
async function stopRunning() {
  if (!running) return;
  running.child.kill('SIGINT');
  await running.ended;
}
afterAll(async () => {
  await stopRunning();
  rmSync(home, { recursive: true, force: true });
});

describe('npm start', () => {
  test('evaluates the sample company through n8n and delivers every e-mail', async () => {
    await stopRunning();
    running = start([]);
    await running.said('Everything is running.');
    await toExecutive('Weekly team report: 75 builders in 6 teams', '/performance');
    const missing = await mailTo('owner@ai-manager.example', 'Weekly evaluation: to look at');
    expect(missing.text).toContain('builders lack weekly figures');
    // The executive's nights are quiet: then three notifications wait for the morning.
    const mails = async (to = '') => (await inbox(`/api/messages?limit=1&to=${to}`)).total;
    await expect
      .poll(async () => (await mails()) - (await mails('rowan.ledger@sample-company.example')), SOON)
      .toBe(79);
    const week = await mailTo('quill.marrow@sample-company.example', 'Your week');
    expect(week.attachments.map(({ filename }) => filename)).toEqual(['receipt.txt']);
    // No mailbox is read here, so no reply is invited.
    const source = await fetch(`http://127.0.0.1:${ports.INBOX_HTTP_PORT}/messages/${week.id}/source`);
    expect(await source.text()).not.toMatch(/^Reply-To:|answer this e-mail/im);
    const receipt = await fetch(
      `http://127.0.0.1:${ports.INBOX_HTTP_PORT}/messages/${week.id}/attachments/0`,
    );
    const jwks = await fetch(`http://127.0.0.1:${ports.PORT}/.well-known/jwks.json`);
    const { keys } = (await jwks.json()) as { keys: JsonWebKey[] };
    expect(verifyReceipt(await receipt.text(), keys).disclosed).toMatchObject({
      subject: expect.stringMatching(/^builder:/),
    });
  }, 600_000);

  test('serves the dashboards of a company that has a past, each role signed in', async () => {
    const said = running.output();
    expect(said.indexOf('1.  Dashboards')).toBeGreaterThan(said.indexOf('Next:'));
    const page = async (app: string) => (await fetch(`http://127.0.0.1:${ports.PREVIEW_PORT}/${app}`)).text();
    expect(await page('ai-manager-executive')).toContain('Signed in as Rowan Ledger');
    expect(await page('ai-manager-builder')).toContain('Signed in as Quill Marrow');
    const { apiKey } = localSecrets(join(home, 'data'));
    const client = createClient(resources, { baseUrl: `http://127.0.0.1:${ports.PORT}`, apiKey });
    const { items: runs } = await client.evaluation.listRuns({ limit: 10 });
    expect(runs.map(({ week, judged, notified }) => [week, judged, notified])).toEqual(
      ['2026-W46', '2026-W45', '2026-W44', '2026-W43'].map((week) => [week, 75, 75]),
    );
    expect(await client.evaluation.startWeekly({})).toMatchObject({ week: '2026-W46', created: false });
    const { items: requests } = await client.approval.list({ limit: 50 });
    const states = new Set(requests.map(({ state }) => state));
    expect([...states].sort()).toEqual([
      'approved',
      'awaiting_second',
      'in_review',
      'incomplete',
      'rejected',
      'withdrawn',
    ]);
    expect(requests.some(({ proposal }) => proposal === 'reject')).toBe(true);
    const counts = await Promise.all([
      client.policy.list({}),
      client.plan.list({}),
      client.stageGate.listEvaluations({}),
      client.agent.list({}),
      client.decision.list({}),
      client.experiment.list({}),
      client.knowledgeGap.list({}),
    ]);
    for (const { items } of counts) expect(items.length).toBeGreaterThan(0);
    const { company, teams } = await client.analytics.velocity({});
    expect(company.figures.conversationsWithCommits?.value).toBeGreaterThan(0);
    expect(teams.length).toBeGreaterThan(0);
  });

  test('runs every workflow to its end, and stops on Ctrl-C', async () => {
    await runWorkflows(ports, join(home, 'data'), mailTo);
    running.child.kill('SIGINT');
    const { code, stdout } = await running.ended;
    expect(stdout).toContain('75 builders judged, 0 failed, 97 projects graded, 75 e-mails.');
    expect(code).toBe(0);
    await Promise.all(Object.values(ports).map((port) => expect(isFree(Number(port))).resolves.toBe(true)));
  }, 600_000);

  test('judges no builder again on a second start, and reports as before', async () => {
    const { code, stdout, stderr } = await start(['--once', '--json']).ended;
    expect(stderr).toContain('was evaluated before');
    expect(stderr).toContain(
      '75 builders judged, 0 failed, 97 projects graded, 75 e-mails before this start.',
    );
    expect(JSON.parse(lastLine(stdout))).toMatchObject({
      week: '2026-W46',
      builders: 75,
      projects: 97,
      judged: 75,
      failed: 0,
      emails: 75,
      engine: 'rules',
    });
    expect(code).toBe(0);
  }, 600_000);

  test('names the file, row and column of a malformed CSV and leaves nothing running', async () => {
    const company = join(home, 'broken-company');
    cpSync(join(ROOT, 'examples', 'sample-company'), company, { recursive: true });
    const metrics = join(company, 'metrics.csv');
    writeFileSync(
      metrics,
      readFileSync(metrics, 'utf8').replace('b-0001,2026-W39,38.9', 'b-0001,2026-W39,many'),
    );
    const builders = join(company, 'builders.csv');
    writeFileSync(builders, readFileSync(builders, 'utf8').replace('builder_id,', 'builder_id,nick_name,'));
    const { code, stderr } = await start(['--once', '--data', company]).ended;
    expect(stderr).toMatch(/metrics\.csv.*row 2.*column hours_worked: "many" must be a number/);
    expect(stderr).toMatch(/builders\.csv.*row 1.*column nick_name: is not a column/);
    expect(code).toBe(1);
  });

  test('does not mix another company with the one that is there', async () => {
    const company = join(home, 'other-company');
    cpSync(join(ROOT, 'examples', 'sample-company'), company, { recursive: true });
    const { code, stderr } = await start(['--once', '--data', company]).ended;
    expect(stderr).toContain('holds the sample company, and companies do not mix');
    expect(stderr).toContain(`DATA_DIR=.data-2 npm start -- --data ${company}`);
    expect(code).toBe(1);
  });

  test('names a port that is taken', async () => {
    const blocker = createServer().listen(Number(ports.PORT), '127.0.0.1');
    const { code, stderr } = await start(['--once']).ended;
    blocker.close();
    expect(stderr).toContain(`Port ${ports.PORT} on 127.0.0.1 is already in use.`);
    expect(code).toBe(1);
  });

  test('says what an option or a directory lacks', async () => {
    expect((await start(['--twice']).ended).stderr).toContain("Unknown option '--twice'");
    expect((await start(['--data', home]).ended).stderr).toContain('has no builders.csv');
  });
});

function inbox<T = { total: number }>(path: string): Promise<T> {
  return fetch(`http://127.0.0.1:${ports.INBOX_HTTP_PORT}${path}`).then(
    (answer) => answer.json() as Promise<T>,
  );
}

/** The newest mail to this person whose subject has these words, once there is one. */
/** A notification of the executive with a link to a page: their nights are quiet, and then its e-mail waits. */
async function toExecutive(title: string, page: string): Promise<void> {
  const { apiKey } = localSecrets(join(home, 'data'));
  const client = createClient(resources, { baseUrl: `http://127.0.0.1:${ports.PORT}`, apiKey });
  const found = async () =>
    (await client.notification.list({ limit: 100 })).items.find((one) => one.title === title);
  await expect.poll(found, SOON).toMatchObject({ name: 'Rowan Ledger' });
  const { notificationId = '' } = (await found()) ?? {};
  const { deliveries } = await client.notification.get({ notificationId });
  const mail = deliveries.find(({ channel }) => channel === 'email');
  expect(mail?.content.text).toContain(`/applications/ai-manager-executive${page}`);
}

async function mailTo(to: string, subject = ''): Promise<Mail> {
  const query = new URLSearchParams({ to, subject, limit: '1' });
  let id: string | undefined;
  await expect
    .poll(
      async () => {
        const found = await inbox<{ messages: { id: string }[] }>(`/api/messages?${query}`);
        id = found.messages[0]?.id;
        return id !== undefined;
      },
      { timeout: 180_000, interval: 250, message: `no mail to ${to} about ${subject}` },
    )
    .toBe(true);
  return inbox<Mail>(`/api/messages/${id}`);
}

interface Running {
  child: ChildProcess;
  /** What was printed so far. */
  output(): string;
  /** Resolves when this text was printed; rejects when the process ends without it. */
  said(text: string): Promise<void>;
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

function start(args: string[]): Running {
  const child = spawn(process.execPath, [join(ROOT, 'scripts', 'start.ts'), ...args], {
    env: { ...process.env, ...COMPILE_CACHE, ...ports, DATA_DIR: join(home, 'data') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    output.stdout += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output.stderr += chunk;
  });
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, ...output }));
  });
  const said = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => output.stdout.includes(text) && resolve();
      child.stdout.on('data', look);
      ended.then(({ stderr }) => reject(new Error(`It ended without saying "${text}".\n${stderr}`)));
      look();
    });
  return { child, output: () => output.stdout, said, ended };
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
