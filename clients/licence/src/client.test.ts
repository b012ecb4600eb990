import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { testEnvironment } from '../../../ai-api/test/api.ts';
import { createTestDatabase, type TestDatabase } from '../../../ai-api/test/databases.ts';
import {
  AWS_TEST_ENVIRONMENT,
  type KmsRecorder,
  startKmsRecorder,
} from '../../../ai-api/test/kms-recorder.ts';
import { issueLicence, send } from '../../../ai-api/test/licences/company.ts';
import { freePort } from '../../../ai-api/test/ports.ts';
import { type ApiProcess, startProcess } from '../../../ai-api/test/process.ts';
import { Licence, LicenceError, type LicenceOptions, openLicence, verifyToken } from './index.ts';

const DEVICE = 'fingerprint-of-a-desk';
const HOUR = 3_600_000;

describe('the licence client', () => {
  let testDatabase: TestDatabase;
  let kms: KmsRecorder;
  let api: ApiProcess;
  let baseUrl: string;
  let port: number;
  let directory: string;
  const licences: Licence[] = [];

  const start = () =>
    startProcess({
      ...testEnvironment(testDatabase, { LICENCE_SIGNING: 'kms', LICENCE_KMS_KEY: 'key-1' }),
      ...AWS_TEST_ENVIRONMENT,
      LICENCE_KMS_ENDPOINT: kms.url,
      PORT: String(port),
      PUBLIC_URL: `http://127.0.0.1:${port}`,
    });

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    kms = await startKmsRecorder();
    port = await freePort();
    api = await start();
    baseUrl = api.url ?? '';
    directory = mkdtempSync(join(tmpdir(), 'licence-client-'));
  });
  afterEach(async () => {
    for (const licence of licences.splice(0)) await licence.release();
  });
  afterAll(async () => {
    await api.end('SIGTERM');
    await kms.close();
    await testDatabase.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  async function prepare(policy: Record<string, unknown> = {}, maxSeats = 1) {
    const issued = await issueLicence(api.client, { maxSeats, policy });
    const options = (more: Partial<LicenceOptions> = {}): LicenceOptions => ({
      baseUrl,
      licenseKey: issued.licenseKey,
      product: issued.productCode,
      device: DEVICE,
      timeoutMs: 5_000,
      releaseOnExit: false,
      ...more,
    });
    const make = (more: Partial<LicenceOptions> = {}) => {
      const licence = new Licence(options(more));
      licences.push(licence);
      return licence;
    };
    return { issued, options, make };
  }

  test('acquires, beats and releases', async () => {
    const { make, issued } = await prepare();
    const licence = make();
    await licence.acquire();
    expect(licence.state).toBe('held');
    expect(licence.token).toMatchObject({ licenceId: issued.licenceId, entitlements: ['export'] });
    await licence.beat();
    expect(licence.state).toBe('held');
    await licence.release();
    expect((await api.client.seat.status({ licenseKey: issued.licenseKey })).seats.used).toBe(0);
  });

  test('sends one request where several ask at once', async () => {
    const { make, issued } = await prepare({ leaseBy: 'session' }, 5);
    const licence = make();
    await Promise.all([licence.acquire(), licence.acquire(), licence.acquire()]);
    expect((await api.client.seat.status({ licenseKey: issued.licenseKey })).seats.used).toBe(1);
  });

  test('shows a refusal and does not repeat it', async () => {
    const { make, options } = await prepare();
    await make().acquire();
    const refused = openLicence(options({ device: 'fingerprint-of-a-laptop' }));
    await expect(refused).rejects.toMatchObject({
      code: 'NO_SEATS',
      status: 409,
      seats: { used: 1, max: 1 },
    });
    await expect(refused).rejects.toBeInstanceOf(LicenceError);
  });

  test('acquires again once after a 404, and is lost when that is refused', async () => {
    const { make, issued } = await prepare();
    const licence = make();
    const evict = async () => {
      const { items } = await api.client.licenceSession.list({ licenceId: issued.licenceId, state: 'held' });
      await api.client.licenceSession.evict({
        sessionId: items[0]?.sessionId ?? '',
        reason: 'The test takes the seat away.',
      });
    };
    await licence.acquire();
    const first = licence.token?.sessionId;
    await evict();
    await licence.beat();
    expect(licence.state).toBe('held');
    expect(licence.token?.sessionId).not.toBe(first);
    await evict();
    await make({ device: 'fingerprint-of-a-laptop' }).acquire();
    const lost: string[] = [];
    licence.on('lost', ({ code }) => lost.push(code));
    await licence.beat();
    expect(lost).toEqual(['NO_SEATS']);
    expect(licence.state).toBe('lost');
  });

  test('waits in the queue until a seat is offered, and claims it', async () => {
    const { make } = await prepare({ onFull: 'queue' });
    const holder = make();
    await holder.acquire();
    const waiting = make({ device: 'fingerprint-of-a-laptop', wait: true });
    const places: number[] = [];
    waiting.on('queued', (place) => places.push(place));
    await waiting.acquire();
    expect(waiting.state).toBe('queued');
    await holder.release();
    await waiting.beat();
    expect(waiting.state).toBe('held');
    expect(places).toEqual([1]);
  });

  describe('while the API is killed, between a grant and its answer, and started again', () => {
    const headers = { 'idempotency-key': 'start-of-the-editor' };
    const path = '/api/v1/licenses/acquire';
    let held: Licence;
    let heldKey: string;
    let session: string | undefined;
    let restarted: Licence;
    let granted: Awaited<ReturnType<typeof prepare>>['issued'];
    const stateWhileAway: Record<string, unknown> = {};

    beforeAll(async () => {
      const { make, options, issued } = await prepare();
      heldKey = issued.licenseKey;
      const cacheFile = join(directory, 'killed', 'licence');
      held = make({ cacheFile });
      await held.acquire();
      session = held.token?.sessionId;
      granted = (await prepare({ leaseBy: 'session' }, 2)).issued;
      kms.fault = 'hang';
      const calls = kms.calls.length;
      const body = { device: DEVICE };
      const answer = send(baseUrl, 'POST', path, granted.licenseKey, body, headers).catch(() => 'killed');
      await vi.waitFor(() => expect(kms.calls.length).toBeGreaterThan(calls), { timeout: 20_000 });
      await api.end('SIGKILL');
      kms.fault = null;
      stateWhileAway.answer = await answer;
      await held.beat();
      stateWhileAway.held = held.state;
      restarted = make({ cacheFile });
      await restarted.acquire();
      stateWhileAway.restarted = { state: restarted.state, session: restarted.token?.sessionId };
      const elsewhere = openLicence(options({ device: 'another-device', cacheFile }));
      stateWhileAway.elsewhere = await elsewhere.catch(({ code }: LicenceError) => code);
      // The next tests use both.
      licences.length = 0;
      api = await start();
    });
    afterAll(async () => {
      for (const licence of [held, restarted]) await licence.release();
    });

    test('it goes on with its token, also after a restart of its own, and holds the same seat afterwards', async () => {
      expect(stateWhileAway).toMatchObject({
        held: 'offline',
        restarted: { state: 'offline', session },
        elsewhere: 'OFFLINE',
      });
      await held.beat();
      expect(held).toMatchObject({ state: 'held', token: { sessionId: session } });
      expect((await api.client.seat.status({ licenseKey: heldKey })).seats.used).toBe(1);
    });

    test('16: the request that got no answer is repeated with its key, and no seat leaks', async () => {
      expect(stateWhileAway.answer).toBe('killed');
      const { licenseKey } = granted;
      expect((await api.client.seat.status({ licenseKey })).seats.used).toBe(1);
      const { answer } = await send(baseUrl, 'POST', path, licenseKey, { device: DEVICE }, headers);
      expect(answer).toMatchObject({ code: 'RENEWED', seats: { used: 1 } });
      expect(String(answer.token)).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    });
  });

  test('18: a clock that is back a day while a seat is borrowed has to go online', async () => {
    const { make } = await prepare();
    const cacheFile = join(directory, 'borrowed', 'licence');
    const licence = make({ cacheFile });
    await licence.acquire();
    await licence.borrow(48);
    expect(licence.state).toBe('borrowed');
    await licence.release();
    const offline = { cacheFile, baseUrl: `http://127.0.0.1:${await freePort()}` };
    const plane = make({ ...offline, now: () => Date.now() + 47 * HOUR });
    await plane.acquire();
    expect(plane.state).toBe('borrowed');
    await expect(make({ ...offline, now: () => Date.now() - 24 * HOUR }).acquire()).rejects.toMatchObject({
      code: 'CLOCK',
    });
    await expect(make({ ...offline, now: () => Date.now() + 49 * HOUR }).acquire()).rejects.toMatchObject({
      code: 'OFFLINE',
    });
    const online = make({ cacheFile });
    await online.acquire();
    expect(online.state).toBe('borrowed');
    await online.giveBack();
    expect(online.state).toBe('held');
  });

  test('keeps its cache for its owner, sealed, and refuses keys that are not built in', async () => {
    const { make, options } = await prepare();
    const cacheFile = join(directory, 'pinned', 'licence');
    const licence = make({ cacheFile });
    await licence.acquire();
    expect(statSync(cacheFile).mode & 0o777).toBe(0o600);
    expect(readFileSync(cacheFile, 'utf8')).not.toContain('eyJ');
    await expect(openLicence(options({ keys: { keys: [] } }))).rejects.toThrow('not known');
  });

  test('verifies an exported licence file without any server', async () => {
    const { issued } = await prepare();
    const device = 'fingerprint-of-a-ship';
    const { content } = await api.client.licence.file({ licenceId: issued.licenceId, device, hours: 24 });
    const { token, jwks } = JSON.parse(content) as { token: string; jwks: { keys: [] } };
    const check = { keys: jwks, product: issued.productCode, device, now: Date.now() };
    expect(await verifyToken(token, check)).toMatchObject({ licenceId: issued.licenceId });
    await expect(verifyToken(token, { ...check, device: DEVICE })).rejects.toThrow('another device');
  });
});
