import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';
import { aroundSeq, type ChainedEntry, GENESIS, type SealedDetail } from './chain.ts';

export type EventRecord = Selectable<Schema['audit.events']>;
export type PayloadRecord = Selectable<Schema['audit.payloads']>;
export type Head = Pick<Selectable<Schema['audit.heads']>, 'seq' | 'hash'>;

/** How long the erasable part is kept where a tenant has not said otherwise. */
export const DEFAULT_YEARS = 7;

/**
 * Appends an entry with its parts at the next place of the tenant's chain, and locks the chain's head until the
 * transaction ends. The database fills in the place and hashes, so that writers of one tenant wait for each other
 * during this one statement and the commit only.
 * @returns the place
 */
export async function append(
  transaction: TenantTransaction,
  entry: Omit<ChainedEntry, 'seq'>,
  details: SealedDetail[],
): Promise<number> {
  const { occurredAt, actor, operation, subject, requestId, payloadDigest } = entry;
  const [before, after] = aroundSeq(entry);
  const parts = JSON.stringify(details.map((detail, part) => ({ part, ...detail })));
  const { rows } = await sql<{ seq: number }>`
    with head as (
      insert into audit.heads as head (seq, previous_hash, hash)
      values (1, ${GENESIS}, audit.hash_entry(${GENESIS}, ${before}::text || 1 || ${after}::text))
      on conflict (tenant_id) do update set
        seq = head.seq + 1,
        previous_hash = head.hash,
        hash = audit.hash_entry(head.hash, ${before}::text || (head.seq + 1) || ${after}::text)
      returning seq, previous_hash, hash
    ), event as (
      insert into audit.events (seq, occurred_at, actor_key_id, actor_name, acting_for, operation, subject,
        request_id, payload_digest, previous_hash, hash)
      select seq, ${occurredAt}::timestamptz, ${actor.keyId}::uuid, ${actor.name}::text, ${actor.actingFor}::text,
        ${operation}::text, ${subject}::text, ${requestId}::text, ${payloadDigest}::text, previous_hash, hash
      from head
    ), parts as (
      insert into audit.payloads (seq, part, subjects, digest, salt, content, recorded_at)
      select seq, part, about, digest, salt, content, ${occurredAt}::timestamptz
      from head, json_to_recordset(${parts}::json)
        as detail (part integer, about text[], digest text, salt text, content text)
    )
    select seq from head`.execute(transaction);
  return (rows[0] as { seq: number }).seq;
}

export interface EventFilter {
  /** Name or id of a key, or whom it acted for. */
  actor?: string | undefined;
  operation?: string | undefined;
  /** Of the entry, or of one of its parts. */
  subject?: string | undefined;
  /** Inclusive. */
  from?: Date | undefined;
  /** Exclusive. */
  to?: Date | undefined;
}

function filtered(transaction: TenantTransaction, { actor, operation, subject, from, to }: EventFilter) {
  let query = transaction.selectFrom('audit.events').selectAll();
  if (actor !== undefined) {
    query = query.where((eb) =>
      eb.or([
        eb('actor_name', '=', actor),
        eb('acting_for', '=', actor),
        eb(sql<string>`actor_key_id::text`, '=', actor),
      ]),
    );
  }
  if (operation !== undefined) query = query.where('operation', '=', operation);
  if (subject !== undefined) {
    const concerned = sql<number>`(select seq from audit.payloads where subjects @> array[${subject}])`;
    query = query.where((eb) => eb.or([eb('subject', '=', subject), eb('seq', 'in', concerned)]));
  }
  if (from) query = query.where('occurred_at', '>=', from);
  if (to) query = query.where('occurred_at', '<', to);
  return query;
}

/** How many entries each operation made from one time to another. */
export async function countByOperation(
  transaction: TenantTransaction,
  { from, to }: { from: Date; to: Date },
): Promise<Map<string, number>> {
  const rows = await transaction
    .selectFrom('audit.events')
    .select(['operation', sql<number>`count(*)::integer`.as('count')])
    .where('occurred_at', '>=', from)
    .where('occurred_at', '<', to)
    .groupBy('operation')
    .execute();
  return new Map(rows.map(({ operation, count }) => [operation, count]));
}

/** Entries before the place `before`, newest first. */
export function listEvents(
  transaction: TenantTransaction,
  filter: EventFilter,
  before: number | null,
  limit: number,
): Promise<EventRecord[]> {
  let query = filtered(transaction, filter).orderBy('seq', 'desc').limit(limit);
  if (before !== null) query = query.where('seq', '<', before);
  return query.execute();
}

/** Entries after the place `after`, oldest first. */
export function nextEvents(
  transaction: TenantTransaction,
  filter: EventFilter,
  after: number,
  limit: number,
): Promise<EventRecord[]> {
  return filtered(transaction, filter).where('seq', '>', after).orderBy('seq').limit(limit).execute();
}

/** Rows in the order a check walks them, where one place may be taken twice. */
export function walkEvents(
  transaction: TenantTransaction,
  after: { seq: number; occurredAt: Date } | null,
  limit: number,
): Promise<EventRecord[]> {
  let query = transaction.selectFrom('audit.events').selectAll();
  if (after) {
    query = query.where(
      sql<boolean>`(seq, occurred_at) > (${after.seq}::bigint, ${after.occurredAt}::timestamptz)`,
    );
  }
  return query.orderBy('seq').orderBy('occurred_at').limit(limit).execute();
}

export function findEvent(transaction: TenantTransaction, seq: number): Promise<EventRecord | undefined> {
  return transaction.selectFrom('audit.events').selectAll().where('seq', '=', seq).executeTakeFirst();
}

/** The parts of the entries from one place to another, in order. */
export function payloadsBetween(
  transaction: TenantTransaction,
  first: number,
  last: number,
): Promise<PayloadRecord[]> {
  return transaction
    .selectFrom('audit.payloads')
    .selectAll()
    .where('seq', '>=', first)
    .where('seq', '<=', last)
    .orderBy('seq')
    .orderBy('part')
    .execute();
}

/** Which of these places hold an entry of an operation that erases. */
export async function erasuresAmong(
  transaction: TenantTransaction,
  seqs: number[],
  operations: readonly string[],
): Promise<Set<number>> {
  if (seqs.length === 0) return new Set();
  const rows = await transaction
    .selectFrom('audit.events')
    .select('seq')
    .where('seq', 'in', seqs)
    .where('operation', 'in', operations)
    .execute();
  return new Set(rows.map(({ seq }) => seq));
}

/** The head of the chain and the highest place that is taken, as of one moment. */
export async function readHead(transaction: TenantTransaction): Promise<{ head: Head | null; last: number }> {
  const { rows } = await sql<{ seq: number | null; hash: string | null; last: number | null }>`
    select (select seq from audit.heads) as seq, (select hash from audit.heads) as hash,
      (select max(seq) from audit.events) as last`.execute(transaction);
  const { seq = null, hash = null, last = null } = rows[0] ?? {};
  return { head: seq === null || hash === null ? null : { seq, hash }, last: last ?? 0 };
}

/** First and last place of a span of time. */
export async function spanOf(
  transaction: TenantTransaction,
  filter: Pick<EventFilter, 'from' | 'to'>,
): Promise<{ first: number; last: number } | null> {
  const span = await filtered(transaction, filter)
    .clearSelect()
    .select((eb) => [eb.fn.min<number | null>('seq').as('first'), eb.fn.max<number | null>('seq').as('last')])
    .executeTakeFirst();
  return span?.first && span.last ? { first: span.first, last: span.last } : null;
}

/**
 * Erases content about a subject, or older than a moment, that was recorded before the entry `seq`, which says why.
 * @returns how many parts lost their content
 */
export async function erasePayloads(
  transaction: TenantTransaction,
  what: { about?: string; olderThan?: Date },
  reason: string,
  seq: number,
): Promise<number> {
  const { rows } = await sql<{ erased: number }>`
    select audit.erase_payloads(${what.about ?? null}::text, ${what.olderThan ?? null}::timestamptz,
      ${reason}::text, ${seq}::bigint) as erased`.execute(transaction);
  return rows[0]?.erased ?? 0;
}

/**
 * Erases content that matches a pattern, from the entry `since` to the one before `seq`, which says why.
 * @returns how many parts lost their content
 */
export async function eraseMentions(
  transaction: TenantTransaction,
  pattern: string,
  reason: string,
  seq: number,
  since: number,
): Promise<number> {
  const { rows } = await sql<{ erased: number }>`
    select audit.erase_mentions(${pattern}::text, ${reason}::text, ${seq}::bigint, ${since}::bigint) as erased`.execute(
    transaction,
  );
  return Number(rows[0]?.erased ?? 0);
}

/** Whether there is content about any of the subjects, or that matches the pattern, from an entry on. */
export async function hasContentAbout(
  transaction: TenantTransaction,
  subjects: readonly string[],
  pattern: string | null,
  since: number,
): Promise<boolean> {
  const row = await transaction
    .selectFrom('audit.payloads')
    .select('seq')
    .where('seq', '>=', since)
    .where('content', 'is not', null)
    .where(sql<boolean>`(subjects && ${[...subjects]}::text[] or coalesce(content ~* ${pattern}, false))`)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Which of these subjects have an entry of one of these operations by a person: who came without a key, or for whom a key
 * acted. Entries are never removed, so that it can be counted long after.
 */
export async function actedOnByPeople(
  transaction: TenantTransaction,
  subjects: readonly string[],
  operations: readonly string[],
): Promise<Set<string>> {
  if (subjects.length === 0) return new Set();
  const { rows } = await sql<{ subject: string }>`
    select distinct subject from audit.events
    where subject = any(${[...subjects]}::text[]) and operation = any(${[...operations]}::text[])
      and (acting_for is not null or (actor_key_id is null and actor_name like 'user:%'))`.execute(
    transaction,
  );
  return new Set(rows.map(({ subject }) => subject));
}

/** How many entries name a person where nothing can be erased: in the name of a key, or in a subject. */
export async function namingEntries(transaction: TenantTransaction, pattern: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from audit.events
    where actor_name ~* ${pattern} or acting_for ~* ${pattern} or subject ~* ${pattern}`.execute(transaction);
  return rows[0]?.count ?? 0;
}

export async function retentionYears(transaction: TenantTransaction): Promise<number> {
  const row = await transaction.selectFrom('audit.retention_policies').select('years').executeTakeFirst();
  return row?.years ?? DEFAULT_YEARS;
}

export async function setRetentionYears(transaction: TenantTransaction, years: number): Promise<void> {
  await sql`
    insert into audit.retention_policies (years) values (${years})
    on conflict (tenant_id) do update set years = excluded.years, updated_at = now()`.execute(transaction);
}

/** How often each key and each person wrote in a span of time, and when last. */
export async function writesByActor(
  transaction: TenantTransaction,
  span: Pick<EventFilter, 'from' | 'to'>,
): Promise<{ byKey: Writes; byPerson: Writes }> {
  return {
    byKey: await writesBy(transaction, span, sql<string | null>`actor_key_id::text`),
    byPerson: await writesBy(
      transaction,
      span,
      sql<
        string | null
      >`nullif(split_part(coalesce(acting_for, case when actor_key_id is null then actor_name end), 'user:', 2), '')`,
    ),
  };
}

type Writes = Map<string, { entries: number; last: Date }>;

async function writesBy(
  transaction: TenantTransaction,
  { from, to }: Pick<EventFilter, 'from' | 'to'>,
  who: RawBuilder<string | null>,
): Promise<Writes> {
  let query = transaction
    .selectFrom('audit.events')
    .select(who.as('who'))
    .select((eb) => [eb.fn.countAll<number>().as('entries'), eb.fn.max('occurred_at').as('last')])
    .where(who, 'is not', null)
    .groupBy('who');
  if (from) query = query.where('occurred_at', '>=', from);
  if (to) query = query.where('occurred_at', '<', to);
  const rows = await query.execute();
  return new Map(rows.map(({ who: id, entries, last }) => [id as string, { entries, last }]));
}
