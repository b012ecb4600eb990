import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bootstrapN8n } from './bootstrap.ts';
import { createN8nClient, type N8nClient } from './client.ts';
import { failureOf, nodeOutput } from './executions.ts';
import { inspectWorkflows } from './inspect.ts';
import { ensureN8nInstalled } from './install.ts';
import { type N8nServer, startN8n } from './server.ts';
import { signIn } from './session.ts';
import { tagsOf } from './tags.ts';
import {
  errorWorkflow,
  fragileWorkflow,
  mailWorkflow,
  manualWorkflow,
  writeFragileNodes,
} from './test-workflows.ts';
import type { StoredWorkflow } from './workflows.ts';

const OWNER = { email: 'owner@example.com', password: 'Correct-horse-7' };
const HOOK_KEY = 'a-key-that-only-the-test-knows';

type Mail = { to: string; subject: string; html: string };

const folder = mkdtempSync(join(tmpdir(), 'n8n-bootstrap-'));
const workflowsDirectory = join(folder, 'workflows');
const broken = join(folder, 'broken');
const mails: Mail[] = [];
let smtp: SMTPServer;
let server: N8nServer;
let client: N8nClient;

beforeAll(async () => {
  await ensureN8nInstalled();
  smtp = await startSmtp();
  const nodePackageDir = writeFragileNodes(join(folder, 'nodes'), broken);
  server = await startN8n({
    userFolder: join(folder, 'n8n'),
    port: 0,
    encryptionKey: 'only-for-this-test-0123456789',
    timezone: 'Europe/Berlin',
    nodePackageDir,
    log: join(folder, 'n8n.log'),
  });
  writeWorkflow('errors.json', errorWorkflow());
  writeWorkflow('mail.json', mailWorkflow('Hello'));
  writeWorkflow('manual.json', manualWorkflow());
}, 600_000);

afterAll(async () => {
  await server?.stop();
  smtp?.close();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

test('a fresh n8n gets its owner, credentials and workflows, and the active ones listen', async () => {
  const result = await bootstrapN8n(bootstrapOptions());
  client = await createN8nClient({ url: server.url, ...OWNER, stateFile: stateFile() });
  expect(result.workflows.map(({ name, active, change }) => [name, active, change])).toEqual([
    ['Report errors', true, 'created'],
    ['Send a mail', true, 'created'],
    ['Started by hand', false, 'created'],
  ]);
  expect(result.workflows.map(({ id }) => id)).toContain('send-a-mail');
  expect(tagsOf(await client.getWorkflow('send-a-mail'))).toEqual(['mail', 'test']);
  expect(client.apiKey).toBe(result.apiKey);
}, 60_000);

test('a second bootstrap changes nothing and makes no duplicates', async () => {
  const before = [await client.listWorkflows(), await client.listCredentials()];
  const first = await bootstrapN8n(bootstrapOptions());
  const second = await bootstrapN8n(bootstrapOptions());
  expect(second).toEqual(first);
  expect(second.workflows.map(({ change }) => change)).toEqual(['unchanged', 'unchanged', 'unchanged']);
  expect([await client.listWorkflows(), await client.listCredentials()]).toEqual(before);
}, 60_000);

test('a webhook starts a workflow that mails, and tells the id of its execution', async () => {
  const execution = await runMail(['ada@example.com', 'bob@example.com']);
  expect(execution.status).toBe('success');
  expect(nodeOutput(execution, 'Send')).toHaveLength(2);
  expect(mails).toEqual([
    { to: 'ada@example.com', subject: 'Hello', html: '<p>Grüße an <b>ada@example.com</b></p>' },
    { to: 'bob@example.com', subject: 'Hello', html: '<p>Grüße an <b>bob@example.com</b></p>' },
  ]);
}, 60_000);

test('a webhook with a wrong key is refused', async () => {
  const answer = await client.runWebhook({
    path: 'send-a-mail',
    headers: { 'x-hook-key': 'guess' },
    body: {},
  });
  expect(answer.status).toBe(403);
});

test('a refused mail leaves by the error output, and the failure starts the error workflow', async () => {
  const execution = await runMail(['refused@example.com', 'ada@example.com']);
  expect(execution.status).toBe('error');
  expect(nodeOutput(execution, 'Send').map(({ accepted }) => accepted)).toEqual([['ada@example.com']]);
  expect(failureOf(execution)).toMatch(/^"Not sent": No mail to refused@example.com: .*no such mailbox/);
  await expect
    .poll(() => client.listExecutions({ workflowId: 'report-errors', status: 'success' }), {
      timeout: 20_000,
    })
    .toHaveLength(1);
}, 60_000);

test('a changed file is published, and a change of a variable too', async () => {
  writeWorkflow('mail.json', mailWorkflow('Good morning'));
  const { workflows } = await bootstrapN8n({
    ...bootstrapOptions(),
    variables: { mailFrom: 'boss@example.com' },
  });
  expect(workflows.find(({ id }) => id === 'send-a-mail')).toMatchObject({ active: true, change: 'updated' });
  mails.length = 0;
  const execution = await runMail(['grace@example.com']);
  expect(mails[0]?.subject).toBe('Good morning');
  expect(nodeOutput(execution, 'Send')[0]?.envelope).toMatchObject({ from: 'boss@example.com' });
}, 60_000);

test('what operators decide in n8n stays: an edited workflow, and one that they switched off', async () => {
  const before = await client.getWorkflow('send-a-mail');
  await editInN8n('send-a-mail', { ...before, name: 'Send a mail our way' });
  await client.deactivateWorkflow('report-errors');
  writeWorkflow('mail.json', mailWorkflow('Good evening'));
  const { workflows } = await bootstrapN8n(bootstrapOptions());
  expect(workflows).toContainEqual({
    id: 'send-a-mail',
    name: 'Send a mail our way',
    active: true,
    change: 'kept',
  });
  expect(workflows).toContainEqual({
    id: 'report-errors',
    name: 'Report errors',
    active: false,
    change: 'unchanged',
  });
  expect((await client.getWorkflow('send-a-mail')).nodes).toEqual(before.nodes);
}, 60_000);

test('an edited workflow goes back to its file when that is asked for', async () => {
  const { workflows } = await bootstrapN8n({ ...bootstrapOptions(), onEdited: 'overwrite' });
  expect(workflows).toContainEqual({
    id: 'send-a-mail',
    name: 'Send a mail',
    active: true,
    change: 'updated',
  });
}, 60_000);

test('a trigger that fails to start is named with its reason, and a later bootstrap starts it', async () => {
  writeFileSync(broken, '');
  writeWorkflow('fragile.json', fragileWorkflow());
  await expect(bootstrapN8n(bootstrapOptions())).rejects.toThrow(
    'n8n could not start every trigger of "Fragile": "Fragile trigger": the other side is not there',
  );
  rmSync(broken);
  const { workflows } = await bootstrapN8n(bootstrapOptions());
  expect(workflows).toContainEqual({ id: 'fragile', name: 'Fragile', active: true, change: 'unchanged' });
}, 90_000);

test('a workflow whose credential is missing stays inactive and says so, until the credential is there', async () => {
  const archive = JSON.parse(
    JSON.stringify(mailWorkflow('Hello'))
      .replaceAll('send-a-mail', 'archive')
      .replace('"Send a mail"', '"Archive"')
      .replace('"smtp":{"name":"Mail"}', '"smtp":{"name":"Archive mail"}'),
  );
  writeWorkflow('archive.json', archive);
  const lines: string[] = [];
  const off = await bootstrapN8n({ ...bootstrapOptions(), onProgress: (line) => lines.push(line) });
  expect(off.workflows).toContainEqual({ id: 'archive', name: 'Archive', active: false, change: 'created' });
  expect(lines).toContain(
    'n8n: workflow "Archive" stays inactive: it needs a credential "Archive mail" of type smtp (node "Send")',
  );
  const needs = ['a credential "Archive mail" of type smtp (node "Send")'];
  expect(off.waiting).toEqual([{ name: 'Archive', needs }]);
  const session = await signIn({ url: server.url, ...OWNER, stateFile: stateFile() });
  const inspected = await inspectWorkflows(session, workflowsDirectory);
  expect(inspected.map(({ name, state, reason }) => [name, state, reason])).toEqual([
    ['Archive', 'fault', `it needs ${needs[0]}`],
    ['Report errors', 'off', 'it was switched off in n8n'],
    ['Fragile', 'active', null],
    ['Send a mail', 'active', null],
    ['Started by hand', 'off', 'it is off by default'],
  ]);
  const { credentials, ...options } = bootstrapOptions();
  const mail = credentials.filter(({ name }) => name === 'Mail');
  const more = [...credentials, ...mail.map((credential) => ({ ...credential, name: 'Archive mail' }))];
  const on = await bootstrapN8n({ ...options, credentials: more });
  expect(on.workflows).toContainEqual({ id: 'archive', name: 'Archive', active: true, change: 'updated' });
  expect(on.waiting).toEqual([]);
}, 60_000);

test('a wrong password is refused in the words of n8n', async () => {
  const wrong = { url: server.url, email: OWNER.email, password: 'Wrong-horse-7' };
  await expect(createN8nClient(wrong)).rejects.toThrow('Wrong username or password');
});

test('a second n8n is refused on the same folder, and on the same port by name', async () => {
  const common = { encryptionKey: 'only-for-this-test-0123456789', log: join(folder, 'second.log') };
  await expect(startN8n({ ...common, userFolder: join(folder, 'n8n'), port: 0 })).rejects.toThrow(
    'already runs',
  );
  const { port } = new URL(server.url);
  await expect(
    startN8n({ ...common, userFolder: join(folder, 'other'), port: Number(port) }),
  ).rejects.toThrow(`Port ${port} on 127.0.0.1 for n8n is already in use.`);
});

test('n8n stops when asked', async () => {
  await server.stop();
  expect(await server.exited).toEqual({ code: 0, signal: null });
}, 30_000);

function stateFile(): string {
  return join(folder, 'state.json');
}

function writeWorkflow(file: string, content: unknown): void {
  writeFileSync(join(workflowsDirectory, file), JSON.stringify(content));
}

/** Saves a workflow as an operator does, without our mark. */
async function editInN8n(id: string, workflow: StoredWorkflow): Promise<void> {
  const { name, nodes, connections, settings } = workflow;
  const response = await fetch(`${server.url}/api/v1/workflows/${id}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', 'x-n8n-api-key': client.apiKey },
    body: JSON.stringify({ name, nodes, connections, settings }),
  });
  expect(response.status, await response.text()).toBe(200);
}

function bootstrapOptions() {
  const { port } = smtp.server.address() as AddressInfo;
  return {
    n8n: server,
    owner: OWNER,
    credentials: [
      {
        id: 'hook-key',
        name: 'Hook key',
        type: 'httpHeaderAuth',
        data: { name: 'X-Hook-Key', value: HOOK_KEY },
      },
      {
        name: 'Mail',
        type: 'smtp',
        data: { host: '127.0.0.1', port, secure: false, disableStartTls: true, user: '', password: '' },
      },
    ],
    workflowsDirectory,
    stateFile: stateFile(),
  };
}

async function runMail(to: string[] | undefined) {
  const answer = await client.runWebhook({
    path: 'send-a-mail',
    headers: { 'x-hook-key': HOOK_KEY },
    body: { to },
  });
  expect(answer.status).toBe(200);
  const { executionId } = answer.body as { executionId: string };
  return client.waitForExecution(executionId);
}

async function startSmtp(): Promise<SMTPServer> {
  const recorder = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    onRcptTo({ address }, _session, callback) {
      if (!address.startsWith('refused')) return callback();
      callback(Object.assign(new Error('no such mailbox'), { responseCode: 550 }));
    },
    onData(stream, { envelope }, callback) {
      simpleParser(stream).then((mail) => {
        const to = envelope.rcptTo.map(({ address }) => address).join();
        mails.push({ to, subject: mail.subject ?? '', html: String(mail.html).trim() });
        callback();
      }, callback);
    },
  });
  await new Promise<void>((resolve) => recorder.listen(0, '127.0.0.1', resolve));
  return recorder;
}
