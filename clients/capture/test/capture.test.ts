import { spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text as textOf } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Client } from '../../../ai-api/src/catalogue/client.ts';
import { ADMIN_KEY, startApi, type TestApi } from '../../../ai-api/test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../ai-api/test/databases.ts';
import { staff } from '../../../ai-api/test/staff.ts';
import { build } from '../scripts/build.ts';

const SECRET = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;
const SESSION = '33333333-3333-4333-8333-333333333333';

/** The oldest Node.js on this machine that the command supports; otherwise the one that runs the test. */
function node(): string {
  const found = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'node'))
    .filter((path) => existsSync(path) && !path.includes('node_modules'));
  return found[0] ?? process.execPath;
}

interface Outcome {
  code: number | null;
  out: string;
  err: string;
}

describe('the capture command', () => {
  const work = mkdtempSync(join(tmpdir(), 'capture-'));
  const home = join(work, 'home');
  const own = join(work, 'own');
  const dist = join(work, 'dist');
  const projects = join(home, '.claude', 'projects', '-home-ada-shop');
  const transcript = join(projects, `${SESSION}.jsonl`);
  const shop = join(home, 'shop');
  let testDatabase: TestDatabase;
  let api: TestApi;
  let ada: Client;

  beforeAll(async () => {
    await build(dist);
    testDatabase = await (businessDatabases()[0] as { create(): Promise<TestDatabase> }).create();
    api = await startApi(testDatabase);
    ada = await staff(api, 'ada@people.example', ['builder'], 'Ada');
    for (const folder of [projects, own, join(shop, '.git')]) mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(shop, '.git', 'config'),
      '[remote "origin"]\n\turl = https://ada:hunter2@git.example.com/acme/shop.git\n',
    );
    // The command as it is installed: beside the packages that it depends on.
    mkdirSync(join(dist, 'node_modules'));
    const sqlite = dirname(dirname(new URL(import.meta.resolve('node-sqlite3-wasm')).pathname));
    symlinkSync(sqlite, join(dist, 'node_modules', 'node-sqlite3-wasm'));
    writeFileSync(join(dist, 'package.json'), '{"type":"module"}');
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
    rmSync(work, { recursive: true, force: true });
  });

  const environment = (extra: Record<string, string> = {}) => ({
    PATH: process.env.PATH ?? '',
    HOME: home,
    USERPROFILE: home,
    AI_MANAGER_CAPTURE_HOME: own,
    ...extra,
  });

  async function run(
    args: readonly string[],
    extra: Record<string, string> = {},
    input = '',
  ): Promise<Outcome> {
    return outcomeOf(spawn(node(), [join(dist, 'cli.js'), ...args], { env: environment(extra) }), input);
  }

  async function outcomeOf(child: ReturnType<typeof spawn>, input: string): Promise<Outcome> {
    child.stdin?.end(input);
    const code = new Promise<number | null>((resolve) => child.once('close', resolve));
    const [out, err] = await Promise.all(
      [child.stdout, child.stderr].map((stream) => (stream ? textOf(stream) : '')),
    );
    return { code: await code, out: out ?? '', err: err ?? '' };
  }

  const uuid = (number: number) => `44444444-4444-4444-8444-${String(number).padStart(12, '0')}`;
  const record = (number: number, content: string) =>
    `${JSON.stringify({
      type: number % 2 === 1 ? 'user' : 'assistant',
      uuid: uuid(number),
      parentUuid: number === 1 ? null : uuid(number - 1),
      sessionId: SESSION,
      cwd: shop,
      gitBranch: 'main',
      version: '2.1.144',
      timestamp: new Date(Date.UTC(2026, 10, 2, 9, number)).toISOString(),
      message:
        number % 2 === 1
          ? { role: 'user', content }
          : {
              id: `msg_${number}`,
              role: 'assistant',
              model: 'claude-opus-4-5',
              content: [{ type: 'text', text: content }],
            },
    })}\n`;

  const found = async (q: string) =>
    (await ada.conversation.search({ q, alpha: 0 })).items.map(({ conversation }) => conversation);

  test('signs in by a key that is checked, and saves it for this user only', async () => {
    const wrong = await run(['login', '--url', api.url, '--key', 'aim_wrong_key']);
    expect(wrong.code).toBe(1);
    expect(existsSync(join(own, 'settings.json'))).toBe(false);
    const args = ['login', '--url', api.url, '--as', 'ada@people.example'];
    const right = await run(args, {}, `${ADMIN_KEY}\n`);
    expect(right, right.err).toMatchObject({ code: 0 });
    expect(right.out).toContain('as Ada');
    expect(right.out + right.err).not.toContain(ADMIN_KEY);
    expect(statSync(join(own, 'settings.json')).mode & 0o777).toBe(0o600);
  });

  test('shows what it would send, and sends nothing', async () => {
    writeFileSync(
      transcript,
      record(1, `Why does the lantern flicker? The key is ${SECRET}.`) +
        record(2, 'Its loop is not awaited, see 7e9fe99abc.') +
        '{"cut',
    );
    const { code, out } = await run(['scan']);
    expect(code).toBe(0);
    expect(out).toMatch(/claude-code +1 +1 +1 +2 +3 +0 +1 +0/);
    expect((await ada.conversation.list({})).items).toEqual([]);
  });

  test('a policy is obeyed before anything leaves the machine', async () => {
    const { policyId } = await api.client.conversationPolicy.set({
      scope: 'repository',
      pattern: 'acme/shop',
      action: 'do-not-save',
    });
    expect((await run(['scan'])).out).toMatch(/claude-code +1 +1 +0 +0 +0 +1/);
    const pushed = await run(['push']);
    expect(pushed.out).toContain('1 conversations are not sent, by policy');
    expect((await ada.conversation.list({})).items).toEqual([]);
    await api.client.conversationPolicy.delete({ policyId });
  });

  test('what a hook of Claude Code hands over is soon found by search, with its sub-agent', async () => {
    const settings = join(home, '.claude', 'settings.json');
    const kept = join(home, 'dotfiles.json');
    writeFileSync(
      kept,
      JSON.stringify({
        model: 'opus',
        hooks: { Stop: [{ hooks: [{ type: 'command', command: 'say done' }] }] },
      }),
    );
    symlinkSync(kept, settings);
    for (const _ of [1, 2]) expect((await run(['hook', 'install', 'claude-code'])).code).toBe(0);
    expect(lstatSync(settings).isSymbolicLink()).toBe(true);
    const installed = JSON.parse(readFileSync(settings, 'utf8'));
    expect(installed).toMatchObject({
      model: 'opus',
      hooks: { Stop: [{ hooks: [{ command: 'say done' }] }, {}] },
    });
    expect(installed.hooks.SessionEnd).toHaveLength(1);

    const agents = join(projects, SESSION, 'subagents');
    mkdirSync(agents, { recursive: true });
    const agent = JSON.parse(record(31, 'Look at the wick'));
    writeFileSync(
      join(agents, 'agent-f00.jsonl'),
      `${JSON.stringify({ ...agent, parentUuid: null, isSidechain: true, agentId: 'f00' })}\n`,
    );
    const payload = {
      session_id: SESSION,
      transcript_path: transcript,
      cwd: shop,
      hook_event_name: 'SessionEnd',
      reason: 'prompt_input_exit',
    };
    const command: string = installed.hooks.SessionEnd[0].hooks[0].command;
    const hook = await outcomeOf(
      spawn(command, { shell: true, env: environment() }),
      JSON.stringify(payload),
    );
    expect(hook).toEqual({ code: 0, out: '', err: '' });

    const conversation = await vi.waitFor(
      async () => {
        const [first] = await found('lantern flicker');
        expect(first).toBeDefined();
        return first as NonNullable<typeof first>;
      },
      { timeout: 30_000, interval: 200 },
    );
    expect(conversation).toMatchObject({
      tool: 'claude-code',
      ownerName: 'Ada',
      branch: 'main',
      messages: 2,
    });
    expect(conversation.repository).toBe('git.example.com/acme/shop');
    const { items } = await ada.conversation.listMessages({ conversationId: conversation.id });
    expect(items.map(({ text }) => text)).toEqual([
      'Why does the lantern flicker? The key is [redacted:github-token].',
      'Its loop is not awaited, see 7e9fe99abc.',
    ]);
    await vi.waitFor(async () => {
      const { agents } = await ada.conversation.get({ conversationId: conversation.id });
      expect(agents).toHaveLength(1);
    });
    for (const text of ['', 'nonsense', '{"transcript_path":7}'])
      expect(await run(['hook', 'run', 'claude-code'], {}, text)).toEqual({ code: 0, out: '', err: '' });
  });

  test('a file that has grown sends only what is new; one that has not sends nothing', async () => {
    writeFileSync(transcript, readFileSync(transcript, 'utf8').replace('{"cut', ''));
    appendFileSync(transcript, record(3, 'And the brass rim?') + record(4, 'It is polished.'));
    const grown = await run(['push']);
    expect(grown, grown.err).toMatchObject({ code: 0 });
    expect(grown.out).toContain('Sent 1 parts: 2 messages added, 0 changed.');
    expect((await run(['push'])).out).toContain('0 with changes: 0 new or changed messages');
    const all = await run(['push', '--all']);
    expect(all.out).toContain('0 messages added, 0 changed.');
  });

  test('while the API is away the queue keeps what is new, without secrets', async () => {
    appendFileSync(transcript, record(5, `Keep password="hunter2" and ${SECRET} out`));
    const away = await run(['push'], { AI_MANAGER_URL: 'http://127.0.0.1:9' });
    expect(away.code).toBe(1);
    expect(away.err).toContain('cannot be reached');
    expect((await run(['status'])).out).toContain('Waiting: 1 parts');
    const queued = readdirSync(join(own, 'queue')).map((name) => join(own, 'queue', name));
    for (const path of queued) {
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(readFileSync(path, 'utf8')).not.toMatch(/hunter2|ghp_/);
    }
    const back = await run(['push']);
    expect(back.out).toContain('Sent 1 parts: 1 messages added');
    expect((await run(['status'])).out).toContain('Waiting: 0 parts');
  });

  test('conversations are taken out of Cursor’s database while Cursor has it open, and nothing else is', async () => {
    const folder = join(
      home,
      process.platform === 'darwin' ? 'Library/Application Support' : '.config',
      'Cursor',
      'User',
      'globalStorage',
    );
    mkdirSync(folder, { recursive: true });
    const database = new DatabaseSync(join(folder, 'state.vscdb'));
    database.exec('pragma journal_mode = wal');
    database.exec('create table cursorDiskKV (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB)');
    const insert = database.prepare('insert into cursorDiskKV values (?, ?)');
    const put = (key: string, value: unknown) => insert.run(key, JSON.stringify(value));
    put('composerData:c1', {
      name: 'The copper kettle',
      createdAt: Date.UTC(2026, 10, 2),
      fullConversationHeadersOnly: [{ bubbleId: 'b1' }, { bubbleId: 'b2' }],
    });
    put('bubbleId:c1:b1', { type: 1, text: 'Why does the copper kettle whistle?' });
    put('bubbleId:c1:b2', { type: 2, text: 'Its lid is loose.' });
    put('cursorAuth/accessToken', SECRET);
    expect((await run(['push'])).out).toContain('Sent 1 parts: 2 messages added');
    const [kettle] = await found('copper kettle');
    expect(kettle).toMatchObject({ tool: 'cursor', title: 'The copper kettle', messages: 2 });
    expect((await run(['push'])).out).toContain('Sent 0 parts');
    database.close();
  });

  test('aider’s history is found where other assistants worked', async () => {
    writeFileSync(
      join(shop, '.aider.chat.history.md'),
      '\n# aider chat started at 2026-11-02 10:00:00\n\n#### polish the sundial  \n\nDone.\n',
    );
    expect((await run(['push'])).out).toContain('Sent 1 parts: 2 messages added');
    // What was sent is searched soon, not at once.
    await expect
      .poll(() => found('sundial'), { timeout: 30_000 })
      .toMatchObject([{ tool: 'aider', localTime: true, workingDirectory: shop }]);
  });

  test('says what is well and what is not', async () => {
    const good = await run(['doctor']);
    expect(good, good.out).toMatchObject({ code: 0 });
    expect(good.out).toContain('ok   Hook of Claude Code: installed');
    const bad = await run(['doctor'], { AI_MANAGER_API_KEY: 'aim_wrong_key' });
    expect(bad).toMatchObject({ code: 1 });
    expect(bad.out).toContain('FAIL API:');
  });

  test('watches until it is interrupted', async () => {
    appendFileSync(transcript, record(6, 'The weathervane turns.'));
    const child = spawn(node(), [join(dist, 'cli.js'), 'watch', '--interval', '1'], { env: environment() });
    const ended = outcomeOf(child, '');
    await vi.waitFor(async () => expect(await found('weathervane')).toHaveLength(1), {
      timeout: 30_000,
      interval: 200,
    });
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0 });
  });

  test('the hooks are removed without the others', async () => {
    expect((await run(['hook', 'remove', 'claude-code'])).code).toBe(0);
    expect(JSON.parse(readFileSync(join(home, '.claude', 'settings.json'), 'utf8'))).toEqual({
      model: 'opus',
      hooks: { Stop: [{ hooks: [{ type: 'command', command: 'say done' }] }] },
    });
  });

  test('an unknown command explains the known ones', async () => {
    const { code, err } = await run(['send']);
    expect(code).toBe(2);
    expect(err).toContain('hook install claude-code');
  });
});
