import { once } from 'node:events';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startApi } from '../../../test/api.ts';
import { createTestDatabase } from '../../../test/databases.ts';
import { describeObjectStore } from '../../../test/objects-conformance.ts';
import { type S3Recorder, startS3Recorder } from '../../../test/s3-recorder.ts';
import type { ObjectStore } from './object-store.ts';
import { openS3Objects } from './s3.ts';

describeObjectStore('S3', async () => {
  const recorder = await startS3Recorder();
  const store = openS3Objects(recorder.options);
  const dispose = async () => {
    await store.close();
    await recorder.close();
  };
  return { store, reopen: async () => openS3Objects(recorder.options), dispose };
});

describe('objects in S3', () => {
  let recorder: S3Recorder;
  let store: ObjectStore;
  beforeEach(async () => {
    recorder = await startS3Recorder();
    store = openS3Objects(recorder.options);
  });
  afterEach(async () => {
    await store.close();
    await recorder.close();
  });

  it('stores a large stream in parts', async () => {
    const chunks = Array.from({ length: 12 }, (_, n) => Buffer.alloc(1024 * 1024, n));
    await store.put('large', Readable.from(chunks), { metadata: { week: '2026-W02' } });
    expect(recorder.asked.filter((call) => call === 'PUT large').length).toBe(3);
    const object = await store.get('large');
    expect(object?.metadata).toEqual({ week: '2026-W02' });
    expect(object && (await buffer(object.body)).equals(Buffer.concat(chunks))).toBe(true);
  });

  it('leaves no part of a large stream that fails', async () => {
    const failing = Readable.from(
      (async function* () {
        for (let n = 0; n < 12; n += 1) yield Buffer.alloc(1024 * 1024, n);
        throw new Error('the sender went away');
      })(),
    );
    await expect(store.put('large', failing)).rejects.toThrow('the sender went away');
    expect(recorder.objects.size).toBe(0);
    expect(recorder.uploads.size).toBe(0);
  });

  it('keeps metadata that a header would trim or drop', async () => {
    const metadata = { empty: '', spaced: ' both ', encoded: '%:25', plain: 'a=b; c' };
    await store.put('odd', Buffer.from('x'), { metadata });
    expect((await store.head('odd'))?.metadata).toEqual(metadata);
  });

  it('tries again when S3 fails for a moment, and says so when it does not stop', async () => {
    recorder.faults.push(503, 500);
    await store.put('again', Buffer.from('x'));
    expect(recorder.objects.has('again')).toBe(true);
    recorder.faults.push(500, 500, 500);
    await expect(store.head('again')).rejects.toThrow();
    expect(await store.head('again')).not.toBeNull();
  });

  it('is refused with credentials that are not right', async () => {
    const stranger = openS3Objects({
      ...recorder.options,
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'another' },
    });
    await expect(stranger.put('x', Buffer.from('x'))).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
    });
    await stranger.close();
  });

  it('gives URLs that are refused when they are changed, and that a browser saves', async () => {
    await store.put('mine/report.html', Buffer.from('<b>x</b>'), { contentType: 'text/html' });
    const url = await store.signedUrl('mine/report.html', { method: 'GET', expiresInSeconds: 60 });
    const answer = await fetch(url);
    expect(answer.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''report.html");
    for (const forged of [url.replace('report', 'other'), url.replace('Expires=60', 'Expires=6000')])
      expect((await fetch(forged)).status).toBe(403);
    expect((await fetch(url, { method: 'PUT', body: 'y' })).status).toBe(403);
  });

  it('takes nothing after it was closed', async () => {
    await store.close();
    await expect(store.head('x')).rejects.toThrow('The object store is closed.');
  });

  it('waits for what is under way when it is closed', async () => {
    const source = new Readable({ read() {} });
    const putting = store.put('late', source);
    source.push(Buffer.from('x'));
    const closing = store.close();
    source.push(null);
    await once(source, 'end').catch(() => {});
    await Promise.all([putting, closing]);
    expect(recorder.objects.has('late')).toBe(true);
  });
});

describe('the API on a bucket', () => {
  it('keeps an export of the audit trail there, and sends it by its own links alone', async () => {
    const recorder = await startS3Recorder();
    const { bucket, region, endpoint, credentials } = recorder.options;
    vi.stubEnv('AWS_ACCESS_KEY_ID', credentials.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials.secretAccessKey);
    const testDatabase = await createTestDatabase();
    const api = await startApi(testDatabase, {
      OBJECTS_BUCKET: bucket,
      OBJECTS_REGION: region,
      OBJECTS_ENDPOINT: endpoint,
    });
    const exported = await api.client.audit.export({});
    expect(recorder.objects.size).toBe(2);
    const url = new URL(exported.data.url);
    const download = await fetch(api.url + url.pathname + url.search);
    expect(Buffer.byteLength(await download.text())).toBe(exported.data.bytes);
    expect((await fetch(`${api.url}${url.pathname}`)).status).toBe(403);
    for (const key of recorder.objects.keys()) {
      expect(key).toMatch(/^exports\//);
      expect((await fetch(`${api.url}/objects/${key}`)).status).toBe(404);
    }
    expect(api.context.ops.installation.drivers.objects).toBe('s3');
    await api.stop();
    await testDatabase.remove();
    await recorder.close();
    vi.unstubAllEnvs();
  });
});
