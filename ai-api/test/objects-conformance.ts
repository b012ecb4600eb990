import { Buffer } from 'node:buffer';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObjectStore } from '../src/platform/objects/object-store.ts';
import { InvalidObjectInput } from '../src/platform/objects/validation.ts';

export interface OpenedStore {
  store: ObjectStore;
  /** Another store on the same data, as after a restart. */
  reopen(): Promise<ObjectStore>;
  dispose(): Promise<void>;
}

const BAD_KEYS = [
  '',
  '/absolute',
  '..',
  '../up',
  'a/../b',
  'a/./b',
  'a//b',
  'a/',
  'a\\b',
  'a\0b',
  'a\nb',
  '\ud800',
  'x'.repeat(256),
  Array(6).fill('y'.repeat(200)).join('/'),
];

const ODD_KEYS = [
  'plain.txt',
  'Case',
  'case',
  'a',
  'a/b',
  'a!',
  'a b+c?d#e%2e%2e&f=g',
  '%object',
  'x%object',
  '%tmp/y',
  'trailing.',
  'caf\u00e9',
  'cafe\u0301',
  `${'\u65e5\u672c\u8a9e/'.repeat(5)}\u{1f600}`,
  '\ufffd-after-\u{1f600}',
  'l'.repeat(255),
  `${'\u6f22'.repeat(85)}/${'L'.repeat(255)}/leaf`,
];

/** What every object store does; `open` gives an empty one whose signed URLs can be fetched. */
export function describeObjectStore(name: string, open: () => Promise<OpenedStore>): void {
  describe(`object store: ${name}`, () => {
    let opened: OpenedStore;
    let store: ObjectStore;
    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    });
    afterAll(() => opened.dispose());

    describeBodies(() => store);
    describeKeys(
      () => store,
      () => opened,
    );
    describeListing(() => store);
    describeSignedUrls(() => store);
  });
}

function describeBodies(store: () => ObjectStore): void {
  it('gives back the bytes, the content type and the metadata that were put', async () => {
    const body = Buffer.from([0, 10, 255, 13, 10, 123, 0]);
    await store().put('bodies/bytes', body, {
      contentType: 'text/csv; charset=utf-8',
      metadata: { week: '2026-W02', 'row-count': '' },
    });
    const head = {
      size: 7,
      contentType: 'text/csv; charset=utf-8',
      metadata: { week: '2026-W02', 'row-count': '' },
    };
    expect(await store().head('bodies/bytes')).toEqual(head);
    const object = await store().get('bodies/bytes');
    expect(object).toMatchObject(head);
    expect(object && (await buffer(object.body))).toEqual(body);
  });

  it('keeps an empty body, and is octet-stream without metadata by default', async () => {
    await store().put('bodies/empty', new Uint8Array());
    expect(await store().head('bodies/empty')).toEqual({
      size: 0,
      contentType: 'application/octet-stream',
      metadata: {},
    });
    expect(await read(store(), 'bodies/empty')).toHaveLength(0);
  });

  it('takes a stream of unknown length', async () => {
    const chunks = Array.from({ length: 40 }, (_, i) => Buffer.alloc(50_001, i));
    await store().put('bodies/stream', Readable.from(chunks));
    expect((await read(store(), 'bodies/stream'))?.equals(Buffer.concat(chunks))).toBe(true);
  });

  it('leaves what was there before when a stream fails midway', async () => {
    await store().put('bodies/kept', Buffer.from('before'));
    const broken = Readable.from(
      (async function* () {
        yield Buffer.from('half');
        throw new Error('the sender went away');
      })(),
    );
    await expect(store().put('bodies/kept', broken)).rejects.toThrow('the sender went away');
    expect(String(await read(store(), 'bodies/kept'))).toBe('before');
  });

  it('replaces body and metadata together, whatever readers see meanwhile', async () => {
    const version = (n: number) =>
      store().put('bodies/replaced', Buffer.alloc(2000 + n, n), { metadata: { version: String(n) } });
    await version(0);
    const reading = async () => {
      const object = await store().get('bodies/replaced');
      const body = object ? await buffer(object.body) : Buffer.alloc(0);
      const n = Number(object?.metadata.version);
      expect(object?.size).toBe(2000 + n);
      expect(body.equals(Buffer.alloc(2000 + n, n))).toBe(true);
    };
    await Promise.all(Array.from({ length: 30 }, (_, n) => (n % 2 ? version(n) : reading())));
  });

  it.each([
    ['a name in capitals', { metadata: { Week: '1' } }],
    ['a value with a line break', { metadata: { week: 'a\r\nb' } }],
    ['more than 2048 bytes', { metadata: { week: 'x'.repeat(2100) } }],
    ['a content type with a line break', { contentType: 'text/html\r\nx: y' }],
  ])('refuses metadata that a header could not carry: %s', async (_, options) => {
    await expect(store().put('bodies/refused', Buffer.from('x'), options)).rejects.toThrow(
      InvalidObjectInput,
    );
    expect(await store().head('bodies/refused')).toBeNull();
  });
}

function describeKeys(store: () => ObjectStore, opened: () => OpenedStore): void {
  it('answers null for what is not there, and deletes it without complaint', async () => {
    for (const key of ['nothing', 'nothing/below', 'keys/file/below']) {
      await store().put('keys/file', Buffer.from('a file is no directory'));
      expect(await store().get(key)).toBeNull();
      expect(await store().head(key)).toBeNull();
      await store().delete(key);
    }
  });

  it('forgets what was deleted and takes the key again', async () => {
    await store().put('keys/deleted/deep/once', Buffer.from('1'));
    await store().delete('keys/deleted/deep/once');
    expect(await store().get('keys/deleted/deep/once')).toBeNull();
    await store().put('keys/deleted/deep/once', Buffer.from('2'));
    expect(String(await read(store(), 'keys/deleted/deep/once'))).toBe('2');
  });

  it('stores while neighbours are deleted', async () => {
    const round = async (n: number) => {
      await store().put(`keys/busy/${n % 3}/${n}`, Buffer.from(String(n)));
      expect(String(await read(store(), `keys/busy/${n % 3}/${n}`))).toBe(String(n));
      await store().delete(`keys/busy/${n % 3}/${n}`);
    };
    await Promise.all(Array.from({ length: 60 }, (_, n) => round(n)));
    expect((await store().list('keys/busy/')).keys).toEqual([]);
  });

  it.each(BAD_KEYS)('refuses the key %j everywhere', async (key) => {
    const attempts = [
      store().put(key, Buffer.from('x')),
      store().get(key),
      store().head(key),
      store().delete(key),
      store().signedUrl(key, { method: 'GET', expiresInSeconds: 60 }),
    ];
    for (const result of await Promise.allSettled(attempts)) {
      expect(result).toMatchObject({ status: 'rejected', reason: expect.any(InvalidObjectInput) });
    }
  });

  it('keeps odd keys apart, lists them as they were put, and still has them after a restart', async () => {
    for (const key of ODD_KEYS) await store().put(`odd/${key}`, Buffer.from(key));
    const restarted = await opened().reopen();
    for (const key of ODD_KEYS) expect(String(await read(restarted, `odd/${key}`))).toBe(key);
    expect((await restarted.list('odd/')).keys).toEqual(inByteOrder(ODD_KEYS.map((key) => `odd/${key}`)));
    await restarted.close();
    for (const key of ODD_KEYS) await store().delete(`odd/${key}`);
    expect((await store().list('odd/')).keys).toEqual([]);
  });
}

function describeListing(store: () => ObjectStore): void {
  it('lists by prefix, within a segment too, and in byte order page by page', async () => {
    const names = ['b', 'a/2', 'a/1', 'a', 'a!', 'a0', 'a/1/x', 'B', 'ab/c', '\u00fc', '\u{1f600}', '\uffee'];
    const keys = inByteOrder(names.map((name) => `list/${name}`));
    for (const key of keys) await store().put(key, Buffer.from(''));
    expect((await store().list('list/a')).keys).toEqual(keys.filter((key) => key.startsWith('list/a')));
    expect((await store().list('list/a/1')).keys).toEqual(['list/a/1', 'list/a/1/x']);
    for (const limit of [1, 2, 5, keys.length]) expect(await pages(store(), 'list/', limit)).toEqual(keys);
    expect(await store().list('list/', { limit: keys.length })).toMatchObject({ nextCursor: null });
    expect(await store().list('list/nothing')).toEqual({ keys: [], nextCursor: null });
  });

  it('goes on behind the cursor although its key was deleted meanwhile', async () => {
    for (const n of [1, 2, 3]) await store().put(`cursor/${n}`, Buffer.from(''));
    const { nextCursor } = await store().list('cursor/', { limit: 2 });
    await store().delete('cursor/2');
    expect((await store().list('cursor/', { cursor: nextCursor ?? '' })).keys).toEqual(['cursor/3']);
  });

  it('pages through any set of keys exactly once', async () => {
    const segment = fc.string({
      unit: fc.constantFrom('a', 'B', '!', '/', '0', '\u00e9'),
      minLength: 1,
      maxLength: 6,
    });
    const valid = segment.filter((key) => !/^\/|\/\/|\/$/.test(key));
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(valid, { maxLength: 8 }),
        fc.integer({ min: 1, max: 4 }),
        async (names, limit) => {
          run += 1;
          const keys = names.map((name) => `any/${run}/${name}`);
          await Promise.all(keys.map((key) => store().put(key, Buffer.from(''))));
          expect(await pages(store(), `any/${run}/`, limit)).toEqual(inByteOrder(keys));
        },
      ),
      { numRuns: 25 },
    );
  });

  it.each([
    ['limit 0', { limit: 0 }],
    ['limit 1001', { limit: 1001 }],
    ['limit 1.5', { limit: 1.5 }],
    ['a cursor of no store', { cursor: '%%%' }],
  ])('refuses %s', async (_, options) => {
    await expect(store().list('', options)).rejects.toThrow(InvalidObjectInput);
  });
}

function describeSignedUrls(store: () => ObjectStore): void {
  const key = 'signed/a report (final) & \u00fcber?#%41.csv';

  it('lets the holder of a URL upload and download just that key', async () => {
    const upload = await store().signedUrl(key, { method: 'PUT', expiresInSeconds: 60 });
    const put = await fetch(upload, {
      method: 'PUT',
      body: 'a,b\n',
      headers: { 'content-type': 'text/csv' },
    });
    expect(put.ok).toBe(true);
    expect(await store().head(key)).toMatchObject({ size: 4, contentType: 'text/csv' });
    const response = await fetch(await store().signedUrl(key, { method: 'GET', expiresInSeconds: 60 }));
    expect(response.headers.get('content-type')).toBe('text/csv');
    expect(await response.text()).toBe('a,b\n');
  });

  it('answers 404 behind a valid URL to nothing', async () => {
    const url = await store().signedUrl('signed/nothing', { method: 'GET', expiresInSeconds: 60 });
    expect((await fetch(url)).status).toBe(404);
  });

  it.each([0, -1, 1.5, 604_801, Number.NaN])('refuses a lifetime of %d seconds', async (expiresInSeconds) => {
    await expect(store().signedUrl('a', { method: 'GET', expiresInSeconds })).rejects.toThrow(
      InvalidObjectInput,
    );
  });
}

async function read(store: ObjectStore, key: string): Promise<Buffer | null> {
  const object = await store.get(key);
  return object && buffer(object.body);
}

async function pages(store: ObjectStore, prefix: string, limit: number): Promise<string[]> {
  const keys: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await store.list(prefix, cursor === null ? { limit } : { limit, cursor });
    expect(page.keys.length).toBeLessThanOrEqual(limit);
    keys.push(...page.keys);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return keys;
}

function inByteOrder(keys: string[]): string[] {
  return keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
