import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { describeObjectStore } from '../../../test/objects-conformance.ts';
import { type Clock, systemClock } from '../clock.ts';
import { type FilesystemObjects, openFilesystemObjects } from './filesystem.ts';
import { serveSignedObjects } from './serve-signed.ts';

const SIGNING_KEY = Buffer.alloc(32, 7);
const MAX_UPLOAD = 1000;

interface Served {
  store: FilesystemObjects;
  directory: string;
  publicUrl: string;
  now: () => Date;
  clock: Clock;
  dispose(): Promise<void>;
}

async function serve(): Promise<Served> {
  const directory = await mkdtemp(join(tmpdir(), 'objects-'));
  const server: Server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/base`;
  const clock = systemClock();
  const now = () => clock.now();
  const store = openFilesystemObjects({ directory, signingKey: SIGNING_KEY, publicUrl, now });
  server.on('request', serveSignedObjects(store, { maxBytes: MAX_UPLOAD }));
  const dispose = async () => {
    await store.close();
    server.closeAllConnections();
    server.close();
    await rm(directory, { recursive: true });
  };
  return { store, directory, publicUrl, now, clock, dispose };
}

describeObjectStore('filesystem', async () => {
  const { store, directory, publicUrl, now, dispose } = await serve();
  const reopen = async () => openFilesystemObjects({ directory, signingKey: SIGNING_KEY, publicUrl, now });
  return { store, reopen, dispose };
});

describe('filesystem objects', () => {
  let served: Served;
  let store: FilesystemObjects;
  beforeAll(async () => {
    served = await serve();
    store = served.store;
  });
  afterAll(() => served.dispose());

  const signed = (key: string, method: 'GET' | 'PUT' = 'GET', expiresInSeconds = 60) =>
    store.signedUrl(key, { method, expiresInSeconds });

  it('refuses a signed URL whose key, method, expiry or signature was changed', async () => {
    await store.put('mine/a', Buffer.from('secret'));
    const url = await signed('mine/a');
    const changed = [
      url.replace('mine/a', 'mine/b'),
      url.replace('method=GET', 'method=PUT'),
      url.replace(/expires=\d+/, 'expires=99999999999'),
      url.replace(/signature=..../, 'signature=0000'),
    ];
    for (const forged of changed)
      expect(store.verifySignedUrl(forged, 'GET')).toEqual(refused('bad-signature'));
    expect((await fetch(changed[0] ?? '')).status).toBe(403);
    expect(store.verifySignedUrl(url, 'GET')).toEqual({ ok: true, key: 'mine/a', method: 'GET' });
  });

  it.each([
    ['no query', '/objects/a'],
    ['no signature', '/objects/a?method=GET&expires=99999999999'],
    ['a short signature', '/objects/a?method=GET&expires=99999999999&signature=ab'],
    [
      'a repeated parameter',
      `/objects/a?method=GET&method=PUT&expires=99999999999&signature=${'0'.repeat(64)}`,
    ],
    [
      'an escaped climb',
      `/objects/a%2f..%2f..%2fetc?method=GET&expires=99999999999&signature=${'0'.repeat(64)}`,
    ],
    ['a broken escape', `/objects/%ff?method=GET&expires=99999999999&signature=${'0'.repeat(64)}`],
    ['another path', `/elsewhere/a?method=GET&expires=99999999999&signature=${'0'.repeat(64)}`],
  ])('calls a URL malformed that has %s', (_, url) => {
    expect(store.verifySignedUrl(url, 'GET')).toEqual(refused('malformed'));
  });

  it('serves HEAD but not DELETE or PUT under a signature for GET, and not GET under one for PUT', async () => {
    await store.put('methods', Buffer.from('12345'));
    const url = await signed('methods');
    const head = await fetch(url, { method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe('5');
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(405);
    expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(405);
    expect((await fetch(await signed('methods', 'PUT'))).status).toBe(405);
  });

  it('refuses an expired URL', async () => {
    await store.put('kept', Buffer.from('for a while'));
    const begun = Date.parse('2026-11-09T08:00:00Z');
    onTestFinished(() => void Object.assign(served.clock, systemClock()));
    served.clock.now = () => new Date(begun);
    const url = await signed('kept', 'GET', 60);
    served.clock.now = () => new Date(begun + 59_999);
    expect((await fetch(url)).status).toBe(200);
    served.clock.now = () => new Date(begun + 60_000);
    expect((await fetch(url)).status).toBe(403);
    expect(store.verifySignedUrl(url, 'GET')).toEqual(refused('expired'));
  });

  it('hands a page out as a download that no browser would run', async () => {
    await store.put('pages/evil".html', Buffer.from('<script>'), { contentType: 'text/html' });
    const { headers } = await fetch(await signed('pages/evil".html'));
    expect(headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''evil%22.html");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain('sandbox');
  });

  it('refuses an upload over the limit, announced or not, and stores nothing', async () => {
    const url = await signed('big', 'PUT');
    const announced = await fetch(url, { method: 'PUT', body: Buffer.alloc(MAX_UPLOAD + 1) });
    expect(announced.status).toBe(413);
    const body = Readable.toWeb(Readable.from([Buffer.alloc(600), Buffer.alloc(600)]));
    const streamed = await fetch(url, { method: 'PUT', body, duplex: 'half' } as RequestInit);
    expect(streamed.status).toBe(413);
    expect(await store.head('big')).toBeNull();
  });

  it('wants a signing key of 32 bytes', () => {
    const open = () => openFilesystemObjects({ ...served, signingKey: 'short' });
    expect(open).toThrow('at least 32 bytes');
  });

  it('removes temporary files of the dead at start, but not those another process may be writing', async () => {
    const temporary = join(served.directory, '%tmp');
    await writeFile(join(temporary, 'old'), 'x');
    await utimes(join(temporary, 'old'), 0, 0);
    await writeFile(join(temporary, 'new'), 'x');
    await openFilesystemObjects({ ...served, signingKey: SIGNING_KEY }).close();
    expect(await readdir(temporary)).toEqual(['new']);
  });

  it('waits for what is under way when it closes, and takes nothing afterwards', async () => {
    const { store, dispose, directory, publicUrl, now } = await serve();
    const putting = store.put('last', Buffer.from('made it'));
    await Promise.all([store.close(), store.close()]);
    await expect(store.put('late', Buffer.from('x'))).rejects.toThrow('closed');
    const reopened = openFilesystemObjects({ directory, publicUrl, signingKey: SIGNING_KEY, now });
    expect(await reopened.head('last')).not.toBeNull();
    await putting;
    await dispose();
  });

  it('keeps every acknowledged object, whole, when its process is killed', async () => {
    const { store, directory, dispose } = await serve();
    onTestFinished(dispose);
    const acknowledged = await killWhilePutting(directory, 40);
    const { keys } = await store.list('killed/');
    expect(keys).toEqual(expect.arrayContaining(acknowledged));
    for (const key of keys) {
      const object = await store.get(key);
      const body = object ? await buffer(object.body) : Buffer.alloc(0);
      expect(body.length).toBe(Number(object?.metadata.length));
    }
  });
});

function refused(reason: string) {
  return { ok: false, reason };
}

/** Runs a process that puts objects of growing length and prints the key of each; kills it after `count`. */
async function killWhilePutting(directory: string, count: number): Promise<string[]> {
  const program = `
    const { openFilesystemObjects } = await import(${JSON.stringify(new URL('./filesystem.ts', import.meta.url).href)});
    const store = openFilesystemObjects({ directory: ${JSON.stringify(directory)}, signingKey: 'k'.repeat(32), publicUrl: 'http://x', now: () => new Date() });
    const put = async (n) => {
      const key = 'killed/' + (n % 7) + '/' + n;
      await store.put(key, Buffer.alloc(n * 1000), { metadata: { length: String(n * 1000) } });
      console.log(key);
    };
    const lane = async (first) => { for (let n = first; ; n += 4) await put(n); };
    await Promise.all([1, 2, 3, 4].map(lane));
  `;
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const keys: string[] = [];
  if (!child.stdout) throw new Error('no output');
  for await (const key of createInterface(child.stdout)) {
    keys.push(key);
    if (keys.length === count) child.kill('SIGKILL');
  }
  return keys;
}
