import { randomUUID } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_KEY, startApi, type TestApi } from '../../../../test/api.ts';
import { type MovableClock, movableClock } from '../../../../test/clock.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { AWS_TEST_ENVIRONMENT, type KmsRecorder, startKmsRecorder } from '../../../../test/kms-recorder.ts';
import { type Issued, issueLicence, send as sendTo } from '../../../../test/licences/company.ts';
import { allOperations } from '../../../../test/operations/step.ts';
import { deviceHash } from './keys.ts';

const DEVICE = 'fingerprint-of-a-desk';
const HOUR = 3_600_000;

describe.each(businessDatabases())('licences over HTTP on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let kms: KmsRecorder;
  const clock: MovableClock = movableClock();
  const before = { ...process.env };
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
  const release = (bearer: string, sessionId: unknown, device = DEVICE) =>
    send('DELETE', `/api/v1/licenses/release?sessionId=${sessionId}&device=${device}`, bearer);

  beforeAll(async () => {
    Object.assign(process.env, AWS_TEST_ENVIRONMENT);
    kms = await startKmsRecorder();
    testDatabase = await create();
    api = await startApi(
      testDatabase,
      { LICENCE_SIGNING: 'kms', LICENCE_KMS_KEY: 'key-1', LICENCE_KMS_ENDPOINT: kms.url },
      { clock },
    );
  });
  afterAll(async () => {
    await api.stop();
    await kms.close();
    await testDatabase.remove();
    process.env = before;
  });

  test('a licence key opens nothing but what is about its seats', async () => {
    const { licenseKey } = await issueLicence(api.client);
    const open: string[] = [];
    for (const [name, op] of allOperations()) {
      if (op.access === 'public') continue;
      const path = op.path.replaceAll(/\{\w+\}/g, randomUUID());
      const body = op.method === 'GET' || op.method === 'DELETE' ? undefined : {};
      const { code } = await send(op.method, path, licenseKey, body);
      if (code !== 'FORBIDDEN') open.push(name);
    }
    expect(open.sort()).toEqual([
      'seat.acquire',
      'seat.borrow',
      'seat.heartbeat',
      'seat.release',
      'seat.releaseByPost',
      'seat.releaseSession',
      'seat.return',
      'seat.status',
    ]);
    for (const path of ['/metrics', '/events/stream'])
      expect((await send('GET', path, licenseKey)).status).toBe(403);
  });

  test('keys and fingerprints are stored as hashes only', async () => {
    const issued = await issueLicence(api.client);
    await acquire(issued);
    const system = api.context.database.system('the test looks at what is stored');
    const stored = JSON.stringify([
      await system.selectFrom('licences.licences').selectAll().execute(),
      await system.selectFrom('licences.sessions').selectAll().execute(),
      await system.selectFrom('audit.events').selectAll().execute(),
    ]);
    const secret = issued.licenseKey.split('_').slice(2).join('_');
    expect(secret.length).toBeGreaterThan(20);
    expect(stored).not.toContain(secret);
    expect(stored).not.toContain(DEVICE);
    expect(stored).toContain(deviceHash(issued.licenceId, DEVICE));
  });

  test('the token of a session keeps and releases that session, and no other', async () => {
    const issued = await issueLicence(api.client);
    const { answer, status } = await acquire(issued);
    const token = String(answer.token);
    expect(status).toBe(201);
    expect(answer).toMatchObject({
      code: 'ACQUIRED',
      heartbeatAfterSeconds: 120,
      seats: { used: 1, max: 2 },
    });
    expect((await acquire(issued)).answer).toMatchObject({
      code: 'RENEWED',
      token,
      sessionId: answer.sessionId,
    });
    expect((await heartbeat(token, answer.sessionId)).answer).toMatchObject({
      code: 'EXTENDED',
      token: null,
    });
    expect((await heartbeat(token, answer.sessionId, 'another-device')).code).toBe('SESSION_OF_OTHER_DEVICE');
    const second = (await acquire(issued, 'fingerprint-of-a-laptop')).answer;
    expect((await heartbeat(token, second.sessionId, 'fingerprint-of-a-laptop')).status).toBe(403);
    const released = await release(token, answer.sessionId);
    expect(released.answer).toMatchObject({ code: 'RELEASED', state: 'released' });
    expect((await release(token, answer.sessionId)).answer).toEqual(released.answer);
    expect(await heartbeat(token, answer.sessionId)).toMatchObject({
      status: 404,
      code: 'SESSION_NOT_FOUND',
    });
    expect((await release(issued.licenseKey, randomUUID())).status).toBe(404);
  });

  test('a key of another company finds no licence', async () => {
    const issued = await issueLicence(api.client);
    const tenantId = await api.context.identity.ensureTenant('another company');
    const key = `aim_otherkey_${'0123456789abcdef'.repeat(3)}`;
    await api.context.identity.ensureKey(tenantId, 'other', key, ['admin']);
    const body = { licenseKey: issued.licenseKey, device: DEVICE };
    expect((await send('POST', '/api/v1/licenses/acquire', key, body)).code).toBe('LICENSE_NOT_FOUND');
    expect((await send('POST', '/api/v1/licenses/acquire', ADMIN_KEY, body)).status).toBe(201);
    const wrong = `${issued.licenseKey.slice(0, -4)}abcd`;
    expect((await send('POST', '/api/v1/licenses/acquire', wrong, { device: DEVICE })).status).toBe(401);
    expect((await send('POST', '/api/v1/licenses/keys/rotate', key, { keyRef: 'key-2' })).status).toBe(403);
  });

  test('each refusal has its own code, and is a denial that is reported once', async () => {
    const issued = await issueLicence(api.client, { maxSeats: 1, versionFrom: '2', versionTo: '4' });
    const refused = async (more: object, device = DEVICE) => (await acquire(issued, device, more)).code;
    expect(await refused({ product: 'painting' })).toBe('PRODUCT_MISMATCH');
    expect(await refused({ entitlements: ['render'] })).toBe('ENTITLEMENT_MISSING');
    expect(await refused({ version: '1.9' })).toBe('VERSION_NOT_COVERED');
    expect(await refused({ version: '5' })).toBe('VERSION_NOT_COVERED');
    expect(await refused({ clientTime: new Date(Date.now() - 25 * HOUR).toISOString() })).toBe('CLOCK_SKEW');
    expect((await acquire(issued, DEVICE, { version: '4.2' })).status).toBe(201);
    const full = await acquire(issued, 'fingerprint-of-a-laptop');
    expect(full).toMatchObject({ status: 409, code: 'NO_SEATS', answer: { seats: { used: 1, max: 1 } } });
    const { retryAfterSeconds } = full.answer.seats as { retryAfterSeconds: number };
    expect(full.headers.get('retry-after')).toBe(String(retryAfterSeconds));
    expect(Number(full.headers.get('retry-after'))).toBeGreaterThan(300);
    await acquire(issued, 'fingerprint-of-a-laptop');
    const { items } = await api.client.licenceSession.denials({ licenceId: issued.licenceId });
    expect(items.find(({ code }) => code === 'NO_SEATS')).toMatchObject({ attempts: 2 });
    expect(items).toHaveLength(5);
    const events = await api.context.database
      .system('the test reads the events')
      .selectFrom('events.outbox')
      .select('data')
      .where('type', '=', 'license.seat.denied')
      .execute();
    const mine = events.map(({ data }) => data as { licenceId: string; code: string });
    expect(mine.filter(({ licenceId }) => licenceId === issued.licenceId)).toHaveLength(5);
  });

  test('a blocked device loses its seat and gets no other; devices in a day are limited', async () => {
    const issued = await issueLicence(api.client, { policy: { maxDevicesPerDay: 1 } });
    const { licenceId } = issued;
    const { answer } = await acquire(issued);
    expect((await acquire(issued, 'fingerprint-of-a-laptop')).code).toBe('DEVICE_LIMIT');
    const device = deviceHash(licenceId, DEVICE);
    await api.client.licence.blockDevice({
      licenceId,
      device,
      blocked: true,
      reason: 'It was stolen last week.',
    });
    expect((await heartbeat(String(answer.token), answer.sessionId)).code).toBe('SESSION_NOT_FOUND');
    expect((await acquire(issued)).code).toBe('DEVICE_BLOCKED');
    await api.client.licence.blockDevice({
      licenceId,
      device,
      blocked: false,
      reason: 'It was found again.',
    });
    expect((await acquire(issued)).status).toBe(201);
  });

  test('10: a suspended licence ends its seats; a borrowed token remains valid offline', async () => {
    const issued = await issueLicence(api.client);
    const { licenceId } = issued;
    const { answer } = await acquire(issued);
    const token = String(answer.token);
    const reason = 'The invoice was not paid.';
    await api.client.licence.suspend({ licenceId, version: 1, reason });
    expect((await acquire(issued)).code).toBe('LICENSE_SUSPENDED');
    expect((await heartbeat(token, answer.sessionId)).code).toBe('LICENSE_SUSPENDED');
    await api.client.licence.reinstate({ licenceId, version: 2, reason });
    expect((await heartbeat(token, answer.sessionId)).code).toBe('SESSION_NOT_FOUND');
    expect((await acquire(issued)).status).toBe(201);
    await api.client.licence.revoke({ licenceId, version: 3, reason });
    await expect(api.client.licence.reinstate({ licenceId, version: 4, reason })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    expect((await acquire(issued)).code).toBe('LICENSE_REVOKED');
  });

  test('15: while AWS KMS throttles the seat is given back, and a renewal keeps its token', async () => {
    const issued = await issueLicence(api.client, { maxSeats: 1 });
    kms.fault = 'throttle';
    expect(await acquire(issued)).toMatchObject({ status: 503, code: 'SIGNING_UNAVAILABLE' });
    kms.fault = null;
    const { answer } = await acquire(issued, 'fingerprint-of-a-laptop');
    expect(answer.code).toBe('ACQUIRED');
    kms.fault = 'throttle';
    const again = await acquire(issued, 'fingerprint-of-a-laptop');
    kms.fault = null;
    expect(again.answer).toMatchObject({ code: 'RENEWED', token: answer.token });
  });

  test('a heartbeat signs a new token once half the life of the old one is over', async () => {
    const issued = await issueLicence(api.client, { policy: { ttlSeconds: 7200 } });
    const { answer } = await acquire(issued);
    const calls = kms.calls.length;
    await heartbeat(String(answer.token), answer.sessionId);
    expect(kms.calls.length).toBe(calls);
    clock.setAhead(1.75 * HOUR);
    const fresh = (await heartbeat(String(answer.token), answer.sessionId)).answer.token;
    expect(decodeJwt(String(fresh)).exp).toBeGreaterThan(decodeJwt(String(answer.token)).exp ?? 0);
    expect(kms.calls.length).toBe(calls + 1);
    clock.setAhead(0);
  });

  test('seats are borrowed within the policy, and returned early', async () => {
    const issued = await issueLicence(api.client, { policy: { maxBorrowHours: 48 } });
    const { answer } = await acquire(issued);
    const token = String(answer.token);
    const borrow = (hours: number) =>
      send('POST', '/api/v1/licenses/borrow', token, { sessionId: answer.sessionId, device: DEVICE, hours });
    expect((await borrow(49)).code).toBe('BORROW_TOO_LONG');
    const borrowed = (await borrow(48)).answer;
    expect(decodeJwt(String(borrowed.token))).toMatchObject({
      off: Math.floor(Date.parse(String(borrowed.expiresAt)) / 1000),
    });
    clock.setAhead(HOUR);
    const { seats } = await api.client.seat.status({ licenseKey: issued.licenseKey });
    expect(seats.used).toBe(1);
    clock.setAhead(0);
    const returned = await send('POST', '/api/v1/licenses/return', String(borrowed.token), {
      sessionId: answer.sessionId,
      device: DEVICE,
    });
    expect(returned.answer).toMatchObject({ code: 'RETURNED', state: 'held' });
    const none = await issueLicence(api.client, { policy: { maxBorrowHours: 0 } });
    const held = (await acquire(none)).answer;
    const body = { sessionId: held.sessionId, device: DEVICE, hours: 1 };
    expect((await send('POST', '/api/v1/licenses/borrow', none.licenseKey, body)).code).toBe(
      'BORROW_REFUSED',
    );
  });

  test('20: a waiting caller is offered the seat, which is announced, and claims it', async () => {
    const issued = await issueLicence(api.client, { maxSeats: 1, policy: { onFull: 'queue' } });
    const { answer } = await acquire(issued);
    const waiting = await acquire(issued, 'fingerprint-of-a-laptop', { wait: true });
    expect(waiting.status).toBe(202);
    expect(waiting.answer).toMatchObject({ code: 'QUEUED', position: 1, token: null });
    expect((await heartbeat(String(answer.token), answer.sessionId)).answer.seats).toMatchObject({
      waiting: 1,
    });
    await release(String(answer.token), answer.sessionId);
    const offered = await heartbeat(issued.licenseKey, waiting.answer.sessionId, 'fingerprint-of-a-laptop');
    expect(offered.answer.code).toBe('OFFERED');
    const claimed = await acquire(issued, 'fingerprint-of-a-laptop');
    expect(claimed.answer).toMatchObject({ code: 'ACQUIRED', sessionId: waiting.answer.sessionId });
    const offers = await api.context.database
      .system('the test reads the events')
      .selectFrom('events.outbox')
      .select('data')
      .where('type', '=', 'license.seat.offered')
      .execute();
    expect(offers.map(({ data }) => data)).toEqual([
      expect.objectContaining({ licenceId: issued.licenceId }),
    ]);
  });

  test('where each session has a seat, an Idempotency-Key names the session', async () => {
    const issued = await issueLicence(api.client, { policy: { leaseBy: 'session' } });
    const headers = { 'idempotency-key': 'start-of-the-editor' };
    const first = await acquire(issued, DEVICE, {}, headers);
    const again = await acquire(issued, DEVICE, {}, headers);
    expect(again.answer).toMatchObject({ code: 'RENEWED', sessionId: first.answer.sessionId });
    expect((await acquire(issued)).answer).toMatchObject({ code: 'ACQUIRED', seats: { used: 2 } });
  });

  test('a limit of seats by user is not passed by leaving the user out', async () => {
    const issued = await issueLicence(api.client, { policy: { maxPerUser: 1 } });
    for (const more of [{}, { user: ' ' }])
      expect((await acquire(issued, DEVICE, more)).code).toBe('INVALID_INPUT');
    expect((await acquire(issued, DEVICE, { user: 'ada' })).status).toBe(201);
    expect(await acquire(issued, 'fingerprint-of-a-laptop', { user: 'ada' })).toMatchObject({
      code: 'USER_LIMIT',
      answer: { seats: { used: 1, max: 2 } },
    });
  });

  test('a user has one seat on the newest of their devices, where users lease', async () => {
    const issued = await issueLicence(api.client, { policy: { leaseBy: 'user' } });
    expect((await acquire(issued)).code).toBe('INVALID_INPUT');
    const { answer } = await acquire(issued, DEVICE, { user: 'ada' });
    const moved = await acquire(issued, 'fingerprint-of-a-laptop', { user: 'ada' });
    expect(moved.answer).toMatchObject({ code: 'RENEWED', sessionId: answer.sessionId, seats: { used: 1 } });
    expect(decodeJwt(String(moved.answer.token)).sub).toBe(
      deviceHash(issued.licenceId, 'fingerprint-of-a-laptop'),
    );
    expect((await heartbeat(String(answer.token), answer.sessionId)).code).toBe('SESSION_OF_OTHER_DEVICE');
  });

  test('the published keys hold those of licences and those of sign-in', async () => {
    const { answer } = await send('GET', '/.well-known/jwks.json', null);
    const kinds = (answer.keys as { kty: string; d?: string }[]).map(({ kty }) => kty);
    expect(new Set(kinds)).toEqual(new Set(['OKP', 'RSA']));
    expect(JSON.stringify(answer)).not.toContain('"d"');
  });
});

describe('with rate limits', () => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  beforeAll(async () => {
    const [kind] = businessDatabases();
    testDatabase = await kind.create();
    api = await startApi(testDatabase, { RATE_LIMITS: 'on' });
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  test('wrong keys of one address are limited', async () => {
    const codes = [];
    for (let attempt = 0; attempt < 12; attempt++) {
      const body = { licenseKey: `lic_${'a'.repeat(10)}_${'b'.repeat(22)}`, device: DEVICE };
      codes.push((await sendTo(api.url, 'POST', '/api/v1/licenses/acquire', ADMIN_KEY, body)).code);
    }
    expect(codes.filter((code) => code === 'LICENSE_NOT_FOUND')).toHaveLength(10);
    expect(codes.slice(10)).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
  });
});
