import { Readable } from 'node:stream';
import type { ObjectStore } from '../../../platform/objects/index.ts';
import { deleteParts, type PartRecord, partsOf } from './part-store.ts';
import type { Parts } from './parts.ts';
import type { VersionRecord } from './store.ts';

/**
 * Joins the parts of a resumable upload into the one object of its version, which needs them no more. Done again it joins
 * the same, or finds that nothing is left to do.
 */
export async function assemble(
  { database, atPoint }: Pick<Parts, 'database' | 'atPoint'>,
  store: ObjectStore,
  tenantId: string,
  version: VersionRecord,
): Promise<void> {
  const parts = await database.withTenant(tenantId, (transaction) => partsOf(transaction, version.id));
  if (parts.length === 0) return;
  await join(store, version, parts);
  atPoint('assembled');
  const keys = await database.withTenant(tenantId, (transaction) => deleteParts(transaction, version.id));
  for (const key of keys) await store.delete(key);
}

async function join(
  store: ObjectStore,
  { id, object_key, content_type, bytes }: VersionRecord,
  parts: readonly PartRecord[],
): Promise<void> {
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
