import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { sql } from 'kysely';
import pino from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ADMIN_KEY, startApi, type TestApi } from '../../../test/api.ts';
import { databaseKinds, type TestDatabase } from '../../../test/databases.ts';
import { Problem } from '../problem.ts';
import type { KeyedRequest } from './index.ts';
import { removeExpired } from './store.ts';

const keyOf = (prefix: string) => `aim_${prefix.padEnd(8, '0')}_${'0123456789abcdef'.repeat(3)}`;
const input = { url: 'http://127.0.0.1:9/in', events: ['evaluation.run.completed'] };
const PATH = '/webhooks/endpoints';

describe.each(databaseKinds())('an Idempotency-Key on $name', ({ name, create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let key: string;
  let count = 0;
  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase, { WEBHOOK_ALLOWED_HOSTS: '127.0.0.1' });
    const { identity } = api.context;
    await identity.ensureKey(await identity.ensureTenant('default'), 'second', keyOf('second'), ['admin']);
    await identity.ensureKey(await identity.ensureTenant('other'), 'other', keyOf('other'), ['admin']);
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });
  beforeEach(() => {
    count += 1;
    key = `key-${count}`;
  });

  const send = (body: object = input, headers: Record<string, string> = {}, path = PATH) =>
    fetch(api.url + path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${ADMIN_KEY}`,
        'content-type': 'application/json',
        'idempotency-key': key,
        ...headers,
      },
      body: JSON.stringify(body),
    });
  const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code;
  const isReplay = (response: Response) => response.headers.get('idempotency-replayed') === 'true';
  const endpoints = async () => (await api.client.webhook.list({ limit: 500 })).items.length;
  const table = () => api.context.database.system('the test looks behind the API');
  const change = (values: string) =>
    sql`update platform_http.idempotency_keys set ${sql.raw(values)}`.execute(table());

  test('makes a repeated request answer the same and act once', async () => {
    const before = await endpoints();
    const first = await send();
    const again = await send();
    expect([first.status, isReplay(first)]).toEqual([201, false]);
    expect([again.status, isReplay(again)]).toEqual([201, true]);
    expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'));
    expect(await again.json()).toEqual(await first.json());
    expect(await endpoints()).toBe(before + 1);
  });

  test('is the same key in quotes, as the draft writes it', async () => {
    await send();
    expect(isReplay(await send(input, { 'idempotency-key': `"${key}"` }))).toBe(true);
  });

  test('does not depend on the order of the fields', async () => {
    await send();
    expect(isReplay(await send({ events: input.events, url: input.url }))).toBe(true);
  });

  test('is refused with another request', async () => {
    await send();
    const other = await send({ ...input, url: 'http://127.0.0.1:9/other' });
    expect([other.status, await codeOf(other)]).toEqual([422, 'IDEMPOTENCY_MISMATCH']);
  });

  test('is another key for another credential, tenant or operation', async () => {
    await send();
    const path = '/evaluations/runs/01890000-0000-7000-8000-000000000000/retry';
    const others = [
      await send(input, { authorization: `Bearer ${keyOf('second')}` }),
      await send(input, { authorization: `Bearer ${keyOf('other')}` }),
      await send({}, {}, path),
    ];
    expect(others.map((response) => [response.status, isReplay(response)])).toEqual([
      [201, false],
      [201, false],
      [404, false],
    ]);
  });

  test('of twenty requests at once carries out one', async () => {
    const before = await endpoints();
    const responses = await Promise.all(Array.from({ length: 20 }, () => send()));
    const outcomes = responses.map((response) => {
      if (response.status === 409) return response.headers.get('retry-after') === '1' ? 'in flight' : 'wrong';
      return response.status === 201 ? (isReplay(response) ? 'replayed' : 'made') : 'wrong';
    });
    expect(outcomes).not.toContain('wrong');
    expect(outcomes.filter((outcome) => outcome === 'made')).toHaveLength(1);
    expect(await endpoints()).toBe(before + 1);
  });

  test('that a living process works on is in flight; of a process that was killed it is taken over', async () => {
    await send();
    await change(`state = 'in_flight', status = null, headers = null, body = null, acted_at = null`);
    const waiting = await send();
    expect([waiting.status, await codeOf(waiting)]).toEqual([409, 'IDEMPOTENCY_IN_FLIGHT']);
    expect(waiting.headers.get('retry-after')).toBe('1');
    await change(`lease_until = now() - interval '1 second'`);
    const other = await send({ ...input, url: 'http://127.0.0.1:9/other' });
    expect(await codeOf(other)).toBe('IDEMPOTENCY_MISMATCH');
    const taken = await Promise.all([send(), send(), send()]);
    expect(taken.filter((response) => response.status === 201 && !isReplay(response))).toHaveLength(1);
    expect(isReplay(await send())).toBe(true);
  });

  test('may be used anew after a day', async () => {
    await send();
    await change(`expires_at = now() - interval '1 second'`);
    const anew = await send({ ...input, url: 'http://127.0.0.1:9/anew' });
    expect([anew.status, isReplay(anew)]).toEqual([201, false]);
  });

  test('repeats a refusal too', async () => {
    const path = '/evaluations/01890000-0000-7000-8000-000000000000/notified';
    const first = await send({}, {}, path);
    const again = await send({}, {}, path);
    expect([first.status, isReplay(first), again.status, isReplay(again)]).toEqual([404, false, 404, true]);
    expect(again.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(await again.text()).toBe(await first.text());
  });

  test('is free again after input that was not valid', async () => {
    expect((await send({})).status).toBe(422);
    expect((await send()).status).toBe(201);
  });

  test.each([
    ['is empty', ''],
    ['is in quotes without content', '""'],
    ['has a space', 'a b'],
    ['is two keys', 'a, b'],
    ['has an open quote', '"a'],
    ['has a parameter', '"a";b=1'],
    ['is too long', 'x'.repeat(256)],
  ])('is refused when it %s', async (_, given) => {
    const response = await send(input, { 'idempotency-key': given });
    expect([response.status, await codeOf(response)]).toEqual([400, 'IDEMPOTENCY_KEY_INVALID']);
  });

  test('leaves neither itself nor the answer readable in the database', async () => {
    const { secret } = (await (await send()).json()) as { secret: string };
    const rows = await table().selectFrom('platform_http.idempotency_keys').selectAll().execute();
    expect(secret).toMatch(/^whsec_/);
    expect(JSON.stringify(rows)).not.toContain(secret.slice(6));
    expect(JSON.stringify(rows)).not.toContain(`"${key}"`);
  });

  test('is kept with the answer by the typed client too', async () => {
    const [first, again] = [
      await api.client.webhook.create(
        { url: input.url, events: ['evaluation.run.completed'] },
        { idempotencyKey: key },
      ),
      await api.client.webhook.create(
        { url: input.url, events: ['evaluation.run.completed'] },
        { idempotencyKey: key },
      ),
    ];
    expect(again).toEqual(first);
  });

  const request = async (): Promise<KeyedRequest> => {
    const tenantId = await api.context.identity.ensureTenant('default');
    const id = '01890000-0000-7000-8000-000000000009';
    return {
      caller: {
        tenantId,
        tenantName: 'default',
        tier: 'starter',
        dataRegion: null,
        credential: { kind: 'key', id, expiresAt: null },
        keyId: id,
        keyName: 'test',
        user: null,
        roles: [],
        scopes: ['*'],
      },
      operation: 'test.fail',
      key,
      input: {},
      log: pino({ level: 'silent' }),
    };
  };
  const ok = { status: 200, headers: {}, body: '{}' };

  describe('whose request failed on our side', () => {
    test.each([
      ['by an error', () => Promise.reject(new Error('bug'))],
      ['by a problem', () => Promise.reject(new Problem('SERVICE_UNAVAILABLE', 'later'))],
      ['with 429', async () => ({ ...ok, status: 429 })],
    ])('%s may be tried again', async (_, fail) => {
      const { idempotency } = api.context.requestPolicies;
      await idempotency.answer(await request(), fail).catch(() => {});
      expect(await idempotency.answer(await request(), async () => ok)).toEqual(ok);
    });
  });

  test.runIf(name === 'PostgreSQL')(
    'of a process that kill -9 ended is taken over after its lease',
    async () => {
      const { idempotency } = api.context.requestPolicies;
      const { log, ...plain } = await request();
      const program = new URL('../../../test/hanging-request.ts', import.meta.url).pathname;
      const child = spawn(process.execPath, [program, JSON.stringify(plain)], {
        env: { ...process.env, ...testDatabase.env },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      await once(child.stdout, 'data');
      child.kill('SIGKILL');
      await once(child, 'exit');
      const inFlight = { code: 'IDEMPOTENCY_IN_FLIGHT' };
      await expect(idempotency.answer({ ...plain, log }, async () => ok)).rejects.toMatchObject(inFlight);
      await change(`lease_until = now() - interval '1 second'`);
      expect(await idempotency.answer({ ...plain, log }, async () => ok)).toEqual(ok);
      const replayed = await idempotency.answer({ ...plain, log }, () => Promise.reject(new Error('again')));
      expect(replayed.headers).toEqual({ 'Idempotency-Replayed': 'true' });
    },
  );

  test('is removed some time after it expired, in bounded pieces', async () => {
    for (let index = 0; index < 3; index++) await send(input, { 'idempotency-key': `${key}-${index}` });
    await change(`expires_at = now() - interval '1 second'`);
    const { length } = await table()
      .selectFrom('platform_http.idempotency_keys')
      .select('key_hash')
      .execute();
    expect(length).toBeGreaterThan(2);
    expect(await removeExpired(api.context.database, 2)).toBe(2);
    expect(await removeExpired(api.context.database, 1000)).toBe(length - 2);
  });
});
