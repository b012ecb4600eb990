import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { builderRow } from '../../../../test/people.ts';
import { freePort } from '../../../../test/ports.ts';
import { erase, exportedText } from '../../../../test/privacy.ts';
import {
  CLEAN,
  INFECTED,
  type ScannerRecorder,
  startScannerRecorder,
} from '../../../../test/scanner-recorder.ts';
import { staff } from '../../../../test/staff.ts';
import type { Client } from '../../../catalogue/client.ts';

const POLL = { timeout: 30_000, interval: 50 };
const REASON = 'It was only a drill of ours.';

describe.each(businessDatabases())('people and files on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let scanner: ScannerRecorder;
  let api: TestApi;
  let owner: Client;
  let colleague: Client;
  let operator: Client;

  beforeAll(async () => {
    testDatabase = await create();
    scanner = await startScannerRecorder(await freePort());
    api = await startApi(testDatabase, { PORT: String(await freePort()), CLAMD_ADDRESS: scanner.address });
    owner = await staff(api, 'owner@people.example', ['executive', 'ops'], 'Olive Owner');
    colleague = await staff(api, 'colleague@people.example', ['executive', 'ops'], 'Col League');
    operator = await staff(api, 'operator@people.example', ['ops'], 'Opal Operator');
  });
  afterAll(async () => {
    await api?.stop();
    await scanner?.close();
    await testDatabase?.remove();
  });

  const userIdOf = async (email: string) =>
    (await api.client.user.list({ search: email })).items[0]?.userId ?? '';
  const become = (fileId: string, state: string) =>
    expect.poll(async () => (await operator.file.get({ fileId })).state, POLL).toBe(state);
  async function uploaded(client: Client, content: string, fileId?: string): Promise<string> {
    const file = await client.file.upload({
      fileId,
      name: 'note.txt',
      category: 'document',
      contentType: 'text/plain',
      base64: Buffer.from(content).toString('base64'),
    });
    await become(file.fileId, 'ready');
    return file.fileId;
  }

  /** A file of two people whose first version, and the third that was restored from it, are in quarantine. */
  async function quarantined(content: string): Promise<string> {
    const fileId = await uploaded(owner, content);
    const userId = await userIdOf('colleague@people.example');
    await owner.file.share({ fileId, kind: 'person', userId, access: 'write' });
    await uploaded(owner, `${content}, second`, fileId);
    await colleague.file.restore({ fileId, version: 1 });
    scanner.say(INFECTED);
    await operator.file.rescan({ fileId, version: 1 });
    await become(fileId, 'quarantined');
    scanner.say(CLEAN);
    return fileId;
  }

  test('content is released neither by its uploader through a restored copy, nor by the person who restored it', async () => {
    const fileId = await quarantined('Copied');
    for (const client of [owner, colleague])
      for (const version of [1, 3])
        await expect(client.file.release({ fileId, version, reason: REASON })).rejects.toMatchObject({
          code: 'SELF_APPROVAL',
        });
    expect((await operator.file.release({ fileId, version: 3, reason: REASON })).state).toBe('ready');
  });

  test('an export is not the file of the person who had it made, once their role is gone', async () => {
    await staff(api, 'admin@people.example', ['admin']);
    const former = await staff(api, 'former@people.example', ['admin']);
    await former.audit.export({});
    const { items } = await former.file.list({ origin: 'audit' });
    const fileId = items[0]?.fileId ?? '';
    expect((await former.file.get({ fileId })).access).toBe('own');
    const userId = await userIdOf('former@people.example');
    await api.client.user.update({ userId, roles: ['executive'] });
    expect((await former.file.list({})).items).toEqual([]);
    await expect(former.file.get({ fileId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(former.file.link({ fileId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await api.client.user.update({ userId, roles: ['ops'] });
    await expect(former.file.link({ fileId })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  test('what was shared for a time is not listed after it', async () => {
    const fileId = await uploaded(owner, 'For an hour');
    const reader = await staff(api, 'reader@people.example', ['reviewer']);
    await owner.file.share({ fileId, kind: 'role', role: 'reviewer', expiresInHours: 1 });
    const listed = async () => (await reader.file.list({})).items.map((item) => item.fileId);
    expect(await listed()).toEqual([fileId]);
    const before = api.context.clock.now;
    api.context.clock.now = () => new Date(Date.now() + 2 * 3_600_000);
    expect(await listed()).toEqual([]);
    api.context.clock.now = before;
  });

  test('a builder who left has nothing to do with the account of the builder who has the address now', async () => {
    const email = 'shared@people.example';
    await api.client.people.import({
      builders: [builderRow({ builder_id: 'b-before', email, status: 'left' })],
    });
    await api.client.people.import({ builders: [builderRow({ builder_id: 'b-now', email })] });
    const now = await staff(api, email, ['builder'], 'Nia Now');
    const fileId = await uploaded(now, 'Of the present builder');
    const listed = async (subject: string) =>
      (await exportedText(api, subject)).split('"filesUploaded"')[1] ?? '';
    expect(await listed('builder:b-now')).toContain(fileId);
    expect(await listed('builder:b-before')).not.toContain(fileId);
    await erase(api, 'builder:b-before');
    expect((await api.client.file.get({ fileId })).versions[0]).toMatchObject({ uploadedBy: 'Nia Now' });
  });

  test('an export names what a person uploaded, shared and released, and the reports that they made', async () => {
    const fileId = await quarantined('Reported');
    await operator.file.release({ fileId, version: 3, reason: REASON });
    const maker = await staff(api, 'maker@people.example', ['admin'], 'Mia Maker');
    await maker.audit.reports({ kind: 'soc2-events' });
    const report = async (email: string) => exportedText(api, `user:${await userIdOf(email)}`);
    const ofOwner = await report('owner@people.example');
    expect(ofOwner.split('"filesShared"')[1]).toContain(fileId);
    expect((await report('operator@people.example')).split('"filesReleased"')[1]).toContain(fileId);
    expect((await report('maker@people.example')).split('"reportsMade"')[1]).toContain('soc2-events');
  });

  test('an erasure takes names off what people uploaded, shared, released and had made', async () => {
    const fileId = await quarantined('Erased');
    await operator.file.release({ fileId, version: 3, reason: REASON });
    const people = ['owner', 'colleague', 'operator', 'maker'];
    const subjects = await Promise.all(
      people.map(async (name) => `user:${await userIdOf(`${name}@people.example`)}`),
    );
    const asText = async () =>
      JSON.stringify([await api.client.file.get({ fileId }), await api.client.audit.listReports({})]);
    const names = ['Olive Owner', 'Col League', 'Opal Operator', 'Mia Maker'];
    const before = await asText();
    for (const name of names) expect(before).toContain(name);
    for (const subject of subjects) await erase(api, subject);
    const after = await asText();
    for (const name of names) expect(after).not.toContain(name);
    expect((await api.client.file.get({ fileId })).versions[0]).toMatchObject({
      releasedBy: 'erased person',
      uploadedBy: 'erased person',
    });
  });
});
