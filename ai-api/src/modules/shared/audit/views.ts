import type { z } from 'zod';
import type { ChainedEntry } from './chain.ts';
import type { audit } from './contract.ts';
import type { EventRecord, PayloadRecord } from './store.ts';

type Operations = (typeof audit)['operations'];
type EntryView = Omit<z.input<Operations['list']['output']>['items'][number], 'person'>;
type DetailView = z.input<Operations['get']['output']>['details'][number];

/** A row as its hash covers it. */
export function chainedEntry(row: EventRecord): ChainedEntry {
  return {
    tenantId: row.tenant_id,
    seq: row.seq,
    occurredAt: row.occurred_at.toISOString(),
    actor: { keyId: row.actor_key_id, name: row.actor_name, actingFor: row.acting_for },
    operation: row.operation,
    subject: row.subject,
    requestId: row.request_id,
    payloadDigest: row.payload_digest,
  };
}

/** An entry as the API shows it: what its hash covers, and its links. */
export function entryView(row: EventRecord): EntryView {
  return { ...chainedEntry(row), previousHash: row.previous_hash, hash: row.hash };
}

/** Id of the person who wrote an entry; none when a key or the system did. */
export function personOf({ acting_for: actingFor, actor_name: name }: EventRecord): string[] {
  const [, id] = /^user:(.+)$/.exec(actingFor ?? name) ?? [];
  return id ? [id] : [];
}

/** A part of an entry as the API shows it. */
export function detailView(row: PayloadRecord): DetailView {
  return {
    about: row.subjects,
    digest: row.digest,
    content: row.content === null ? null : (JSON.parse(row.content) as Record<string, unknown>),
    erased:
      row.erased_at === null
        ? null
        : {
            at: row.erased_at.toISOString(),
            reason: row.erased_reason ?? '',
            entry: row.erased_in ?? 0,
          },
  };
}
