import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../../../platform/database/index.ts';
import {
  type Actor,
  type EventFilter,
  type EventRecord,
  eachEvent,
  readHead,
  record,
  spanOf,
} from '../audit/index.ts';
import type { Files } from '../files/index.ts';
import { keepFile, linksExpireAt, writeFile } from './files.ts';
import { entryView } from './views.ts';

/**
 * Writes the entries of a span of time to the object store: `entries.jsonl`, one entry a line, and
 * `manifest.json`, which holds its size, hash, counts and the hashes at both ends of the chain. All entries
 * between the first and the last one of the span are written, so that the lines are a whole piece of the chain.
 */
export async function exportTrail(
  database: Database,
  files: Files,
  actor: Actor,
  span: Pick<EventFilter, 'from' | 'to'>,
  now: Date,
) {
  const exportId = uuidv7();
  const { tenantId } = actor;
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
  const data = await writeFile(files, tenantId, 'export', format, lines());
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
    file: { name: data.name, bytes: data.stored.bytes, sha256: data.stored.sha256 },
    chain:
      'hash = SHA-256(previousHash as 32 bytes || RFC 8785 JSON of the entry without previousHash and hash)',
  };
  const described = await writeFile(
    files,
    tenantId,
    'export',
    { name: 'manifest.json', contentType: 'application/json' },
    [`${JSON.stringify(manifest, null, 2)}\n`],
  );
  const kept = await database.withTenant(tenantId, async (transaction) => {
    const entry = await keepFile(files, transaction, actor, 'export', data);
    const beside = await keepFile(files, transaction, actor, 'export', described);
    await record(transaction, actor, {
      subject: `export:${exportId}`,
      details: [{ about: [], content: { ...moments(span), entries, sha256: entry.sha256 } }],
    });
    return { data: view(entry), manifest: view(beside) };
  });
  return {
    exportId,
    entries,
    firstSeq: manifest.firstSeq,
    lastSeq: manifest.lastSeq,
    expiresAt: linksExpireAt(now),
    ...kept,
  };
}

function moments({ from, to }: Pick<EventFilter, 'from' | 'to'>) {
  return { ...(from ? { from: from.toISOString() } : {}), ...(to ? { to: to.toISOString() } : {}) };
}

function view({ fileId: _fileId, ...file }: Awaited<ReturnType<typeof keepFile>>) {
  return file;
}
