import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { startApi, type TestApi } from '../../../test/api.ts';
import { businessDatabases } from '../../../test/databases.ts';
import { builderRow, refusal } from '../../../test/people.ts';
import { DiskTooSmall, MEGABYTE, requireRoomForFirstStart } from './index.ts';

const home = mkdtempSync(join(tmpdir(), 'disk-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** More than any disk has. */
const MORE_THAN_ANY_MB = 1_000_000_000;

test('a first start on too small a disk says so in one line', () => {
  const directory = join(home, 'new');
  const start = () => requireRoomForFirstStart(directory, MORE_THAN_ANY_MB * MEGABYTE);
  expect(start).toThrow(DiskTooSmall);
  expect(start).toThrow(/^The disk of \S+ has \d+ MB free, and a first start needs 1000000048 MB\. [^\n]+$/);
  mkdirSync(join(directory, 'pglite'));
  expect(start).not.toThrow();
});

describe.each(businessDatabases())('an almost full disk, on $name', ({ create }) => {
  test('refuses writes with the reason, is named by health, and still answers reads', async () => {
    const testDatabase = await create();
    const api = await startApi(testDatabase, { DISK_MIN_FREE_MB: String(MORE_THAN_ANY_MB) });
    try {
      const error = await refusal(api.client.people.import({ builders: [builderRow()] }));
      expect([error.status, error.code]).toEqual([507, 'DISK_FULL']);
      expect(await api.client.health.get({})).toMatchObject({
        status: 'degraded',
        disk: { status: 'low', freeBytes: expect.any(Number) },
      });
      expect((await api.client.builder.list({})).items).toEqual([]);
      const { answers } = await api.client.batch.read({
        requests: [{ operation: 'builder.list', input: {} }],
      });
      expect(answers).toMatchObject([{ status: 200, body: { items: [] } }]);
      const nothing = await refusal(api.client.file.delete({ fileId: uuidv7() }));
      expect(nothing.code).toBe('NOT_FOUND');
    } finally {
      await api.stop();
      await testDatabase.remove();
    }
  });

  test('has room made by the deletion of a file, whose content goes', async () => {
    const testDatabase = await create();
    const objects = async (api: TestApi) => (await api.context.objects.list('files/', { limit: 10 })).keys;
    try {
      const before = await startApi(testDatabase);
      const { fileId } = await before.client.file.upload({
        name: 'note.txt',
        category: 'document',
        contentType: 'text/plain',
        base64: Buffer.from('A note').toString('base64'),
      });
      await before.stop();
      const api = await startApi(testDatabase, { DISK_MIN_FREE_MB: String(MORE_THAN_ANY_MB) });
      try {
        expect(await objects(api)).toHaveLength(1);
        await api.client.file.delete({ fileId });
        await vi.waitFor(async () => expect(await objects(api)).toEqual([]), {
          timeout: 30_000,
          interval: 100,
        });
      } finally {
        await api.stop();
      }
    } finally {
      await testDatabase.remove();
    }
  });
});
