import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { type MovableClock, movableClock } from '../../../../test/clock.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { type Issued, issueLicence, send } from '../../../../test/licences/company.ts';
import { testKeyFile } from '../../../../test/licences/key.ts';
import { giveNotices } from './analytics/notices.ts';
import { forgetHistory } from './sessions/store.ts';

const DEVICE = 'fingerprint-of-a-desk';
const HOUR = 3_600_000;

describe.each(businessDatabases())('licences as admins see them on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  const clock: MovableClock = movableClock();
  const post = (path: string, bearer: string, body: object) => send(api.url, 'POST', path, bearer, body);
  const acquire = ({ licenseKey }: Issued, device = DEVICE, more: object = {}) =>
    post('/api/v1/licenses/acquire', licenseKey, { device, ...more });
  const heartbeat = (bearer: string, sessionId: unknown, device = DEVICE) =>
    post('/api/v1/licenses/heartbeat', bearer, { sessionId, device });
  const release = (bearer: string, sessionId: unknown, device = DEVICE) =>
    post('/api/v1/licenses/release', bearer, { sessionId, device });

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase, { LICENCE_KEY_FILE: testKeyFile() }, { clock });
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  test('admins see who holds seats, force a release, and read how seats were used', async () => {
    const issued = await issueLicence(api.client, { maxSeats: 1 });
    const { licenceId } = issued;
    const { answer } = await acquire(issued, DEVICE, { user: 'ada' });
    const sessionId = String(answer.sessionId);
    clock.setAhead(0.05 * HOUR);
    await acquire(issued, 'fingerprint-of-a-laptop');
    const { items } = await api.client.licenceSession.list({ licenceId, state: 'live' });
    expect(items).toMatchObject([{ sessionId, user: 'ada', state: 'held' }]);
    await api.client.licenceSession.evict({ sessionId, reason: 'She is on leave this week.' });
    expect((await heartbeat(String(answer.token), sessionId)).code).toBe('SESSION_NOT_FOUND');
    clock.setAhead(0.1 * HOUR);
    const {
      licences: [usage],
      hours,
    } = await api.client.licenceAnalytics.usage({ licenceId });
    expect(usage).toMatchObject({
      peakSeats: 1,
      peakDemand: 2,
      sessions: 1,
      leakedShare: 0,
      denials: { NO_SEATS: 1 },
      seatsFor99Percent: 2,
    });
    expect(usage?.minutesFull).toBeGreaterThanOrEqual(3);
    expect(hours.reduce((sum, { denials }) => sum + denials, 0)).toBe(1);
    clock.setAhead(0);
  });

  test('a policy sets the pause between heartbeats, shorter than the lease', async () => {
    const issued = await issueLicence(api.client, { policy: { heartbeatSeconds: 300 } });
    expect((await acquire(issued)).answer).toMatchObject({ heartbeatAfterSeconds: 300 });
    await expect(issueLicence(api.client, { policy: { heartbeatSeconds: 360 } })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });

  test('a licence that could never give a seat is not issued', async () => {
    const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
    for (const terms of [
      { expiresAt: day(-1) },
      { startsAt: day(10), expiresAt: day(5) },
      { versionFrom: '4.2', versionTo: '3' },
      { maxSeats: 0 },
      { maxSeats: -1 },
      { maxSeats: 1e9 },
      { policy: { reservations: [{ group: 'leads', seats: 3 }] } },
      { policy: { borrowKeep: 3 } },
    ])
      await expect(issueLicence(api.client, terms)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(await issueLicence(api.client, { versionFrom: '4.2', versionTo: '4' })).toMatchObject({
      versionTo: '4',
    });
  });

  test('history is removed after its time, and sessions that go on are not', async () => {
    const issued = await issueLicence(api.client, { maxSeats: 2 });
    const { answer } = await acquire(issued);
    await acquire(issued, 'fingerprint-of-a-laptop');
    await acquire(issued, 'fingerprint-of-a-phone');
    await release(issued.licenseKey, answer.sessionId);
    const { tenantId } = await api.client.identity.whoami({});
    const states = async () => {
      const { items } = await api.client.licenceSession.list({ licenceId: issued.licenceId });
      return items.map(({ state }) => state).sort();
    };
    const forget = (before: Date) =>
      api.context.database.withTenant(tenantId, (transaction) => forgetHistory(transaction, before, 100));
    await forget(new Date(Date.now() - HOUR));
    expect(await states()).toEqual(['held', 'released']);
    await forget(new Date(Date.now() + HOUR));
    expect(await states()).toEqual(['held']);
    const { items } = await api.client.licenceSession.denials({ licenceId: issued.licenceId });
    expect(items).toEqual([]);
  });

  test('notices of the end of a licence are given once for each step', async () => {
    const ends = (days: number) => new Date(Date.now() + days * 24 * HOUR).toISOString();
    const soon = await issueLicence(api.client, { expiresAt: ends(6.5) });
    await issueLicence(api.client, { expiresAt: ends(60) });
    const { database, events } = api.context;
    const { tenantId } = await api.client.identity.whoami({});
    expect(await giveNotices(database, events, tenantId, new Date())).toBe(1);
    expect(await giveNotices(database, events, tenantId, new Date())).toBe(0);
    expect(await giveNotices(database, events, tenantId, new Date(Date.now() + 6 * 24 * HOUR))).toBe(1);
    const { items } = await api.client.licenceAnalytics.expiring({ days: 7 });
    expect(items).toMatchObject([{ licenceId: soon.licenceId, daysLeft: 7 }]);
  });

  test('an exported file holds a seat, its token and the keys', async () => {
    const { licenceId, licenseKey } = await issueLicence(api.client, { maxSeats: 1 });
    const { content } = await api.client.licence.file({
      licenceId,
      device: 'fingerprint-of-a-ship',
      hours: 100,
    });
    const file = JSON.parse(content) as { token: string; jwks: { keys: { kid: string }[] } };
    expect(file.jwks.keys.map(({ kid }) => kid)).toContain(
      JSON.parse(Buffer.from(file.token.split('.')[0] ?? '', 'base64url').toString()).kid,
    );
    expect((await api.client.seat.status({ licenseKey })).seats.used).toBe(1);
  });
});
