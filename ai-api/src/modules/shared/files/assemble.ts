import { Readable } from 'node:stream';
import type { ObjectStore } from '../../../platform/objects/index.ts';
import { partsOf } from './part-store.ts';
import type { Parts } from './parts.ts';
import type { VersionRecord } from './store.ts';

/** Joins the parts of a resumable upload into the one object of its version; doing it again gives the same. */
export async function assemble(
  { database }: Pick<Parts, 'database'>,
  store: ObjectStore,
  tenantId: string,
  { id, object_key, content_type, bytes }: VersionRecord,
): Promise<void> {
  const parts = await database.withTenant(tenantId, (transaction) => partsOf(transaction, id));
  if (parts.length === 0) return;
  const joined = parts.reduce((end, part) => (part.start === end ? end + part.bytes : Number.NaN), 0);
  if (joined !== bytes) throw new Error(`The parts of version ${id} do not join to its ${bytes} bytes`);
  async function* chunks() {
    for (const { object_key: key } of parts) {
      const part = await store.get(key);
      if (!part) throw new Error(`A part of version ${id} is gone`);
      yield* part.body;
    }
  }
  await store.put(object_key, Readable.from(chunks()), { contentType: content_type });
}
