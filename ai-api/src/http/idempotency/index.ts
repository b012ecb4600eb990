import { createHash, hkdfSync } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Logger } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import type { Database, TenantTransaction } from '../../platform/database/index.ts';
import { markingWrites, type OnWrite } from '../../platform/database/write-marker.ts';
import { createSealer } from '../../platform/sealing.ts';
import { type Caller, callerId } from '../caller.ts';
import { Problem } from '../problem.ts';
import type { Reply } from '../reply.ts';
import {
  type Attempt,
  claim,
  claimWith,
  find,
  type KeptKey,
  keep,
  LEASE_SECONDS,
  markActed,
  release,
  removeExpired,
  renew,
  type Scope,
} from './store.ts';

export { readIdempotencyKey } from './key.ts';

/** Seconds after which a client asks again for an answer that is being made. */
const RETRY_AFTER = 1;
const SWEEP_EVERY_MS = 60_000;
const SWEEP_ROWS = 500;

/** A request that names itself by an `Idempotency-Key`. */
export interface KeyedRequest {
  caller: Caller;
  /** `<resource>.<operation>` */
  operation: string;
  key: string;
  /** The operation's input as it came; with another input the key is refused. */
  input: unknown;
  log: Logger;
}

/** A key that was taken for a request which is about to be carried out. */
export type Reservation = Attempt;

export type Idempotency = ReturnType<typeof createIdempotency>;

/**
 * Carries out a keyed request once and answers its repetitions from what was kept, for 24 hours.
 * Kept answers are sealed with the client's key, of which the database has the digest only.
 */
export function createIdempotency(database: Database) {
  let sweptAt = 0;

  async function sweep(log: Logger): Promise<void> {
    if (Date.now() - sweptAt < SWEEP_EVERY_MS) return;
    sweptAt = Date.now();
    await removeExpired(database, SWEEP_ROWS).catch((err: unknown) =>
      log.warn({ err }, 'expired idempotency keys stay for now'),
    );
  }

  return {
    /**
     * Takes the key of a request with a transaction, after whose commit the caller carries the request out; null when
     * the key is not free.
     * @param leaseSeconds after which another process may take the key over, unless the request is under way by then
     */
    reserve: async (
      transaction: TenantTransaction,
      request: Omit<KeyedRequest, 'log'>,
      leaseSeconds: number,
    ): Promise<Reservation | null> => {
      const attempt = attemptOf(request);
      return (await claimWith(transaction, attempt, leaseSeconds)) ? attempt : null;
    },

    /**
     * @param execute carries the request out; its 5xx and transient answers are not kept
     * @param reserved when the key was taken for this very request already
     * @throws {Problem} IDEMPOTENCY_IN_FLIGHT, IDEMPOTENCY_ANSWER_LOST or IDEMPOTENCY_MISMATCH
     */
    answer: async (
      request: KeyedRequest,
      execute: () => Promise<Reply>,
      reserved: Reservation | null = null,
    ): Promise<Reply> => {
      await sweep(request.log);
      if (reserved) return carryOut(database, request, reserved, execute);
      const attempt = attemptOf(request);
      const found = await claim(database, attempt);
      if (found !== 'claimed') return replay(request, attempt, found);
      return carryOut(database, request, attempt, execute);
    },

    /** The answer that is kept for a key, whatever its input was; null where there is none. Carries nothing out. */
    recall: async ({ key, ...request }: Pick<KeyedRequest, 'caller' | 'operation' | 'key'>) => {
      const scope = scopeOf({ key, ...request });
      const kept = await find(database, scope);
      if (kept?.state !== 'done' || kept.status === null || kept.body === null) return null;
      return { status: kept.status, body: sealerOf(key).open(kept.body, placeOf(scope)) };
    },
  };
}

async function carryOut(
  database: Database,
  request: KeyedRequest,
  attempt: Attempt,
  execute: () => Promise<Reply>,
): Promise<Reply> {
  const warn = (err: unknown) =>
    request.log.warn({ err, operation: request.operation }, 'idempotency key could not be updated');
  const renewing = setInterval(
    () => void renew(database, attempt).catch(warn),
    (LEASE_SECONDS * 1000) / 3,
  ).unref();
  try {
    const reply = await markingWrites(markOwn(attempt), execute);
    const settle = isFinal(reply.status)
      ? keep(database, attempt, { ...reply, body: sealerOf(request.key).seal(reply.body, placeOf(attempt)) })
      : release(database, attempt);
    await settle.catch(warn);
    return reply;
  } catch (error) {
    await release(database, attempt).catch(warn);
    throw error;
  } finally {
    clearInterval(renewing);
  }
}

/** Ties what the attempt writes to its key: both are committed, or neither. */
function markOwn(attempt: Attempt): OnWrite {
  return async (transaction, tenantId) => {
    if (tenantId !== attempt.tenantId || (await markActed(transaction, attempt))) return;
    throw inFlight();
  };
}

function inFlight(): Problem {
  const detail = 'Another request with this Idempotency-Key is still in progress.';
  return new Problem('IDEMPOTENCY_IN_FLIGHT', detail, { retryAfter: RETRY_AFTER });
}

/** Our own failures, and refusals that say "not now" or "not with this plan", are worth another try with the same key. */
function isFinal(status: number): boolean {
  return status < 500 && status !== 402 && status !== 408 && status !== 425 && status !== 429;
}

function replay(request: KeyedRequest, attempt: Attempt, kept: KeptKey | undefined): Reply {
  if (kept && kept.request_hash !== attempt.requestHash) {
    throw new Problem(
      'IDEMPOTENCY_MISMATCH',
      'This Idempotency-Key was already used for a different request.',
    );
  }
  if (kept?.state !== 'done' || kept.status === null || kept.body === null) {
    const isLost = kept?.acted_at && kept.lease_until < new Date();
    if (!isLost) throw inFlight();
    const detail =
      'The request was carried out, but the response was lost. Read the result; the request is not carried out again.';
    throw new Problem('IDEMPOTENCY_ANSWER_LOST', detail);
  }
  return {
    status: kept.status,
    headers: { ...(kept.headers as Record<string, string>), 'Idempotency-Replayed': 'true' },
    body: sealerOf(request.key).open(kept.body, placeOf(attempt)),
  };
}

function attemptOf(request: Omit<KeyedRequest, 'log'>): Attempt {
  return {
    ...scopeOf(request),
    requestHash: digest(canonicalize(request.input) ?? ''),
    attempt: uuidv7(),
  };
}

function scopeOf({ caller, operation, key }: Pick<KeyedRequest, 'caller' | 'operation' | 'key'>): Scope {
  return { tenantId: caller.tenantId, credential: callerId(caller), operation, keyHash: digest(key) };
}

function placeOf({ tenantId, credential, operation }: Scope): string {
  return ['idempotency', tenantId, credential, operation].join(' ');
}

function sealerOf(key: string) {
  return createSealer([Buffer.from(hkdfSync('sha256', key, '', 'ai-manager idempotency', 32))]);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
