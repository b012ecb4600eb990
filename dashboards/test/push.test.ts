import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { builtMarketplace } from '../../tooljet-plugins/test/built.ts';
import { apps } from '../src/apps/index.ts';
import { exportApp } from '../src/build/export.ts';
import type { ExportedComponent } from '../src/build/export-types.ts';
import { diff, pushAll } from '../src/push/index.ts';
import { accountOf, sourcesOf } from '../src/push/settings.ts';
import { addVersion, type FakeToolJet, startFakeToolJet } from './tooljet-recorder.ts';

let marketplace: string;
beforeAll(async () => {
  marketplace = await builtMarketplace();
});

const exports = apps.map(exportApp);
const queryCounts = apps.map(({ queries }) => queries.length);

describe.each(['2.27', '3.x'] as const)('push to a ToolJet like %s', (version) => {
  let toolJet: FakeToolJet;
  const account = () => ({ url: toolJet.url, email: 'root@example.com', password: 'a long password' });
  const sources = sourcesOf({ AI_MANAGER_URL: 'http://api.example', AI_MANAGER_API_KEY: 'aim_key' });
  const push = async () => {
    const said: string[] = [];
    toolJet.calls.length = 0;
    await pushAll({ account: account(), sources, marketplace, exports, say: (line) => said.push(line) });
    return said.join('\n');
  };
  beforeEach(async () => {
    toolJet = await startFakeToolJet(version);
  });
  afterEach(() => toolJet.stop());

  test('makes the first administrator, installs plugins before apps, and sets the secrets', async () => {
    await push();
    expect(toolJet.admin?.email).toBe('root@example.com');
    expect(toolJet.plugins.map(({ pluginId }) => pluginId)).toEqual([
      'ai-manager',
      'ai-manager-langfuse',
      'ai-manager-n8n',
    ]);
    expect(toolJet.apps.map(({ name, slug }) => [name, slug])).toEqual(
      apps.map(({ name, slug }) => [name, slug]),
    );
    expect(toolJet.apps.map(({ definition }) => definition.dataQueries.length)).toEqual(queryCounts);
    expect(toolJet.apps.every(({ released }) => released !== null)).toBe(true);
    const [options] = [...toolJet.sources.values()];
    expect(options).toContainEqual({ key: 'api_key', value: 'aim_key', encrypted: true });
    expect(options).toContainEqual({ key: 'act_as', value: true, encrypted: false });
  });

  test('done twice, changes nothing', async () => {
    await push();
    const before = toolJet.apps.map(({ id }) => id);
    const said = await push();
    expect(said).toContain('unchanged');
    expect(toolJet.apps.map(({ id }) => id)).toEqual(before);
    expect(toolJet.plugins).toHaveLength(3);
    expect(toolJet.calls.some((call) => /^(POST .*import|(POST|PUT) .app-permissions)/.test(call))).toBe(
      false,
    );
    for (const { permissions } of toolJet.groups)
      expect(new Set(permissions.map(({ appId }) => appId)).size).toBe(permissions.length);
  });

  test('keeps the labels of fields, and finds nothing to replace on a server that has what was pushed', async () => {
    await push();
    const labels = (definitions: readonly { components: ExportedComponent[] }[]) =>
      definitions.flatMap(({ components }) =>
        components.flatMap(({ type, properties }) =>
          type === 'TextInput' ? [(properties.label as { value?: unknown } | undefined)?.value ?? ''] : [],
        ),
      );
    const written = labels(exports.flatMap(({ app }) => app.map(({ definition }) => definition.appV2)));
    expect(written.filter((label) => label !== '').length).toBeGreaterThan(0);
    if (version === '3.x') expect(labels(toolJet.apps.map(({ definition }) => definition))).toEqual(written);
    await expect(diff(account(), exports, () => {})).resolves.toBe(0);
  });

  test('says that a role opens every app, whatever the groups', async () => {
    const isAll = { id: randomUUID(), name: 'Apps', appId: '', type: 'app', isAll: true };
    toolJet.groups.push({ id: randomUUID(), name: 'end-user', permissions: [isAll] });
    const said = await push();
    if (version === '3.x') expect(said).toContain('the role end-user may open every app');
    else expect(said).not.toContain('may open every app');
  });

  test('says what was edited on the server, and puts it right', async () => {
    await push();
    const title = toolJet.apps[0]?.definition.components.find(({ name }) => name === 'overviewSubtitle');
    (title as ExportedComponent).properties.text = { value: 'Edited by hand' };
    const lines: string[] = [];
    await expect(diff(account(), exports, (line) => lines.push(line))).resolves.toBe(1);
    expect(lines).toEqual([
      'AI Manager for executives: component overviewSubtitle: properties.text.value was changed',
    ]);
    await expect(push()).resolves.toContain('AI Manager for executives: replaced');
    lines.length = 0;
    await diff(account(), exports, (line) => lines.push(line));
    expect(lines).toEqual(['The server matches the exports.']);
    expect(toolJet.apps).toHaveLength(apps.length);
  });

  test('compares what people see, and names a version that nobody released', async () => {
    await push();
    const app = toolJet.apps[0] as FakeToolJet['apps'][0];
    const draft = addVersion(app, 'v2');
    const title = draft.components.find(({ name }) => name === 'overviewSubtitle');
    (title as ExportedComponent).properties.text = { value: 'Edited by hand' };
    const lines: string[] = [];
    await diff(account(), exports, (line) => lines.push(line));
    expect(lines).toEqual([
      `${app.name}: version v2 is not released and was not compared`,
      'The server matches the exports.',
    ]);
    app.released = String(draft.appVersions[0]?.id);
    await expect(diff(account(), exports, () => {})).resolves.toBe(1);
    await expect(push()).resolves.toContain(`${app.name}: replaced`);
  });

  test('notices queries that ToolJet dropped without a word, and leaves the app that is there', async () => {
    await push();
    const before = toolJet.apps.map(({ id }) => id);
    const [app] = toolJet.apps;
    app?.definition.pages.pop();
    toolJet.broken = 'ai-manager';
    await expect(push()).rejects.toThrow(/ToolJet dropped \d+ queries of AI Manager for executives/);
    expect(toolJet.apps.map(({ id }) => id)).toEqual(before);
  });

  test('updates a plugin of another version', async () => {
    await push();
    for (const plugin of toolJet.plugins) plugin.version = '0.0.1';
    await expect(push()).resolves.toContain('restart ToolJet');
    expect(toolJet.plugins.map((plugin) => plugin.version)).not.toContain('0.0.1');
  });

  test('with the wrong password makes no second administrator', async () => {
    await push();
    const wrong = { ...account(), password: 'another password' };
    await expect(pushAll({ account: wrong, sources, marketplace, exports, say: () => {} })).rejects.toThrow(
      'Invalid credentials',
    );
    expect(toolJet.admin?.password).toBe('a long password');
  });

  test('lets each group open its app', async () => {
    await push();
    const nameOf = (appId?: string) => toolJet.apps.find(({ id }) => id === appId)?.name;
    const opens = toolJet.groups.flatMap(({ name, permissions }) =>
      permissions.map(({ appId }) => `${name} opens ${nameOf(appId)}`),
    );
    expect(opens.sort()).toEqual(
      apps.flatMap(({ groups, name }) => groups.map((group) => `${group} opens ${name}`)).sort(),
    );
  });

  test('restricts pages to their groups, or says that the API alone does', async () => {
    const said = await push();
    if (version === '2.27') return expect(said).toContain('the API still denies unauthorized data on');
    const admin = toolJet.groups.find(({ name }) => name === 'ai-manager-admin');
    expect([...toolJet.pages.values()]).toContainEqual([admin?.id]);
    expect(said).toContain('page "Access" of AI Manager for operations is restricted to ai-manager-admin');
  });

  test('sets only data sources of ours, and keeps them when the app that brought them is replaced', async () => {
    await expect(push()).resolves.not.toContain('restapidefault');
    toolJet.apps[0]?.definition.pages.pop();
    await expect(push()).resolves.toContain('AI Manager for executives: replaced');
    const counts = apps.map(({ name, queries }) => [name, queries.length]);
    const there = toolJet.apps.map(({ name, definition }) => [name, definition.dataQueries.length] as const);
    expect(Object.fromEntries(there)).toEqual(Object.fromEntries(counts));
  });

  test('takes away what an import that broke off has left', async () => {
    await push();
    const [old] = toolJet.apps;
    toolJet.apps.push({ ...(old as (typeof toolJet.apps)[0]), id: randomUUID(), name: `${old?.name} (new)` });
    old?.definition.pages.pop();
    await push();
    expect(toolJet.apps.map(({ name }) => name).sort()).toEqual(apps.map(({ name }) => name).sort());
  });
});

test('push names every variable that is missing', () => {
  expect(() => accountOf({ TOOLJET_EMAIL: 'a@example.com' })).toThrow(
    'TOOLJET_URL, TOOLJET_PASSWORD must be set',
  );
});
