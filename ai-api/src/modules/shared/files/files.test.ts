import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { type Clamd, EICAR, hasClamd, startClamd } from '../../../../test/clamd.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { freePort } from '../../../../test/ports.ts';
import { staff } from '../../../../test/staff.ts';
import type { Client } from '../../../catalogue/client.ts';

const POLL = { timeout: 30_000, interval: 50 };
const text = (content: string) => Buffer.from(content).toString('base64');
const note = (content: string, name = 'note.txt') => ({
  name,
  category: 'document' as const,
  contentType: 'text/plain',
  base64: text(content),
});
const zipOf = (files: Record<string, Uint8Array>) => Buffer.from(zipSync(files));

describe.skipIf(!hasClamd).each(businessDatabases())('files on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let clamd: Clamd;
  let api: TestApi;
  let executive: Client;
  let colleague: Client;
  let operator: Client;

  beforeAll(async () => {
    [testDatabase, clamd] = await Promise.all([create(), startClamd({ StreamMaxLength: '3M' })]);
    const port = String(await freePort());
    api = await startApi(testDatabase, { PORT: port, CLAMD_ADDRESS: clamd.address });
    executive = await staff(api, 'exec@people.example', ['executive']);
    colleague = await staff(api, 'colleague@people.example', ['executive']);
    operator = await staff(api, 'operator@people.example', ['ops']);
  });
  afterAll(async () => {
    await api?.stop();
    await clamd?.stop();
    await testDatabase?.remove();
  });

  const settled = (client: Client, fileId: string) =>
    expect
      .poll(async () => (await client.file.get({ fileId })).state, POLL)
      .not.toMatch(/^(receiving|scanning)$/);
  const uploaded = async (client: Client, given: Parameters<Client['file']['upload']>[0]) => {
    const { fileId } = await client.file.upload(given);
    await settled(client, fileId);
    return client.file.get({ fileId });
  };

  test('a file is scanned, and downloaded by a link that a browser never renders', async () => {
    const file = await uploaded(executive, note('Hello', 'hello <b>.txt'));
    expect(file).toMatchObject({ state: 'ready', scan: 'clean', readyVersion: 1, access: 'own' });
    expect(file.versions[0]?.scans).toMatchObject([{ outcome: 'clean', scanner: /ClamAV/ }]);
    const { file: linked } = await executive.file.link({ fileId: file.fileId });
    const response = await fetch(linked.url);
    expect(await response.text()).toBe('Hello');
    expect(response.headers.get('content-disposition')).toMatch(
      /^attachment; filename\*=UTF-8''hello%20%3Cb/,
    );
    expect(response.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('EICAR in a ZIP in a ZIP is quarantined, and released by another person with a reason', async () => {
    const inner = zipOf({ 'letter.txt': Buffer.from(EICAR) });
    const outer = zipOf({ 'inner.zip': zipOf({ 'innermost.zip': inner }) });
    const file = await uploaded(executive, {
      name: 'letters.zip',
      category: 'archive',
      contentType: 'application/zip',
      base64: outer.toString('base64'),
    });
    const { fileId } = file;
    expect(file).toMatchObject({ state: 'quarantined', scan: 'infected', readyVersion: null });
    expect(file.reason).toMatch(/Eicar/);
    await expect(executive.file.link({ fileId })).rejects.toMatchObject({ code: 'FILE_NOT_READY' });
    expect((await operator.file.held({})).items).toMatchObject([{ fileId, state: 'quarantined' }]);
    const release = { fileId, version: 1, reason: 'It is the test file of our own drill.' };
    await expect(api.client.file.release(release)).rejects.toMatchObject({ code: 'PERSON_NEEDED' });
    await expect(executive.file.release(release)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await operator.file.release(release);
    expect(await executive.file.get({ fileId })).toMatchObject({
      state: 'ready',
      scan: 'infected',
      versions: [{ releasedBy: 'operator@people.example', releaseReason: release.reason }],
    });
  });

  test('the uploader of a file cannot release it', async () => {
    const { fileId } = await uploaded(operator, note(EICAR));
    await expect(
      operator.file.release({ fileId, version: 1, reason: 'It is only a drill of ours.' }),
    ).rejects.toMatchObject({ code: 'SELF_APPROVAL' });
  });

  test('versions are kept, restored, and held back one by one', async () => {
    const { fileId } = await uploaded(executive, note('one', 'plan.txt'));
    await executive.file.upload({ ...note('two', 'other.txt'), fileId, comment: 'Better' });
    await settled(executive, fileId);
    await executive.file.upload({ ...note(EICAR), fileId });
    await settled(executive, fileId);
    const held = await executive.file.get({ fileId });
    expect(held).toMatchObject({ name: 'plan.txt', version: 3, readyVersion: 2, state: 'quarantined' });
    const read = async (version?: number) =>
      (await fetch((await executive.file.link({ fileId, version })).file.url)).text();
    expect([await read(), await read(1)]).toEqual(['two', 'one']);
    await expect(executive.file.restore({ fileId, version: 3 })).rejects.toMatchObject({
      code: 'FILE_NOT_READY',
    });
    await executive.file.restore({ fileId, version: 1, comment: 'Back again' });
    expect(await read()).toBe('one');
    expect((await executive.file.get({ fileId })).versions[0]).toMatchObject({
      version: 4,
      restoredFrom: 1,
      state: 'ready',
    });
  });

  test('a file is its owner’s until it is shared with a role, a person or by a link', async () => {
    const builder = await staff(api, 'builder@people.example', ['reviewer']);
    const { fileId } = await uploaded(executive, note('Shared', 'shared.txt'));
    await expect(colleague.file.get({ fileId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(operator.file.link({ fileId })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect((await colleague.file.list({ search: 'SHARED' })).items).toEqual([]);
    const { items } = await api.client.user.list({ search: 'colleague@' });
    const userId = items[0]?.userId ?? '';
    await executive.file.share({ fileId, kind: 'person', userId, access: 'write' });
    const byRole = await executive.file.share({ fileId, kind: 'role', role: 'reviewer' });
    expect((await builder.file.list({ search: 'shared' })).items).toHaveLength(1);
    await expect(builder.file.upload({ ...note('No'), fileId })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await colleague.file.upload({ ...note('Changed'), fileId });
    await settled(colleague, fileId);
    await expect(colleague.file.delete({ fileId })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await executive.file.unshare({ fileId, permissionId: byRole.permissionId });
    await expect(builder.file.get({ fileId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const link = await executive.file.share({ fileId, kind: 'link', expiresInHours: 1 });
    expect(await (await fetch(link.url ?? '')).text()).toBe('Changed');
    const { permissions } = await executive.file.get({ fileId });
    expect(permissions.find(({ kind }) => kind === 'link')).toMatchObject({ downloads: 1, url: null });
    await executive.file.delete({ fileId });
    expect((await fetch(link.url ?? '')).status).toBe(404);
    await expect(executive.file.get({ fileId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('the quota of a company holds for all of its files', async () => {
    const before = await api.client.file.getSettings({});
    await api.client.file.setSettings({ quotaMb: Math.max(1, Math.ceil(before.usedMb)) });
    const large = 'x'.repeat(1024 * 1024 + 1);
    await expect(executive.file.upload(note(large))).rejects.toMatchObject({ code: 'FILE_QUOTA_EXCEEDED' });
    await api.client.file.setSettings({ quotaMb: before.quotaMb });
    expect((await uploaded(executive, note(large))).state).toBe('ready');
  });

  test('a file that the scanner does not take is held back, and says why', async () => {
    const { fileId, ...file } = await uploaded(executive, note('y'.repeat(4 * 1024 * 1024)));
    expect(file).toMatchObject({ state: 'scan_failed', readyVersion: null });
    expect(file.reason).toMatch(/larger than the virus scanner accepts/);
    await expect(executive.file.link({ fileId })).rejects.toMatchObject({ code: 'FILE_NOT_READY' });
    expect((await operator.file.rescan({ fileId, version: 1 })).state).toBe('scanning');
  });

  test('while the scanner is away nothing becomes ready; it does when the scanner is back', async () => {
    const earlier = await uploaded(executive, note('Again'));
    const link = (await executive.file.link({ fileId: earlier.fileId })).file.url;
    await clamd.pause();
    const { fileId } = await executive.file.upload(note('Waits'));
    await operator.file.rescan({ fileId: earlier.fileId, version: 1 });
    expect((await fetch(link)).status).toBe(409);
    const attempts = async () =>
      (await api.client.job.list({ queue: 'files.inspect', state: 'retrying' })).items;
    await expect.poll(async () => (await attempts()).length, POLL).toBeGreaterThanOrEqual(2);
    expect((await executive.file.get({ fileId })).state).toBe('scanning');
    await clamd.restart();
    await settled(executive, fileId);
    await settled(executive, earlier.fileId);
    expect(await (await fetch(link)).text()).toBe('Again');
    expect((await executive.file.get({ fileId })).state).toBe('ready');
  });
});
