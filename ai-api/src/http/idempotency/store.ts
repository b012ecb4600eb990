import { type Selectable, sql } from 'kysely';
import type { Database, Schema, TenantTransaction } from '../../platform/database/index.ts';

type Table = 'platform_http.idempotency_keys';
const TABLE: Table = 'platform_http.idempotency_keys';

/** What one key is scoped to: the same key of another credential or operation is another key. */
export interface Scope {
  tenantId: string;
  credential: string;
  operation: string;
  keyHash: string;
}

/** One try to carry a request out. */
export interface Attempt extends Scope {
  attempt: string;
  requestHash: string;
}

export type KeptKey = Selectable<Schema[Table]>;

/** For how long a process may be silent before its request is taken over, in seconds. */
export const LEASE_SECONDS = 30;
const KEEP_SECONDS = 24 * 3600;

const later = (seconds: number) => sql<Date>`now() + make_interval(secs => ${seconds})`;

/** Takes the key when it is new, has expired, or was left by a process that is gone. Otherwise what is kept. */
export function claim(database: Database, request: Attempt): Promise<'claimed' | KeptKey | undefined> {
  return database.withTenant(request.tenantId, async (transaction) => {
    if (await claimWith(transaction, request, LEASE_SECONDS)) return 'claimed';
    return keptIn(transaction, request);
  });
}

/** Takes the key with the transaction; false when it is not free. */
export async function claimWith(
  transaction: TenantTransaction,
  { credential, operation, keyHash, requestHash, attempt }: Attempt,
  leaseSeconds: number,
): Promise<boolean> {
  const lease = { state: 'in_flight', attempt, lease_until: later(leaseSeconds) } as const;
  const row = { ...lease, request_hash: requestHash, expires_at: later(KEEP_SECONDS) };
  const claimed = await transaction
    .insertInto(TABLE)
    .values({ credential, operation, key_hash: keyHash, ...row })
    .onConflict((conflict) =>
      conflict
        .columns(['tenant_id', 'credential', 'operation', 'key_hash'])
        .doUpdateSet({
          ...row,
          status: null,
          headers: null,
          body: null,
          acted_at: null,
          created_at: sql<Date>`now()`,
        })
        .where((eb) =>
          eb.or([
            eb(`${TABLE}.expires_at`, '<', sql<Date>`now()`),
            eb.and([
              eb(`${TABLE}.state`, '=', 'in_flight'),
              eb(`${TABLE}.lease_until`, '<', sql<Date>`now()`),
              eb(`${TABLE}.acted_at`, 'is', null),
              eb(`${TABLE}.request_hash`, '=', requestHash),
            ]),
          ]),
        ),
    )
    .returning('attempt')
    .executeTakeFirst();
  return claimed !== undefined;
}

/** What is kept of a key; undefined when it is unknown or was removed. */
export function find(database: Database, scope: Scope): Promise<KeptKey | undefined> {
  return database.withTenant(scope.tenantId, (transaction) => keptIn(transaction, scope));
}

function keptIn(
  transaction: TenantTransaction,
  { credential, operation, keyHash }: Scope,
): Promise<KeptKey | undefined> {
  return transaction
    .selectFrom(TABLE)
    .selectAll()
    .where('credential', '=', credential)
    .where('operation', '=', operation)
    .where('key_hash', '=', keyHash)
    .executeTakeFirst();
}

/**
 * Says within a transaction of the attempt that it writes, so that no other attempt carries the request out again once it
 * commits.
 * @returns false when another attempt has taken over: then this one may not write any more
 */
export async function markActed(transaction: TenantTransaction, request: Attempt): Promise<boolean> {
  const { numUpdatedRows } = await transaction
    .updateTable(TABLE)
    .set({ acted_at: sql<Date>`now()` })
    .where('credential', '=', request.credential)
    .where('operation', '=', request.operation)
    .where('key_hash', '=', request.keyHash)
    .where('attempt', '=', request.attempt)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Says that the attempt is still running. */
export async function renew(database: Database, request: Attempt): Promise<void> {
  await changeOwn(database, request, { lease_until: later(LEASE_SECONDS) });
}

/** Keeps the answer, unless another attempt took over meanwhile. */
export async function keep(
  database: Database,
  request: Attempt,
  reply: { status: number; headers: Record<string, string>; body: string },
): Promise<void> {
  const { status, headers, body } = reply;
  await changeOwn(database, request, { state: 'done', status, headers: JSON.stringify(headers), body });
}

function changeOwn(
  database: Database,
  { tenantId, credential, operation, keyHash, attempt }: Attempt,
  values: {
    lease_until?: ReturnType<typeof later>;
    state?: 'done';
    status?: number;
    headers?: string;
    body?: string;
  },
): Promise<unknown> {
  return database.withTenant(tenantId, (transaction) =>
    transaction
      .updateTable(TABLE)
      .set(values)
      .where('credential', '=', credential)
      .where('operation', '=', operation)
      .where('key_hash', '=', keyHash)
      .where('attempt', '=', attempt)
      .execute(),
  );
}

/**
 * Forgets a key whose request wrote nothing, so that it may be tried again. A key whose request did write before
 * it failed stays, without an answer.
 */
export async function release(database: Database, request: Attempt): Promise<void> {
  const { tenantId, credential, operation, keyHash, attempt } = request;
  await database.withTenant(tenantId, async (transaction) => {
    await transaction
      .deleteFrom(TABLE)
      .where('credential', '=', credential)
      .where('operation', '=', operation)
      .where('key_hash', '=', keyHash)
      .where('attempt', '=', attempt)
      .where('acted_at', 'is', null)
      .execute();
  });
  await changeOwn(database, request, { lease_until: later(0) });
}

/** Deletes at most `limit` expired keys of any tenant; answers how many. */
export async function removeExpired(database: Database, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from platform_http.idempotency_keys where ctid in (
      select ctid from platform_http.idempotency_keys where expires_at < now() limit ${limit} for update skip locked
    )`.execute(database.system('expired keys are removed for every tenant'));
  return Number(numAffectedRows ?? 0);
}
