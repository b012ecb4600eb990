import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_KEY, startApi, type TestApi } from '../../../../test/api.ts';
import { type MovableClock, movableClock } from '../../../../test/clock.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { type Issued, issueLicence, send as sendTo } from '../../../../test/licences/company.ts';
import { testKeyFile } from '../../../../test/licences/key.ts';
import { forgeries } from '../../../../test/licences/tokens.ts';
import { hasRedis, startUpstash } from '../../../../test/real-redis.ts';
import type { UpstashBridge } from '../../../../test/upstash-bridge.ts';
import { DAY_MS } from '../../../platform/durations.ts';
import { deviceHash, sessionOfKey } from './keys.ts';

const DEVICE = 'fingerprint-of-a-desk';
const LAPTOP = 'fingerprint-of-a-laptop';
const TTL_MS = 360_000;

/** Where sessions are stored, with where seats are counted. */
const installations = businessDatabases().flatMap(({ name, create }) => [
  { name, create, isOnRedis: false, isHere: true },
  { name: `${name} and Redis`, create, isOnRedis: true, isHere: hasRedis },
]);

describe.each(installations.filter(({ isHere }) => isHere))(
  'an attacker of licences on $name',
  ({ create, isOnRedis }) => {
    let testDatabase: TestDatabase;
    let bridge: UpstashBridge | undefined;
    let api: TestApi;
    const clock: MovableClock = movableClock();
    const send = (
      method: string,
      path: string,
      bearer: string | null,
      body?: object,
      headers?: Record<string, string>,
    ) => sendTo(api.url, method, path, bearer, body, headers);
    const acquire = (
      { licenseKey }: Issued,
      device = DEVICE,
      more: object = {},
      headers?: Record<string, string>,
    ) => send('POST', '/api/v1/licenses/acquire', licenseKey, { device, ...more }, headers);
    const heartbeat = (bearer: string, sessionId: unknown, device = DEVICE) =>
      send('POST', '/api/v1/licenses/heartbeat', bearer, { sessionId, device });
    const sessionsOf = async ({ licenceId }: Issued) =>
      (await api.client.licenceSession.list({ licenceId })).items;

    beforeAll(async () => {
      testDatabase = await create();
      if (isOnRedis) bridge = await startUpstash();
      const redis = bridge && {
        LICENCE_SEATS: 'redis',
        UPSTASH_REDIS_REST_URL: bridge.url,
        UPSTASH_REDIS_REST_TOKEN: bridge.token,
      };
      api = await startApi(testDatabase, { LICENCE_KEY_FILE: testKeyFile(), ...redis }, { clock });
    });
    afterAll(async () => {
      await api.stop();
      await bridge?.stop();
      await testDatabase.remove();
    });

    test('takes no further seat by the token of a session, which may be valid for long', async () => {
      const issued = await issueLicence(api.client);
      const { answer } = await acquire(issued);
      const body = { device: 'another-fingerprint' };
      expect(await send('POST', '/api/v1/licenses/acquire', String(answer.token), body)).toMatchObject({
        status: 403,
        code: 'FORBIDDEN',
      });
      expect(await sessionsOf(issued)).toHaveLength(1);
    });

    test('gets no seat for nothing by one Idempotency-Key on many devices, users and licences', async () => {
      const headers = { 'idempotency-key': 'the-same-everywhere' };
      for (const leaseBy of ['device', 'session', 'user']) {
        const issued = await issueLicence(api.client, { maxSeats: 2, policy: { leaseBy } });
        const take = (device: string, user: string) => acquire(issued, device, { user }, headers);
        const first = await take(DEVICE, 'ada');
        const second = await take(LAPTOP, 'bob');
        expect([first.answer.code, second.answer.code]).toEqual(['ACQUIRED', 'ACQUIRED']);
        expect(second.answer.sessionId).not.toBe(first.answer.sessionId);
        expect(second.answer.seats).toMatchObject({ used: 2 });
        expect((await take('a-third-fingerprint', 'cid')).code).toBe('NO_SEATS');
        expect((await take(DEVICE, 'ada')).answer).toMatchObject({ sessionId: first.answer.sessionId });
        expect((await heartbeat(String(first.answer.token), first.answer.sessionId)).status).toBe(200);
      }
    });

    test('does not rewrite the history of a session by the Idempotency-Key that began it', async () => {
      const issued = await issueLicence(api.client);
      const headers = { 'idempotency-key': 'at-each-start' };
      const first = (await acquire(issued, DEVICE, {}, headers)).answer;
      await send('POST', '/api/v1/licenses/release', String(first.token), {
        sessionId: first.sessionId,
        device: DEVICE,
      });
      const second = (await acquire(issued, DEVICE, {}, headers)).answer;
      expect(second.code).toBe('ACQUIRED');
      expect(second.sessionId).not.toBe(first.sessionId);
      expect((await acquire(issued, DEVICE, {}, headers)).answer).toMatchObject({
        code: 'RENEWED',
        sessionId: second.sessionId,
      });
      const states = (await sessionsOf(issued)).map(({ sessionId, state }) => [sessionId, state]);
      expect(new Map(states as [string, string][])).toEqual(
        new Map([
          [first.sessionId, 'released'],
          [second.sessionId, 'held'],
        ]),
      );
    });

    test('does not come back with a late heartbeat from a device that was blocked meanwhile', async () => {
      const issued = await issueLicence(api.client);
      const { licenceId } = issued;
      const { answer } = await acquire(issued);
      clock.setAhead(TTL_MS + 1000);
      await api.client.licence.blockDevice({
        licenceId,
        device: deviceHash(licenceId, DEVICE),
        blocked: true,
        reason: 'It was stolen last week.',
      });
      const late = await heartbeat(String(answer.token), answer.sessionId);
      clock.setAhead(0);
      expect(late).toMatchObject({ status: 403, code: 'DEVICE_BLOCKED' });
      expect((await sessionsOf(issued)).map(({ state }) => state)).toEqual(['expired']);
    });

    test('gets past neither the limit of devices nor a block by asking many times at once', async () => {
      const issued = await issueLicence(api.client, { maxSeats: 20, policy: { maxDevicesPerDay: 3 } });
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, index) => acquire(issued, `fingerprint-${index}`)),
      );
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
      expect(answers.filter(({ code }) => code === 'DEVICE_LIMIT')).toHaveLength(9);

      const other = await issueLicence(api.client, { maxSeats: 20 });
      const { licenceId } = other;
      const blocked = {
        licenceId,
        device: deviceHash(licenceId, DEVICE),
        blocked: true,
        reason: 'Stolen, says IT.',
      };
      await Promise.all([
        ...Array.from({ length: 6 }, () => acquire(other)),
        api.client.licence.blockDevice(blocked),
        ...Array.from({ length: 6 }, () => acquire(other)),
      ]);
      const { items } = await api.client.licenceSession.list({ licenceId, state: 'live' });
      expect(items).toEqual([]);
    });

    test('wanders with one seat over no more devices in a day than the limit', async () => {
      const policy = { leaseBy: 'user', maxDevicesPerDay: 2 };
      const issued = await issueLicence(api.client, { policy });
      const take = async (device: string) => (await acquire(issued, device, { user: 'ada' })).code;
      expect(await take(DEVICE)).toBe('ACQUIRED');
      expect(await take(LAPTOP)).toBe('RENEWED');
      expect(await take('a-third-fingerprint')).toBe('DEVICE_LIMIT');
      expect(await take(DEVICE)).toBe('RENEWED');
      expect(await take('a-third-fingerprint')).toBe('DEVICE_LIMIT');
      clock.setAhead(DAY_MS);
      const tomorrow = await take('a-third-fingerprint');
      clock.setAhead(0);
      expect(tomorrow).toBe('ACQUIRED');
    });

    test('begins no second session by a key whose sessions have ended thousands of times', async () => {
      const issued = await issueLicence(api.client, { maxSeats: 5, policy: { leaseBy: 'session' } });
      const key = 'the-same-for-years';
      const { licenceId } = issued;
      const device = deviceHash(licenceId, DEVICE);
      const { tenantId } = await api.client.identity.whoami({});
      const at = clock.now();
      const end = async (generations: readonly number[], ofKey: string) => {
        const rows = generations.map((generation) => ({
          id: sessionOfKey({ licenceId, device, user: '', key: ofKey }, generation),
          licence_id: licenceId,
          member: 'session',
          device,
          state: 'released',
          lease_until: at,
          revision: 0,
          requested_at: at,
          ended_at: at,
        }));
        await api.context.database.withTenant(tenantId, (transaction) =>
          transaction.insertInto('licences.sessions').values(rows).execute(),
        );
        return rows;
      };
      for (const count of [16, 33, 2100]) {
        const rows = await end([...Array(count).keys()], `${key}-${count}`);
        const headers = { 'idempotency-key': `${key}-${count}` };
        const first = (await acquire(issued, DEVICE, {}, headers)).answer;
        const again = (await acquire(issued, DEVICE, {}, headers)).answer;
        expect([first.code, again.code]).toEqual(['ACQUIRED', 'RENEWED']);
        expect(again.sessionId).toBe(first.sessionId);
        expect(rows.map(({ id }) => id)).not.toContain(first.sessionId);
      }
      // Of a million sessions those that are looked at.
      const some = Array.from({ length: 21 }, (_, power) => 2 ** power);
      await end([...new Set([...Array(16).keys(), ...some])], key);
      const { status, code, answer } = await acquire(issued, DEVICE, {}, { 'idempotency-key': key });
      expect([status, code]).toEqual([422, 'INVALID_INPUT']);
      expect(JSON.stringify(answer)).toContain('more than a million sessions');
    });

    test('keeps no seat by the token of a device that the seat has moved away from', async () => {
      const issued = await issueLicence(api.client, { policy: { leaseBy: 'user' } });
      const first = (await acquire(issued, DEVICE, { user: 'ada' })).answer;
      await acquire(issued, LAPTOP, { user: 'ada' });
      const token = String(first.token);
      expect((await heartbeat(token, first.sessionId, LAPTOP)).code).toBe('SESSION_OF_OTHER_DEVICE');
      const body = { sessionId: first.sessionId, device: LAPTOP, hours: 1 };
      for (const path of ['borrow', 'return', 'release'])
        expect(
          (
            await send('POST', `/api/v1/licenses/${path}`, token, {
              ...body,
              ...(path === 'borrow' ? {} : { hours: undefined }),
            })
          ).code,
        ).toBe('SESSION_OF_OTHER_DEVICE');
    });

    test('is refused with forged tokens, whatever they change', async () => {
      const issued = await issueLicence(api.client);
      const { answer } = await acquire(issued);
      const valid = String(answer.token);
      const { kid = '' } = decodeProtectedHeader(valid) as { kid?: string };
      const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
      for (const { name, token } of forgeries({ kid, stranger })) {
        const { status } = await heartbeat(token(valid), answer.sessionId);
        expect([name, status]).toEqual([name, 401]);
      }
      expect((await heartbeat(valid, answer.sessionId)).status).toBe(200);
    });

    test('gets a clear refusal for text and numbers that no client sends', async () => {
      const issued = await issueLicence(api.client);
      const { answer } = await acquire(issued, '🖥️ شاشة \u202e fingerprint', {
        user: 'Zoë 🦊',
        group: '設計',
      });
      expect(answer.code).toBe('ACQUIRED');
      const nul = 'with\u0000zero';
      const half = `half ${String.fromCharCode(0xd800)}`;
      const refused = [
        { device: 'short' },
        { device: 'x'.repeat(201) },
        { device: 7 },
        { device: ['fingerprint-of-a-desk'] },
        { device: null },
        { user: nul },
        { user: half },
        { user: 'x'.repeat(201) },
        { group: nul },
        { product: nul },
        { product: 'x'.repeat(65) },
        { entitlements: Array.from({ length: 51 }, () => 'x') },
        { version: '-1' },
        { version: '1e9' },
        { version: '9'.repeat(10) },
        { clientTime: 'yesterday' },
        { clientTime: '99999-01-01T00:00:00Z' },
        { wait: 'yes' },
        { licenseKey: 'x'.repeat(65) },
        { seats: 10 },
      ];
      for (const more of refused) {
        const { status } = await acquire(issued, LAPTOP, more);
        expect([more, status === 422 || status === 403]).toEqual([more, true]);
      }
      for (const device of [`${nul}-fingerprint`, `${half}-fingerprint`])
        expect([201, 422]).toContain((await acquire(await issueLicence(api.client), device)).status);
      const session = { sessionId: answer.sessionId, device: '🖥️ شاشة \u202e fingerprint' };
      for (const hours of [0, -1, 1.5, 8761, 1e308, '1', null, []])
        expect(
          (await send('POST', '/api/v1/licenses/borrow', String(answer.token), { ...session, hours })).status,
        ).toBe(422);
      for (const idleSeconds of [-1, 0.5, 1e12, 'long'])
        expect(
          (
            await send('POST', '/api/v1/licenses/heartbeat', String(answer.token), {
              ...session,
              idleSeconds,
            })
          ).status,
        ).toBe(422);
      for (const sessionId of ['', '../..', nul, 7, `${answer.sessionId}'--`])
        expect(
          (await send('POST', '/api/v1/licenses/heartbeat', String(answer.token), { ...session, sessionId }))
            .status,
        ).toBe(422);
    });

    test('sees and changes nothing of another company, and evicts no session without the role', async () => {
      const issued = await issueLicence(api.client);
      const { answer } = await acquire(issued);
      const { licenceId } = issued;
      const tenantId = await api.context.identity.ensureTenant(`rival ${randomUUID()}`);
      const rival = `aim_rivalkey_${'0123456789abcdef'.repeat(3)}`;
      await api.context.identity.ensureKey(tenantId, 'rival', rival, ['admin']);
      const session = { sessionId: answer.sessionId, device: DEVICE };
      const reason = 'They need it more than you do.';
      const as = async (method: string, path: string, body?: object, bearer = rival) =>
        (await send(method, `/api/v1/licenses${path}`, bearer, body)).code;
      expect(await as('POST', '/heartbeat', session)).toBe('SESSION_NOT_FOUND');
      expect(await as('POST', '/release', session)).toBe('SESSION_NOT_FOUND');
      expect(await as('POST', '/borrow', { ...session, hours: 1 })).toBe('SESSION_NOT_FOUND');
      expect(await as('POST', `/sessions/${answer.sessionId}/evict`, { reason })).toBe('SESSION_NOT_FOUND');
      expect(await as('GET', `/${licenceId}`)).toBe('NOT_FOUND');
      expect(await as('GET', `/${licenceId}/devices`)).toBe('NOT_FOUND');
      expect(await as('POST', `/${licenceId}/suspend`, { version: 1, reason })).toBe('NOT_FOUND');
      expect(await as('POST', `/${licenceId}/file`, { device: DEVICE, hours: 1 })).toBe('NOT_FOUND');
      for (const path of ['', '/sessions', '/denials', '/products', `/sessions?licenceId=${licenceId}`])
        expect((await send('GET', `/api/v1/licenses${path}`, rival)).answer.items).toEqual([]);
      const theirs = await send('POST', '/api/v1/licenses/heartbeat', issued.licenseKey, {
        ...session,
        sessionId: randomUUID(),
      });
      expect(theirs.code).toBe('SESSION_NOT_FOUND');

      for (const role of ['builder', 'reviewer', 'readonly', 'executive'] as const) {
        const { key } = await api.client.apiKey.create({ name: `as ${role}`, roles: [role], scopes: ['*'] });
        expect(await as('POST', `/sessions/${answer.sessionId}/evict`, { reason }, key)).toBe('FORBIDDEN');
        expect(await as('POST', `/${licenceId}/revoke`, { version: 1, reason }, key)).toBe('FORBIDDEN');
      }
      expect((await heartbeat(String(answer.token), answer.sessionId)).answer.code).toBe('EXTENDED');
    });
  },
);

describe('an attacker of licences with rate limits', () => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  beforeAll(async () => {
    const [kind] = businessDatabases();
    testDatabase = await kind.create();
    api = await startApi(testDatabase, { RATE_LIMITS: 'on', TRUST_PROXY: '1' });
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  test('guesses no more keys by taking another address of the same IPv6 network each time', async () => {
    const codes = [];
    for (let attempt = 0; attempt < 12; attempt++) {
      const body = { licenseKey: `lic_${'a'.repeat(10)}_${'b'.repeat(22)}`, device: DEVICE };
      const headers = { 'x-forwarded-for': `2001:db8:1:2::${attempt + 1}` };
      codes.push((await sendTo(api.url, 'POST', '/api/v1/licenses/acquire', ADMIN_KEY, body, headers)).code);
    }
    expect(codes.slice(10)).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
  });

  test('has the installation sign no more by borrowing and returning in a loop', async () => {
    const { licenseKey } = await issueLicence(api.client, { maxSeats: 2 });
    const { answer } = await sendTo(api.url, 'POST', '/api/v1/licenses/acquire', licenseKey, {
      device: DEVICE,
    });
    const session = { sessionId: answer.sessionId, device: DEVICE };
    const codes = [];
    for (let round = 0; round < 6; round++)
      for (const [path, body] of [
        ['borrow', { ...session, hours: 1 }],
        ['return', session],
      ] as const)
        codes.push((await sendTo(api.url, 'POST', `/api/v1/licenses/${path}`, licenseKey, body)).code);
    expect(codes.slice(0, 2)).toEqual(['BORROWED', 'RETURNED']);
    expect(codes.at(-1)).toBe('RATE_LIMITED');
  });

  test('floods acquire from one device, and from many', async () => {
    const { licenseKey } = await issueLicence(api.client, { maxSeats: 2 });
    const ask = (device: string) =>
      sendTo(api.url, 'POST', '/api/v1/licenses/acquire', licenseKey, { device });
    const one = await Promise.all(Array.from({ length: 15 }, () => ask(DEVICE)));
    expect(one.filter(({ code }) => code === 'RATE_LIMITED')).toHaveLength(5);
    const many = await Promise.all(Array.from({ length: 60 }, (_, index) => ask(`fingerprint-${index}`)));
    const limited = many.filter(({ code }) => code === 'RATE_LIMITED');
    expect(limited).toHaveLength(10);
    expect(limited[0]?.headers.get('retry-after')).toMatch(/^\d+$/);
  });
});
