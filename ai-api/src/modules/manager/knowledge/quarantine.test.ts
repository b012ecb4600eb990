import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { freePort } from '../../../../test/ports.ts';
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

describe.each(businessDatabases())('a policy in quarantine on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let scanner: ScannerRecorder;
  let api: TestApi;
  let operator: Client;

  beforeAll(async () => {
    testDatabase = await create();
    scanner = await startScannerRecorder(await freePort());
    api = await startApi(testDatabase, { PORT: String(await freePort()), CLAMD_ADDRESS: scanner.address });
    operator = await staff(api, 'operator@people.example', ['ops']);
  });
  afterAll(async () => {
    await api?.stop();
    await scanner?.close();
    await testDatabase?.remove();
  });

  const get = (documentId: string) => api.client.policy.get({ documentId });
  const become = (documentId: string, expected: object) =>
    vi.waitFor(async () => expect(await get(documentId)).toMatchObject(expected), POLL);
  async function upload(name: string, text: string): Promise<string> {
    const { documentId } = await api.client.policy.upload({
      folder: 'policies',
      name,
      contentType: 'text/markdown',
      base64: Buffer.from(text).toString('base64'),
    });
    return documentId;
  }
  const found = async (query: string) => {
    const { passages } = await api.client.policy.search({ query, by: 'words' });
    return passages.map(({ text }) => text).join('\n');
  };

  test('is read once it is released', async () => {
    scanner.say(INFECTED);
    const documentId = await upload('badges.md', '# Badges\n\nVisitors wear a purple badge.\n');
    await become(documentId, {
      state: 'failed',
      error: expect.stringMatching(/Test.Virus/),
      indexedVersion: null,
    });
    scanner.say(CLEAN);
    expect(await found('purple badge')).not.toContain('purple');
    await operator.file.release({ fileId: documentId, version: 1, reason: REASON });
    await become(documentId, { state: 'indexed', error: null, indexedVersion: 1 });
    expect(await found('purple badge')).toContain('purple');
  });

  test('is searched no more, and the version before it is, until it is released', async () => {
    const documentId = await upload('parking.md', '# Parking\n\nCars park in the orange garage.\n');
    await become(documentId, { state: 'indexed' });
    await upload('parking.md', '# Parking\n\nCars park in the turquoise garage.\n');
    await become(documentId, { state: 'indexed', indexedVersion: 2 });
    scanner.say(INFECTED);
    await operator.file.rescan({ fileId: documentId, version: 2 });
    await become(documentId, { state: 'failed', indexedVersion: 1 });
    scanner.say(CLEAN);
    expect(await found('garage for cars')).toContain('orange');
    expect(await found('garage for cars')).not.toContain('turquoise');
    await operator.file.release({ fileId: documentId, version: 2, reason: REASON });
    await become(documentId, { state: 'indexed', indexedVersion: 2 });
    expect(await found('garage for cars')).toContain('turquoise');
    expect(await found('garage for cars')).not.toContain('orange');
  });

  test('is not searched again by a second scan that finds the same, and is by one that finds nothing', async () => {
    const documentId = await upload('keys.md', '# Keys\n\nLost keys cost forty marbles.\n');
    await become(documentId, { state: 'indexed' });
    for (const answer of [INFECTED, INFECTED]) {
      scanner.say(answer);
      await operator.file.rescan({ fileId: documentId, version: 1 });
      await vi.waitFor(
        async () => expect((await operator.file.get({ fileId: documentId })).state).toBe('quarantined'),
        POLL,
      );
      expect(await get(documentId)).toMatchObject({ state: 'failed', indexedVersion: null });
      expect(await found('lost keys')).not.toContain('marbles');
    }
    scanner.say(CLEAN);
    await operator.file.rescan({ fileId: documentId, version: 1 });
    await become(documentId, { state: 'indexed', indexedVersion: 1 });
    expect(await found('lost keys')).toContain('marbles');
  });
});
