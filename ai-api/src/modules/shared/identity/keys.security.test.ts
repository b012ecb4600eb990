import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { sampleCompany, startApi, type TestApi, testEnvironment } from '../../../../test/api.ts';
import { movableClock } from '../../../../test/clock.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { connect, readStream } from '../../../../test/followers.ts';
import { startProcess } from '../../../../test/process.ts';
import { evaluate } from '../../../../test/runs.ts';
import { type Client, createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';
import type { Role } from '../../../contract/operation.ts';

const HOUR_MS = 3_600_000;

describe.each(businessDatabases())('API keys, on $name', ({ name, create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  const clock = movableClock();
  const clientOf = (apiKey: string): Client => createClient(resources, { baseUrl: api.url, apiKey });

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase, {}, { clock });
    await api.client.people.import(sampleCompany());
  });
  afterAll(async () => {
    await api?.stop();
    await testDatabase?.remove();
  });

  const make = (input: Partial<Parameters<Client['apiKey']['create']>[0]> = {}) =>
    api.client.apiKey.create({ name: 'made', roles: ['admin'], ...input });
  const ask = (key: string, path = '/whoami', headers: Record<string, string> = {}) =>
    fetch(`${api.url}${path}`, { headers: { authorization: `Bearer ${key}`, ...headers } });
  const entries = async (operationId: string) => (await api.client.audit.list({ operationId })).items;

  test('a key is shown once, works, and is listed without its secret', async () => {
    const { key, ...made } = await make({ name: 'for n8n', roles: ['ops'] });
    expect(await (await ask(key)).json()).toMatchObject({
      keyName: 'for n8n',
      roles: ['ops'],
      scopes: ['*'],
    });
    const { items } = await api.client.apiKey.list({});
    const listed = items.find(({ keyId }) => keyId === made.keyId);
    expect(listed).toMatchObject({ name: 'for n8n', createdBy: 'bootstrap', revokedAt: null });
    expect(listed?.lastUsedAt).not.toBeNull();
    expect(JSON.stringify(items)).not.toContain(key.split('_').slice(2).join('_'));
    const [entry] = await entries('apiKey.create');
    expect(entry).toMatchObject({ subject: `key:${made.keyId}`, actor: { name: 'bootstrap' } });
  });

  test('only admins may handle keys, and none gives more than it has', async () => {
    const { key } = await make({ roles: ['ops', 'executive'] });
    await expect(clientOf(key).apiKey.list({})).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const limited = await make({ scopes: ['apiKey', 'read'] });
    const client = clientOf(limited.key);
    for (const scopes of [['*'], ['act-as'], ['evaluation']])
      await expect(client.apiKey.create({ name: 'x', roles: ['ops'], scopes })).rejects.toMatchObject({
        code: 'FORBIDDEN',
      });
    await client.apiKey.create({ name: 'x', roles: ['ops'], scopes: ['evaluation:read'] });
  });

  test('none takes the secret of a key that may do more, such as decide in the name of people', async () => {
    const { items } = await api.client.apiKey.list({});
    const bootstrap = items.find(({ name }) => name === 'bootstrap');
    expect(bootstrap?.scopes).toContain('decide');
    const ofMachine = await make({ scopes: ['*', 'act-as'] });
    const machine = clientOf(ofMachine.key);
    await expect(
      machine.apiKey.rotate({ keyId: bootstrap?.keyId ?? '', overlapHours: 0 }),
    ).rejects.toMatchObject({ code: 'FORBIDDEN', message: expect.stringContaining('scope decide') });
    const { key } = await machine.apiKey.rotate({ keyId: ofMachine.keyId });
    expect((await ask(key)).status).toBe(200);
  });

  test('a key that does not decide in the name of people cannot become one', async () => {
    const machine = clientOf((await make({ scopes: ['*', 'act-as'] })).key);
    const person = { email: 'machine@people.example', name: 'Not a person', roles: ['executive' as const] };
    await expect(
      machine.user.create({ ...person, password: 'a long phrase of words' }),
    ).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const { userId, invitation } = await machine.user.create(person);
    expect(invitation).toBeNull();
    await expect(machine.user.invite({ userId })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect((await api.client.user.invite({ userId })).invitation.token).toMatch(/\S{20,}/);
  });

  test('a key that expires stops then', async () => {
    await expect(make({ expiresAt: '2020-01-01T00:00:00Z' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    const { key } = await make({ expiresAt: new Date(Date.now() + HOUR_MS).toISOString() });
    expect((await ask(key)).status).toBe(200);
    clock.setAhead(HOUR_MS);
    expect((await ask(key)).status).toBe(401);
    clock.setAhead(0);
  });

  test('after a rotation both secrets work for the overlap, and without one the old stops at once', async () => {
    const { key, keyId } = await make();
    expect((await ask(key)).status).toBe(200);
    const rotated = await api.client.apiKey.rotate({ keyId, overlapHours: 1 });
    expect(rotated.previousValidUntil).not.toBeNull();
    for (const secret of [key, rotated.key]) expect((await ask(secret)).status).toBe(200);
    const again = await api.client.apiKey.rotate({ keyId, overlapHours: 0 });
    for (const secret of [key, rotated.key]) expect((await ask(secret)).status).toBe(401);
    expect(await (await ask(again.key)).json()).toMatchObject({ keyName: 'made' });
  });

  test('a revoked key stops at once, for good, and its connections end', async () => {
    const { key, keyId } = await make();
    const socket = await connect(api.url, {}, key);
    const stream = await readStream(api.url, {}, { authorization: `Bearer ${key}` });
    await socket.next('ready');
    const before = await make();
    const stays = await connect(api.url, {}, before.key);
    await api.client.apiKey.revoke({ keyId });
    const refused = await ask(key);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toMatch(/error="invalid_token".*revoked/);
    expect(await socket.closed).toMatchObject({ code: 4001 });
    await stream.ended;
    expect(stream.events.at(-1)).toMatchObject({ event: 'closed', data: { code: 'CREDENTIAL_ENDED' } });
    expect(stays.socket.readyState).toBe(stays.socket.OPEN);
    await stays.close();
    await expect(api.client.apiKey.rotate({ keyId })).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await api.client.apiKey.revoke({ keyId })).toMatchObject({ revokedAt: expect.any(String) });
  });

  test('a ticket of a key that was revoked meanwhile is refused', async () => {
    const { key, keyId } = await make({ roles: ['ops'] });
    const { ticket } = await clientOf(key).realtime.createTicket({});
    await api.client.apiKey.revoke({ keyId });
    await expect(connect(api.url, { ticket })).rejects.toMatchObject({ status: 401 });
  });

  test.runIf(name === 'PostgreSQL')('another process hears at once that a key was revoked', async () => {
    const other = await startProcess(testEnvironment(testDatabase));
    const url = other.url as string;
    try {
      const { key, keyId } = await make({ roles: ['ops'] });
      const asked = () => fetch(`${url}/whoami`, { headers: { authorization: `Bearer ${key}` } });
      expect((await asked()).status).toBe(200);
      const socket = await connect(url, {}, key);
      await socket.next('ready');
      await api.client.apiKey.revoke({ keyId });
      // Without the notification it would trust the key for half a minute.
      await vi.waitFor(async () => expect((await asked()).status).toBe(401), {
        timeout: 10_000,
        interval: 50,
      });
      expect(await socket.closed).toMatchObject({ code: 4001 });
    } finally {
      await other.end('SIGTERM');
    }
  });

  test('scopes narrow what the roles allow', async () => {
    const { key } = await make({ scopes: ['evaluation:read', 'builder'] });
    expect((await ask(key, '/evaluations/runs')).status).toBe(200);
    expect((await ask(key, '/builders')).status).toBe(200);
    const refused = await ask(key, '/webhooks/endpoints');
    expect(refused.status).toBe(403);
    expect(refused.headers.get('www-authenticate')).toContain('error="insufficient_scope"');
    await expect(clientOf(key).evaluation.startWeekly({})).rejects.toMatchObject({
      code: 'INSUFFICIENT_SCOPE',
    });
    const reader = await make({ scopes: ['read'] });
    expect((await ask(reader.key, '/webhooks/endpoints')).status).toBe(200);
    await expect(clientOf(reader.key).people.import({})).rejects.toMatchObject({
      code: 'INSUFFICIENT_SCOPE',
    });
  });

  describe('for a person', () => {
    let key: string;
    let builder: { email: string; builderId: string };
    const actFor = (person: string, path = '/whoami', secret = key) =>
      ask(secret, path, { 'ai-manager-acting-for': person });

    beforeAll(async () => {
      ({ key } = await make({ name: 'ToolJet', scopes: ['*', 'act-as'] }));
      const { items } = await api.client.builder.list({ limit: 1 });
      builder = items[0] as typeof builder;
      const person = (email: string, name: string, roles: Role[]) =>
        api.client.user.create({ email, name, roles, password: 'a password of the tests' });
      await person(builder.email, 'A Builder', ['builder']);
      await person('chief@example.com', 'A Chief', ['executive', 'admin']);
    });

    test('a key with act-as does what the person may, and both are recorded', async () => {
      expect(await (await actFor('CHIEF@example.com')).json()).toMatchObject({
        keyName: 'ToolJet',
        user: { email: 'chief@example.com', name: 'A Chief', builderId: null },
        roles: ['admin', 'executive'],
      });
      const answer = await fetch(`${api.url}/api-keys`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'ai-manager-acting-for': 'chief@example.com',
          'content-type': 'application/json',
        },
        body: JSON.stringify({ name: 'by the chief', roles: ['ops'] }),
      });
      expect(answer.status).toBe(201);
      const [entry] = await entries('apiKey.create');
      const { items } = await api.client.user.list({ search: 'chief@' });
      expect(entry?.actor).toMatchObject({ name: 'ToolJet', actingFor: `user:${items[0]?.userId}` });
      expect((await actFor(items[0]?.userId as string)).status).toBe(200);
    });

    test('an account elsewhere represents the person once an admin has linked it, until it is unlinked', async () => {
      const { items } = await api.client.user.list({ search: 'chief@' });
      const userId = items[0]?.userId as string;
      const account = { issuer: 'tooljet', subject: '3c2d0f5e-8d3c-4a2e-9a53-6f3f0f3f0a11' };
      const named = `tooljet:${account.subject}`;
      expect((await actFor(named)).status).toBe(403);
      expect(await api.client.user.link({ userId, ...account })).toMatchObject({ issuers: ['tooljet'] });
      await api.client.user.link({ userId, ...account });
      expect(await (await actFor(named)).json()).toMatchObject({ user: { email: 'chief@example.com' } });
      const written = await entries('user.link');
      expect(written.map(({ subject }) => subject)).toEqual([`user:${userId}`]);
      const { items: others } = await api.client.user.list({ search: builder.email });
      await expect(
        api.client.user.link({ userId: others[0]?.userId as string, ...account }),
      ).rejects.toMatchObject({ code: 'CONFLICT' });
      expect(await api.client.user.unlink({ userId, ...account })).toMatchObject({ issuers: [] });
      expect((await actFor(named)).status).toBe(403);
      await expect(api.client.user.unlink({ userId, ...account })).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
    });

    test('without act-as, for no person, or with a token of a person it is refused', async () => {
      const plain = await make();
      for (const [person, secret] of [
        ['chief@example.com', plain.key],
        ['nobody@example.com', key],
        ['01890000-0000-7000-8000-000000000000', key],
        ['', key],
      ] as const) {
        const answer = await actFor(person, '/whoami', secret);
        expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
          403,
          'ACT_AS_REFUSED',
        ]);
      }
    });

    test('the key cannot give the person more than it has itself', async () => {
      const { key: limited } = await make({ roles: ['executive', 'builder'], scopes: ['*', 'act-as'] });
      const answer = await actFor('chief@example.com', '/whoami', limited);
      expect(await answer.json()).toMatchObject({ roles: ['executive'] });
      expect((await actFor('chief@example.com', '/users', limited)).status).toBe(403);
    });

    test('new roles apply from the next request on, and a disabled user is refused', async () => {
      const { userId } = await api.client.user.create({
        email: 'changing@example.com',
        name: 'Changing',
        roles: ['readonly'],
        password: 'a password of the tests',
      });
      expect((await actFor('changing@example.com', '/webhooks/endpoints')).status).toBe(403);
      await api.client.user.update({ userId, roles: ['ops'] });
      expect((await actFor('changing@example.com', '/webhooks/endpoints')).status).toBe(200);
      await api.client.user.update({ userId, status: 'disabled' });
      expect((await actFor('changing@example.com', '/webhooks/endpoints')).status).toBe(403);
    });

    test('a builder sees their own, and of others nothing', async () => {
      const { client } = api;
      const run = await evaluate(client);
      const { items: all } = await client.evaluation.listResults({ runId: run.runId });
      const own = all.find(({ builderId }) => builderId === builder.builderId);
      const other = all.find(({ builderId }) => builderId !== builder.builderId);
      const { items: projects } = await client.project.list({ limit: 500 });
      const othersProject = projects.find(({ builderId }) => builderId !== builder.builderId);
      const see = async (path: string) => {
        const answer = await actFor(builder.email, path);
        return { status: answer.status, body: (await answer.json()) as { items: { builderId: string }[] } };
      };
      const { builderId } = builder;
      for (const path of [
        '/builders',
        '/projects',
        '/evaluations',
        `/evaluations/runs/${run.runId}/results`,
      ]) {
        const { status, body } = await see(path);
        expect([path, status, new Set(body.items.map((item) => item.builderId))]).toEqual([
          path,
          200,
          new Set([builderId]),
        ]);
        expect((await see(`${path}?builderId=${other?.builderId}`)).status).toBe(403);
      }
      expect((await see(`/builders/${builderId}`)).status).toBe(200);
      expect((await see(`/evaluations/${own?.evaluationId}`)).status).toBe(200);
      expect((await see(`/builders/${other?.builderId}`)).status).toBe(403);
      expect((await see('/builders/nobody')).status).toBe(403);
      expect((await see(`/evaluations/${other?.evaluationId}`)).status).toBe(404);
      expect((await see(`/projects/${othersProject?.projectId}`)).status).toBe(404);
      expect((await see('/evaluations/runs')).status).toBe(403);
      expect((await see(`/evaluations/runs/${run.runId}`)).status).toBe(403);
      expect((await see('/audit')).status).toBe(403);
    });
  });
});
