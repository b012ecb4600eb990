import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Client } from '../../../ai-api/src/catalogue/client.ts';
import { ADMIN_KEY, startApi, type TestApi } from '../../../ai-api/test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../ai-api/test/databases.ts';
import { staff } from '../../../ai-api/test/staff.ts';
import { build } from '../scripts/build.ts';
import { filesOfDiff } from '../src/git-diff.ts';

const SECRET = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;
const UNKNOWN = '01890000-0000-7000-8000-0000000000ff';
const SESSION = '55555555-5555-4555-8555-555555555555';
const CODE = 'export function lantern() {\n  const wick = trim(5);\n  return light(wick);\n}\n';

describe('a diff', () => {
  test('gives files with how they changed, their counts and their hunks', () => {
    const diff = [
      'diff --git a/old name.ts b/new name.ts\nsimilarity index 80%\nrename from old name.ts\nrename to new name.ts',
      '--- a/old name.ts\t\n+++ b/new name.ts\t\n@@ -1 +1,2 @@\n-one\n+two\n+three',
      'diff --git a/gone.ts b/gone.ts\ndeleted file mode 100644\n--- a/gone.ts\n+++ /dev/null\n@@ -1 +0,0 @@\n-gone',
      'diff --git a/a.png b/a.png\nnew file mode 100644\nindex 0..1\nBinary files /dev/null and b/a.png differ',
      'diff --git a/run.sh b/run.sh\nold mode 100644\nnew mode 100755\n',
    ].join('\n');
    expect(filesOfDiff(diff)).toEqual([
      {
        path: 'new name.ts',
        previousPath: 'old name.ts',
        change: 'renamed',
        added: 2,
        deleted: 1,
        patch: '@@ -1 +1,2 @@\n-one\n+two\n+three',
      },
      { path: 'gone.ts', change: 'removed', added: 0, deleted: 1, patch: '@@ -1 +0,0 @@\n-gone' },
      { path: 'a.png', change: 'added' },
      { path: 'run.sh', change: 'modified', added: 0, deleted: 0, patch: '' },
    ]);
  });

  test('that is too long is sent as counts', () => {
    const long = `diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -0,0 +1 @@\n+${'x'.repeat(300_000)}`;
    expect(filesOfDiff(long)).toEqual([{ path: 'a', change: 'modified', added: 1, deleted: 0 }]);
  });
});

describe('the capture command with a repository', () => {
  const work = mkdtempSync(join(tmpdir(), 'capture-commits-'));
  const [home, dist, lamp] = [join(work, 'home'), join(work, 'dist'), join(work, 'home', 'lamp')];
  let testDatabase: TestDatabase;
  let api: TestApi;
  let ada: Client;

  const environment = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    AI_MANAGER_CAPTURE_HOME: join(work, 'own'),
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@people.example',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@people.example',
    GIT_CONFIG_GLOBAL: '/dev/null',
  };
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: lamp, env: environment, encoding: 'utf8' }).trim();
  const head = () => git('rev-parse', 'HEAD');

  async function run(...args: string[]) {
    const child = spawn(process.execPath, [join(dist, 'cli.js'), ...args], { env: environment, cwd: lamp });
    const code = new Promise<number | null>((resolve) => child.once('close', resolve));
    const [out, err] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
    return { code: await code, out, err };
  }

  beforeAll(async () => {
    await build(dist);
    mkdirSync(join(dist, 'node_modules'));
    const sqlite = dirname(dirname(new URL(import.meta.resolve('node-sqlite3-wasm')).pathname));
    symlinkSync(sqlite, join(dist, 'node_modules', 'node-sqlite3-wasm'));
    writeFileSync(join(dist, 'package.json'), '{"type":"module"}');
    testDatabase = await (businessDatabases()[0] as { create(): Promise<TestDatabase> }).create();
    api = await startApi(testDatabase);
    ada = await staff(api, 'ada@people.example', ['builder'], 'Ada');
    const transcripts = join(home, '.claude', 'projects', '-home-ada-lamp');
    for (const folder of [transcripts, join(lamp, 'src')]) mkdirSync(folder, { recursive: true });
    git('init', '-q', '-b', 'main');
    git('remote', 'add', 'origin', 'https://git.example.com/acme/lamp.git');
    writeFileSync(join(lamp, 'src', 'lantern.ts'), CODE);
    git('add', '.');
    git('commit', '-q', '-m', `Light the lantern\n\nIts key was ${SECRET}.`);
    const record = (number: number, role: 'user' | 'assistant', content: unknown) => ({
      type: role,
      uuid: `66666666-6666-4666-8666-${String(number).padStart(12, '0')}`,
      parentUuid: null,
      sessionId: SESSION,
      cwd: lamp,
      gitBranch: 'main',
      version: '2.1.144',
      timestamp: new Date(Date.now() - 60_000 + number * 1000).toISOString(),
      message: role === 'user' ? { role, content } : { id: `msg_${number}`, role, model: 'm', content },
    });
    const write = {
      type: 'tool_use',
      id: 'toolu_1',
      name: 'Write',
      input: { file_path: join(lamp, 'src', 'lantern.ts'), content: CODE },
    };
    const lines = [record(1, 'user', 'Light the lantern'), record(2, 'assistant', [write])];
    writeFileSync(
      join(transcripts, `${SESSION}.jsonl`),
      lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    );
    const login = await run('login', '--url', api.url, '--key', ADMIN_KEY, '--as', 'ada@people.example');
    expect(login, login.err).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
    rmSync(work, { recursive: true, force: true });
  });

  const linked = (sha: string) =>
    vi.waitFor(
      async () => {
        const [link] = (await ada.link.ofCommit({ sha })).items;
        expect(link).toBeDefined();
        return link as NonNullable<typeof link>;
      },
      { timeout: 20_000, interval: 100 },
    );

  test('sends commits without any forge, and they are linked with the conversation', async () => {
    const pushed = await run('push');
    expect(pushed, pushed.err).toMatchObject({ code: 0 });
    expect(pushed.out).toContain('Sent 1 commits of 1 repositories.');
    expect(await linked(head())).toMatchObject({ level: 'probable', status: 'suggested' });
    const commit = await ada.commit.get({ sha: head() });
    expect(commit).toMatchObject({
      branch: 'main',
      source: 'capture',
      files: [{ path: 'src/lantern.ts', added: 4 }],
    });
    expect(commit.message).toContain('[redacted:github-token]');
    expect((await run('push')).out).not.toContain('commits');
    expect((await run('status')).out).toContain('Commits: 1 sent, of 1 repositories');
  });

  test('names conversation and message of a line, also after an amend, a move and a revert', async () => {
    const one = await run('blame', 'src/lantern.ts:2');
    expect(one, one.err).toMatchObject({ code: 0 });
    expect(one.out).toContain('Conversation: Light the lantern');
    expect(one.out).toMatch(/Message: [0-9a-f-]{36}/);
    expect(one.out).toContain('an edit wrote this line');

    git('commit', '-q', '--amend', '-m', 'Light every lantern');
    renameSync(join(lamp, 'src', 'lantern.ts'), join(lamp, 'src', 'lamp.ts'));
    git('add', '-A');
    git('commit', '-q', '-m', 'Move the lantern');
    git('rm', '-q', 'src/lamp.ts');
    git('commit', '-q', '-m', 'Put it out');
    git('revert', '--no-edit', 'HEAD');
    const amended = git('rev-parse', 'HEAD~3');
    expect((await run('push')).out).toContain('Sent 4 commits');
    await linked(amended);
    const all = JSON.parse((await run('blame', 'src/lamp.ts', '--json')).out) as {
      sha: string;
      match: string;
      origin: { title: string };
    }[];
    expect(all.map(({ sha, match }) => [sha, match])).toEqual(
      CODE.trim()
        .split('\n')
        .map(() => [amended, 'line']),
    );
    writeFileSync(join(lamp, 'loose.ts'), 'nothing\n');
    expect((await run('blame', 'loose.ts')).code).toBe(2);
  });

  test('names a commit and a trace that the API refuses, and sends those beside them', async () => {
    const deep = join(...Array.from({ length: 5 }, (_, n) => `${n}`.repeat(240)));
    mkdirSync(join(lamp, deep), { recursive: true });
    const commit = (subject: string) => {
      git('commit', '-q', '-m', subject);
      return head();
    };
    const add = (path: string) => {
      writeFileSync(join(lamp, path), `// ${path.slice(-12)}\n`);
      git('add', path);
      return commit(`Add ${path.slice(-12)}`);
    };
    const first = add('wick.ts');
    add(join(deep, 'deep.ts'));
    git('mv', join(deep, 'deep.ts'), 'lifted.ts');
    const refused = commit('Lift it');
    const last = add('oil-can.ts');
    const trace = (id: string, revision: string) => ({
      version: '0.1.0',
      id,
      timestamp: new Date().toISOString(),
      vcs: { type: 'git', revision },
      files: [
        {
          path: 'wick.ts',
          conversations: [{ url: `https://ai.example/${SESSION}`, ranges: [{ start_line: 1, end_line: 1 }] }],
        },
      ],
    });
    mkdirSync(join(lamp, '.agent-trace'));
    writeFileSync(
      join(lamp, '.agent-trace', 'traces.jsonl'),
      [trace('not-a-uuid', last), trace(crypto.randomUUID(), first), trace(UNKNOWN, 'f'.repeat(40))]
        .map((line) => `${JSON.stringify(line)}\n`)
        .join(''),
    );
    const pushed = await run('push');
    expect(pushed, pushed.err).toMatchObject({ code: 1 });
    expect(pushed.out).toContain('Sent 3 commits of 1 repositories.');
    expect(pushed.err).toContain(`Refused: git.example.com/acme/lamp, commit ${refused}`);
    expect(pushed.err).toContain('Refused: git.example.com/acme/lamp, trace not-a-uuid');
    expect(pushed.err).toContain(`Refused: git.example.com/acme/lamp, traces of unknown commits: ${UNKNOWN}`);
    expect(await linked(first)).toMatchObject({ level: 'certain' });
    expect((await ada.commit.get({ sha: last })).subject).toBe('Add oil-can.ts');
    expect(await run('push')).toMatchObject({ code: 0 });
    rmSync(join(lamp, '.agent-trace'), { recursive: true });
  });

  test('obeys the policies: no diff where only what was said is saved, and nothing where nothing is', async () => {
    const set = (action: 'redact' | 'do-not-save') =>
      api.client.conversationPolicy.set({ scope: 'repository', pattern: 'acme/lamp', action });
    const change = (text: string) => {
      writeFileSync(join(lamp, 'src', 'oil.ts'), text);
      git('add', '-A');
      git('commit', '-q', '-m', `Oil ${text}`);
    };
    await set('redact');
    change('olive');
    await run('push');
    const commit = await ada.commit.get({ sha: head() });
    expect(commit).toMatchObject({
      authorEmail: null,
      files: [{ path: 'src/oil.ts', added: 1 }, { path: 'loose.ts' }].toSorted((a, b) =>
        a.path < b.path ? -1 : 1,
      ),
    });
    await set('do-not-save');
    change('whale');
    expect((await run('scan')).out).toContain('git.example.com/acme/lamp: not saved, by policy');
    await run('push');
    await expect(ada.commit.get({ sha: head() })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
