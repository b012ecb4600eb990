import type { Database } from '../../../platform/database/index.ts';
import type { ChainedEntry } from './chain.ts';
import { type EventFilter, type EventRecord, nextEvents } from './store.ts';

const PAGE = 1000;

/** Every entry that a filter lets through, oldest first, up to the place `last`; reads page by page. */
export async function* eachEvent(
  database: Database,
  tenantId: string,
  filter: EventFilter,
  { first, last }: { first: number; last: number },
): AsyncGenerator<EventRecord> {
  let after = first - 1;
  for (;;) {
    const page = await database.withTenant(tenantId, (transaction) =>
      nextEvents(transaction, filter, after, PAGE),
    );
    for (const event of page) {
      if (event.seq > last) return;
      yield event;
      after = event.seq;
    }
    if (page.length < PAGE) return;
  }
}

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
