import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../../../platform/database/index.ts';
import type { ObjectStore } from '../../../platform/objects/index.ts';
import { type EventFilter, type EventRecord, eachEvent, readHead, spanOf } from '../audit/index.ts';
import { linksExpireAt, storeFile } from './files.ts';
import { entryView } from './views.ts';

/**
 * Writes the entries of a span of time to the object store: `entries.jsonl`, one entry a line, and
 * `manifest.json`, which holds its size, hash, counts and the hashes at both ends of the chain. All entries
 * between the first and the last one of the span are written, so that the lines are a whole piece of the chain.
 */
export async function exportTrail(
  database: Database,
  objects: ObjectStore,
  tenantId: string,
  span: Pick<EventFilter, 'from' | 'to'>,
  now: Date,
) {
  const exportId = uuidv7();
  const directory = `audit/${tenantId}/exports/${exportId}`;
  const { found, head } = await database.withTenant(tenantId, async (transaction) => ({
    found: await spanOf(transaction, span),
    head: (await readHead(transaction)).head,
  }));
  const ends: { first?: EventRecord; last?: EventRecord } = {};
  let entries = 0;
  async function* lines() {
    if (!found) return;
    for await (const event of eachEvent(database, tenantId, {}, found)) {
      ends.first ??= event;
      ends.last = event;
      entries += 1;
      yield `${JSON.stringify(entryView(event))}\n`;
    }
  }
  const format = { name: 'entries.jsonl', contentType: 'application/x-ndjson' };
  const data = await storeFile(objects, directory, format, lines());
  const { first, last } = ends;
  const manifest = {
    format: 'ai-manager-audit-export/1',
    exportId,
    tenantId,
    exportedAt: now.toISOString(),
    from: span.from?.toISOString() ?? null,
    to: span.to?.toISOString() ?? null,
    entries,
    firstSeq: first?.seq ?? null,
    lastSeq: last?.seq ?? null,
    previousHash: first?.previous_hash ?? null,
    lastHash: last?.hash ?? null,
    head,
    file: { name: data.name, bytes: data.bytes, sha256: data.sha256 },
    chain:
      'hash = SHA-256(previousHash as 32 bytes || RFC 8785 JSON of the entry without previousHash and hash)',
  };
  const stored = await storeFile(
    objects,
    directory,
    { name: 'manifest.json', contentType: 'application/json' },
    [`${JSON.stringify(manifest, null, 2)}\n`],
  );
  return {
    exportId,
    entries,
    firstSeq: manifest.firstSeq,
    lastSeq: manifest.lastSeq,
    expiresAt: linksExpireAt(now),
    data,
    manifest: stored,
  };
}
