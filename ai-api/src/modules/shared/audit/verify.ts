import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { digestContent, digestDetails, GENESIS, hashEntry } from './chain.ts';
import { chainedEntry } from './read.ts';
import {
  type EventRecord,
  erasuresAmong,
  type Head,
  type PayloadRecord,
  payloadsBetween,
  readHead,
  walkEvents,
} from './store.ts';

/** Operations whose entries explain why content is gone; `audit.erase` is of earlier releases. */
export const ERASING = ['audit.erase', 'audit.retention', 'privacyRequest.erase'] as const;

const PAGE = 500;

export interface Verdict {
  intact: boolean;
  /** Entries that were found right before the end or the first broken link. */
  checked: number;
  firstBroken: { seq: number; reason: string } | null;
  /** The last entry that was found right: written down elsewhere, it proves later that nothing before it changed. */
  head: Head;
}

/** What makes a link broken. */
class Broken extends Error {
  readonly seq: number;
  constructor(seq: number, reason: string) {
    super(reason);
    this.name = 'Broken';
    this.seq = seq;
  }
}

/**
 * Walks a tenant's chain from its first entry to its head and stops at the first link that is broken.
 * Entries that are appended meanwhile are checked too.
 * @param known an entry's place and hash that was written down earlier
 */
export async function verifyChain(database: Database, tenantId: string, known?: Head): Promise<Verdict> {
  let head: Head = { seq: 0, hash: GENESIS };
  let after: { seq: number; occurredAt: Date } | null = null;
  try {
    for (let ended = false; !ended; ) {
      const page = await database.withTenant(tenantId, async (transaction) => {
        const events = await walkEvents(transaction, after, PAGE);
        if (events.length === 0) ended = await checkEnd(transaction, head);
        const explained = await explain(transaction, events);
        for (const event of events) {
          checkLink(tenantId, event, head);
          explained(event);
          if (known?.seq === event.seq && known.hash !== event.hash)
            throw new Broken(event.seq, 'is not the entry whose hash was written down');
          head = { seq: event.seq, hash: event.hash };
        }
        return events;
      });
      const last = page.at(-1);
      if (last) after = { seq: last.seq, occurredAt: last.occurred_at };
      await nextTurn();
    }
    if (known && known.seq > head.seq)
      throw new Broken(known.seq, 'is missing, though its hash was written down');
    return { intact: true, checked: head.seq, firstBroken: null, head };
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    const firstBroken = { seq: error.seq, reason: error.message };
    return { intact: false, checked: head.seq, firstBroken, head };
  }
}

/** The row has the next place, follows the entry before it, and is what its hash says. */
function checkLink(tenantId: string, event: EventRecord, before: Head): void {
  const expected = before.seq + 1;
  if (event.seq > expected) throw new Broken(expected, 'is missing');
  if (event.seq < expected)
    throw new Broken(event.seq, 'was inserted: its place is taken or before the first');
  if (event.previous_hash !== before.hash) throw new Broken(event.seq, 'does not follow the entry before it');
  if (event.tenant_id !== tenantId || hashEntry(event.previous_hash, chainedEntry(event)) !== event.hash)
    throw new Broken(event.seq, 'was altered: its hash is not that of its content');
}

/** Prepares the check of the parts that belong to a page of entries. */
async function explain(
  transaction: TenantTransaction,
  events: EventRecord[],
): Promise<(event: EventRecord) => void> {
  const [first, last] = [events[0], events.at(-1)];
  if (!first || !last) return () => {};
  const payloads = Map.groupBy(await payloadsBetween(transaction, first.seq, last.seq), ({ seq }) => seq);
  const erasedIn = [...payloads.values()].flat().flatMap(({ erased_in }) => erased_in ?? []);
  const erasures = await erasuresAmong(transaction, [...new Set(erasedIn)], ERASING);
  return (event) => checkDetails(event, payloads.get(event.seq) ?? [], erasures);
}

function checkDetails(event: EventRecord, parts: PayloadRecord[], erasures: Set<number>): void {
  const sealed = parts.map(({ subjects, digest }) => ({ about: subjects, digest }));
  const inOrder = parts.every(({ part }, index) => part === index);
  if (!inOrder || digestDetails(sealed) !== event.payload_digest)
    throw new Broken(
      event.seq,
      'has other personal data than was recorded: parts are gone, added or altered',
    );
  for (const { digest, salt, content, erased_in } of parts) {
    if (content !== null && salt !== null && digestContent(salt, content) !== digest)
      throw new Broken(event.seq, 'has personal data that was altered');
    if (content === null && (erased_in === null || erased_in <= event.seq || !erasures.has(erased_in)))
      throw new Broken(event.seq, 'has personal data that was erased without an entry that records it');
  }
}

/** Nothing was cut off the end, and nothing was put behind it. False when there are new entries to check first. */
async function checkEnd(transaction: TenantTransaction, reached: Head): Promise<boolean> {
  const { head, last } = await readHead(transaction);
  if (last > reached.seq) return false;
  if (!head && reached.seq === 0) return true;
  if (!head) throw new Broken(reached.seq, 'is the last one, but the head of the chain is missing');
  if (head.seq > reached.seq) throw new Broken(reached.seq + 1, 'is missing at the end');
  if (head.seq < reached.seq) throw new Broken(head.seq + 1, 'was put behind the head of the chain');
  if (head.hash !== reached.hash) throw new Broken(reached.seq, 'is not the entry that the head points to');
  return true;
}
