import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { freePort } from '../../../../test/ports.ts';
import {
  CLEAN,
  INFECTED,
  type ScannerRecorder,
  startScannerRecorder,
  TOO_LARGE,
} from '../../../../test/scanner-recorder.ts';
import { staff } from '../../../../test/staff.ts';
import { figures, MB, tusClient } from '../../../../test/tus.ts';
import type { Client } from '../../../catalogue/client.ts';
import { systemActor } from '../audit/index.ts';

const POLL = { timeout: 30_000, interval: 50 };
const PERSON = 'exec@people.example';
const HOUR_MS = 3_600_000;

describe.each(businessDatabases())('content without a use on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let scanner: ScannerRecorder;
  let api: TestApi;
  let person: Client;
  let operator: Client;
  let tenantId: string;

  beforeAll(async () => {
    testDatabase = await create();
    scanner = await startScannerRecorder(await freePort());
    const port = String(await freePort());
    const env = { PORT: port, CLAMD_ADDRESS: scanner.address, FILE_UPLOAD_HOURS: '72' };
    api = await startApi(testDatabase, env);
    person = await staff(api, PERSON, ['executive']);
    operator = await staff(api, 'operator@people.example', ['ops']);
    ({ tenantId } = await person.identity.whoami({}));
  });
  afterAll(async () => {
    await api?.stop();
    await scanner?.close();
    await testDatabase?.remove();
  });

  const { headers, begin, patch } = tusClient(() => api.url, PERSON);
  const keys = async (prefix: string) => (await api.context.objects.list(prefix)).keys;
  const stateOf = async (fileId: string) => (await person.file.get({ fileId })).state;
  const become = (fileId: string, state: string) => expect.poll(() => stateOf(fileId), POLL).toBe(state);
  const upload = (content: string) =>
    person.file.upload({
      name: 'x.txt',
      category: 'document',
      contentType: 'text/plain',
      base64: Buffer.from(content).toString('base64'),
    });
  const newestId = async () => (await person.file.list({ limit: 1 })).items[0]?.fileId ?? '';
  const usedMb = async () => (await api.client.file.getSettings({})).usedMb;

  /** Sweeps as if hours had passed. */
  async function sweepAfter(hours: number): Promise<number> {
    const { clock } = api.context;
    const before = clock.now;
    clock.now = () => new Date(Date.now() + hours * HOUR_MS);
    try {
      return await api.context.files.sweep(tenantId);
    } finally {
      clock.now = before;
    }
  }

  test('is deleted a day later where its transaction was refused, and nothing else is', async () => {
    const { fileId } = await upload('Stays');
    await become(fileId, 'ready');
    const before = await keys('files/');
    await api.client.file.setSettings({ quotaMb: 1 });
    await expect(upload('x'.repeat(2 * MB))).rejects.toMatchObject({ code: 'FILE_QUOTA_EXCEEDED' });
    await api.client.file.setSettings({ quotaMb: 1000 });
    expect(await keys('files/')).toHaveLength(before.length + 1);
    expect(await sweepAfter(23)).toBe(0);
    expect(await keys('files/')).toHaveLength(before.length + 1);
    expect(await sweepAfter(25)).toBe(1);
    expect(await keys('files/')).toEqual(before);
    const { file } = await person.file.link({ fileId });
    expect(await (await fetch(file.url)).text()).toBe('Stays');
  });

  test('is not taken by a version that comes after it was discarded', async () => {
    const { files, database } = api.context;
    const actor = systemActor(tenantId, 'test.write');
    const store = () => files.store(tenantId, 'files', 'document', Buffer.from('Late'), 'text/plain');
    const attach = (stored: Awaited<ReturnType<typeof store>>) =>
      database.withTenant(tenantId, (transaction) =>
        files.attach(transaction, actor, stored, {
          name: 'late.txt',
          category: 'document',
          origin: 'upload',
          contentType: 'text/plain',
        }),
      );
    const [inTime, late] = [await store(), await store()];
    await attach(inTime);
    expect(await sweepAfter(25)).toBe(1);
    await expect(attach(late)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await keys('files/')).toContain(inTime.key);
    expect(await keys('files/')).not.toContain(late.key);
  });

  test('is found among the parts of uploads: those of an upload under way stay', async () => {
    const { objects } = api.context;
    const body = figures(2 * MB);
    const place = await begin(body.length);
    expect((await patch(place, 0, body.subarray(0, MB))).status).toBe(204);
    const own = await keys('incoming/');
    const orphan = `incoming/${tenantId}/${uuidv7()}/${uuidv7()}`;
    await objects.put(orphan, Buffer.from('left by a process that ended'));
    expect(await sweepAfter(23)).toBe(0);
    expect(await sweepAfter(25)).toBe(1);
    expect(await keys('incoming/')).toEqual(own);
    expect((await patch(place, MB, body.subarray(MB))).status).toBe(204);
    await become(await newestId(), 'ready');
    expect(await keys('incoming/')).toEqual([]);
  });

  test('is an upload that is never finished', async () => {
    const place = await begin(2 * MB);
    await patch(place, 0, figures(MB));
    expect(await sweepAfter(73)).toBe(1);
    expect((await fetch(place, { method: 'HEAD', headers })).status).toBe(404);
    expect(await keys('incoming/')).toEqual([]);
  });

  test('counts towards the quota until it is deleted, also when it was refused', async () => {
    const before = await usedMb();
    const refused = await upload(`MZ${'\0'.repeat(MB)}`);
    await become(refused.fileId, 'rejected');
    expect(await usedMb()).toBeCloseTo(before + 1, 1);
    scanner.say(INFECTED);
    const infected = await upload('x'.repeat(MB));
    await become(infected.fileId, 'quarantined');
    scanner.say(CLEAN);
    expect(await usedMb()).toBeCloseTo(before + 2, 1);
    expect(await sweepAfter(31 * 24)).toBe(2);
    expect(await usedMb()).toBeCloseTo(before, 1);
    expect(await stateOf(infected.fileId)).toBe('rejected');
    const release = { fileId: infected.fileId, version: 1, reason: 'It was only a drill of ours.' };
    await expect(operator.file.release(release)).rejects.toMatchObject({ code: 'FILE_STATE' });
  });

  test('are not the bytes of a version that shares them with one that was refused long ago', async () => {
    const { fileId } = await upload('Shared');
    await become(fileId, 'ready');
    await person.file.upload({
      fileId,
      name: 'x.txt',
      category: 'document',
      contentType: 'text/plain',
      base64: Buffer.from('Second').toString('base64'),
    });
    await become(fileId, 'ready');
    await person.file.restore({ fileId, version: 1 });
    scanner.say(INFECTED);
    await operator.file.rescan({ fileId, version: 1 });
    await become(fileId, 'quarantined');
    scanner.say(CLEAN);
    await operator.file.release({ fileId, version: 3, reason: 'It was only a drill of ours.' });
    expect(await sweepAfter(31 * 24)).toBe(1);
    const { file } = await person.file.link({ fileId, version: 3 });
    expect(await (await fetch(file.url)).text()).toBe('Shared');
  });

  test('are the parts of an upload once they are joined, so that it can be scanned again', async () => {
    scanner.say(TOO_LARGE);
    const body = figures(MB);
    const place = await begin(body.length);
    await patch(place, 0, body);
    const fileId = await newestId();
    await become(fileId, 'scan_failed');
    expect(await keys('incoming/')).toEqual([]);
    scanner.say(CLEAN);
    await operator.file.rescan({ fileId, version: 1 });
    await become(fileId, 'ready');
    const { file } = await person.file.link({ fileId });
    expect(Buffer.from(await (await fetch(file.url)).arrayBuffer()).equals(body)).toBe(true);
  });
});
