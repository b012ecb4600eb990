import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Config } from '../../ai-api/src/config/index.ts';
import { type Buckets, type ObjectStore, openBuckets } from '../../ai-api/src/platform/objects/index.ts';
import type { Manifest } from './manifest.ts';

/** The object stores of the configuration, with a key of no use: nothing is signed here. */
export function openStores(config: Config, dataDirectory: string): Promise<Buckets> {
  return openBuckets({
    bucket: config.OBJECTS_BUCKET,
    auditBucket: config.OBJECTS_AUDIT_BUCKET,
    region: config.OBJECTS_REGION,
    endpoint: config.OBJECTS_ENDPOINT,
    files: async () => ({
      parent: dataDirectory,
      signingKey: randomBytes(32),
      publicUrl: 'http://localhost',
      now: () => new Date(),
    }),
  });
}

/** Copies every object into the backup's folder. What is deleted meanwhile is left out. */
export async function copyObjects(
  { objects, auditObjects }: Buckets,
  folder: string,
): Promise<Manifest['objects']> {
  const copied: Manifest['objects'] = [];
  const places = [['files', objects], ...(auditObjects === objects ? [] : [['audit', auditObjects]])] as [
    'files' | 'audit',
    ObjectStore,
  ][];
  for (const [bucket, store] of places)
    for await (const key of keysOf(store)) {
      const object = await store.get(key);
      if (!object) continue;
      const file = join('objects', String(copied.length + 1));
      await pipeline(object.body, createWriteStream(join(folder, file), { mode: 0o600, flags: 'wx' }));
      copied.push({ bucket, key, file, contentType: object.contentType, metadata: { ...object.metadata } });
    }
  return copied;
}

/** Puts every object of a backup back. */
export async function putObjects(
  { objects, auditObjects }: Buckets,
  folder: string,
  copied: Manifest['objects'],
): Promise<void> {
  for (const { bucket, key, file, contentType, metadata } of copied) {
    const store = bucket === 'audit' ? auditObjects : objects;
    await store.put(key, createReadStream(join(folder, file)), { contentType, metadata });
  }
}

/** Closes both, which may be one. */
export async function closeStores({ objects, auditObjects }: Buckets): Promise<void> {
  await objects.close();
  if (auditObjects !== objects) await auditObjects.close();
}

async function* keysOf(store: ObjectStore): AsyncGenerator<string> {
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<ObjectStore['list']>> = await store.list('', cursor ? { cursor } : {});
    yield* page.keys;
    cursor = page.nextCursor;
  } while (cursor !== null);
}
