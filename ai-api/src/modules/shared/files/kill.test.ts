import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ADMIN_KEY, testEnvironment } from '../../../../test/api.ts';
import { businessDatabases } from '../../../../test/databases.ts';
import { startHurry } from '../../../../test/hurry.ts';
import { freePort } from '../../../../test/ports.ts';
import { createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';
import type { FilePoint } from './points.ts';

const PROGRAM = fileURLToPath(new URL('../../../../test/crashing-worker.ts', import.meta.url));
const POLL = { timeout: 120_000, interval: 250 };
const MB = 1024 * 1024;

describe.each(businessDatabases())('kill -9 on $name', ({ create }) => {
  test('in every state of a file loses nothing and doubles nothing', {
    timeout: 300_000,
  }, async ({ onTestFinished }) => {
    const testDatabase = await create();
    onTestFinished(() => testDatabase.remove());
    const hurry = await startHurry(testDatabase);
    onTestFinished(() => hurry.stop());
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const env = testEnvironment(testDatabase, { PORT: String(port), JOB_HEARTBEAT_SECONDS: '10' });
    const client = createClient(resources, { baseUrl: url, apiKey: ADMIN_KEY });
    const start = async (crashAt: FilePoint | 'never') => {
      const child = spawn(process.execPath, [PROGRAM], {
        env: { ...env, PATH: process.env.PATH ?? '', CRASH_AT: `file ${crashAt}` },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
      onTestFinished(async () => {
        child.kill('SIGKILL');
        await exited;
      });
      // A job may reach the moment before the server is ready.
      await Promise.race([once(child.stdout, 'data'), exited]);
      return {
        died: async () => {
          expect((await exited)[1]).toBe('SIGKILL');
          hurry.died();
        },
        kill: async () => {
          child.kill('SIGKILL');
          await exited;
        },
      };
    };
    const files = async () => (await client.file.list({})).items;

    const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'tus-resumable': '1.0.0' };
    const body = Buffer.from(randomBytes(MB).toString('hex'));
    const patch = (place: string, offset: number, until: number) =>
      fetch(place, {
        method: 'PATCH',
        headers: {
          ...headers,
          'upload-offset': String(offset),
          'content-type': 'application/offset+octet-stream',
        },
        body: new Uint8Array(body.subarray(offset, until)),
      });
    const offsetOf = async (place: string) =>
      Number((await fetch(place, { method: 'HEAD', headers })).headers.get('upload-offset'));

    const first = await start('bytes stored');
    const note = {
      name: 'note.txt',
      category: 'document' as const,
      contentType: 'text/plain',
      base64: Buffer.from('A note').toString('base64'),
    };
    await expect(client.file.upload(note)).rejects.toThrow();
    await first.died();

    const second = await start('part stored');
    expect(await files()).toEqual([]);
    await client.file.upload(note);
    const metadata = { filename: 'large.txt', filetype: 'text/plain', category: 'data' };
    const begun = await fetch(`${url}/uploads`, {
      method: 'POST',
      headers: {
        ...headers,
        'upload-length': String(body.length),
        'upload-metadata': Object.entries(metadata)
          .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
          .join(','),
      },
    });
    const place = begun.headers.get('location') ?? '';
    await expect(patch(place, 0, MB)).rejects.toThrow();
    await second.died();

    const third = await start('upload complete');
    expect(await offsetOf(place)).toBe(0);
    await expect(patch(place, 0, MB)).rejects.toThrow();
    await third.died();
    const fourth = await start('assembled');
    expect(await offsetOf(place)).toBe(MB);
    expect((await patch(place, MB, body.length)).status).toBe(204);
    await fourth.died();
    const fifth = await start('inspected');
    await fifth.died();
    const sixth = await start('settled');
    await sixth.died();

    const last = await start('never');
    await expect
      .poll(async () => (await files()).map(({ state }) => state), POLL)
      .toEqual(['ready', 'ready']);
    const [large, small] = await files();
    expect([large?.bytes, large?.version, small?.bytes, small?.version]).toEqual([body.length, 1, 6, 1]);
    const { file } = await client.file.link({ fileId: large?.fileId ?? '' });
    expect(Buffer.from(await (await fetch(file.url)).arrayBuffer()).equals(body)).toBe(true);
    await last.kill();

    const purging = await start('objects purged');
    await client.file.delete({ fileId: large?.fileId ?? '' });
    await purging.died();
    await start('never');
    expect(await files()).toMatchObject([{ name: 'note.txt', state: 'ready' }]);
    expect((await fetch(file.url)).status).toBe(404);
  });
});
