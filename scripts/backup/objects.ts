import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Config } from '../../ai-api/src/config/index.ts';
import { type ObjectStore, openObjects } from '../../ai-api/src/platform/objects/index.ts';
import type { Manifest } from './manifest.ts';

/** The objects of the configuration, with a key of no use: nothing is signed here. */
export function openStore(config: Config, dataDirectory: string): Promise<ObjectStore> {
  return openObjects({
    bucket: config.OBJECTS_BUCKET,
    region: config.OBJECTS_REGION,
    endpoint: config.OBJECTS_ENDPOINT,
    files: async () => ({
      directory: join(dataDirectory, 'objects'),
      signingKey: randomBytes(32),
      publicUrl: 'http://localhost',
    }),
  });
}

/** Copies every object into the backup's folder. What is deleted meanwhile is left out. */
export async function copyObjects(store: ObjectStore, folder: string): Promise<Manifest['objects']> {
  const copied: Manifest['objects'] = [];
  for await (const key of keysOf(store)) {
    const object = await store.get(key);
    if (!object) continue;
    const file = join('objects', String(copied.length + 1));
    await pipeline(object.body, createWriteStream(join(folder, file), { mode: 0o600, flags: 'wx' }));
    copied.push({ key, file, contentType: object.contentType, metadata: { ...object.metadata } });
  }
  return copied;
}

/** Puts every object of a backup back. */
export async function putObjects(
  store: ObjectStore,
  folder: string,
  objects: Manifest['objects'],
): Promise<void> {
  for (const { key, file, contentType, metadata } of objects)
    await store.put(key, createReadStream(join(folder, file)), { contentType, metadata });
}

async function* keysOf(store: ObjectStore): AsyncGenerator<string> {
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<ObjectStore['list']>> = await store.list('', cursor ? { cursor } : {});
    yield* page.keys;
    cursor = page.nextCursor;
  } while (cursor !== null);
}
