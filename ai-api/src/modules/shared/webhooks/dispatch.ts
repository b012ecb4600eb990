import { createBatcher } from '../../../platform/batcher.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import { type Attempt, type OutboundGuard, post } from '../../../platform/outbound/index.ts';
import type { Sealer } from '../../../platform/sealing.ts';
import {
  type DueDelivery,
  findDue,
  giveUp,
  insertDeliveries,
  postpone,
  type Round,
  recordAttempt,
  recordDelivered,
  startRound,
} from './deliveries.ts';
import { afterFailure, HEALTHY, type HealthSettings, pauseAfter } from './health.ts';
import { lockEndpoint, setHealth } from './store.ts';

const DELIVERY_QUEUE = 'webhook.deliver';
/** The pauses before them add up to more than half a day. */
const MAX_TRIES = 20;
/** Of one worker; endpoints that hang keep no others waiting. */
const DELIVERIES_AT_ONCE = 25;
const MAX_BATCH = 100;

interface DeliveryJob {
  tenantId: string;
  deliveryId: string;
  /** From 1; resending a delivery by hand begins the next one. */
  round: number;
  /** Of this round, from 1. */
  tries: number;
}

/** Is told what came of each attempt: `delivered`, the class of the status such as `5xx`, or `unreachable`. */
export interface DeliveryObserver {
  onDelivery?: (outcome: string) => void;
}

function outcomeOf({ error, responseStatus }: Attempt): string {
  if (error === null) return 'delivered';
  return responseStatus === null ? 'unreachable' : `${Math.floor(responseStatus / 100)}xx`;
}

interface Parts {
  database: Database;
  jobs: Jobs;
  guard: OutboundGuard;
  sealer: Sealer;
  now: () => Date;
  settings: HealthSettings & DeliveryObserver;
}

export type Dispatch = ReturnType<typeof createDispatch>;

/**
 * Tries each delivery until it is taken, with pauses that double up to an hour. Every try is a job of its own,
 * enqueued by the transaction that logs the one before; the queue's retries are for our own failures only.
 */
export function createDispatch({ database, jobs, guard, sealer, now, settings }: Parts) {
  jobs.define<DeliveryJob>({
    name: DELIVERY_QUEUE,
    concurrency: 4,
    batch: DELIVERIES_AT_ONCE,
    retryLimit: 10,
    retryDelay: 5,
    retryDelayMax: 600,
    expireInSeconds: 60,
    handle: (job, { signal }) => attempt(job, signal),
    onDead: ({ tenantId, deliveryId }) =>
      database.withTenant(tenantId, (transaction) =>
        giveUp(transaction, deliveryId, 'Sending failed because of an internal error; see the log.'),
      ),
  });

  const look = createBatcher(MAX_BATCH, (tenantId, rounds: Round[]) =>
    database.withTenant(tenantId, (transaction) => findDue(transaction, rounds)),
  );
  const settleTaken = createBatcher(MAX_BATCH, (tenantId, taken: (Round & { attempt: Attempt })[]) =>
    database.withTenant(tenantId, async (transaction) => {
      await recordDelivered(transaction, taken);
      return [];
    }),
  );

  async function attempt(job: DeliveryJob, signal: AbortSignal): Promise<void> {
    const { tenantId, deliveryId, round, tries } = job;
    const due = await look(tenantId, { deliveryId, round });
    if (!due) return;
    const asked = due.type === 'endpoint.test' || (round > 1 && tries === 1);
    if (due.state === 'disabled' && !asked) {
      await database.withTenant(tenantId, (transaction) =>
        giveUp(transaction, deliveryId, 'The endpoint is disabled.'),
      );
      return;
    }
    if (due.pausedUntil && due.pausedUntil > now() && !asked) {
      const until = due.pausedUntil;
      await database.withTenant(tenantId, async (transaction) => {
        await postpone(transaction, deliveryId, until);
        await enqueue(transaction, job, (until.getTime() - now().getTime()) / 1000);
      });
      return;
    }
    const result = await post(guard, messageOf(due), signal);
    settings.onDelivery?.(outcomeOf(result));
    if (result.error === null && due.failures === 0 && due.state === 'healthy')
      await settleTaken(tenantId, { deliveryId, round, attempt: result });
    else await database.withTenant(tenantId, (transaction) => settle(transaction, job, due, result));
  }

  function messageOf(due: DueDelivery) {
    const { eventId, type, data, occurredAt, url } = due;
    const body = JSON.stringify({ type, timestamp: occurredAt.toISOString(), data });
    const secrets = secretsOf(due);
    return { url, name: `deliver ${type}`, id: eventId, body, secrets, sentAt: now() };
  }

  /** Secrets that sign now: for a while after a rotation the previous one too. */
  function secretsOf(due: DueDelivery): string[] {
    const both = due.previousSecret && due.previousUntil && due.previousUntil > now();
    return [due.secret, ...(both ? [due.previousSecret as string] : [])].map((sealed) =>
      sealer.open(sealed, placeOf(due.endpointId)),
    );
  }

  async function settle(
    transaction: TenantTransaction,
    job: DeliveryJob,
    due: DueDelivery,
    result: Attempt,
  ): Promise<void> {
    const { deliveryId, round, tries } = job;
    const isTest = due.type === 'endpoint.test';
    if (result.error === null) {
      await recordAttempt(transaction, deliveryId, round, result, {
        status: 'delivered',
        nextAttemptAt: null,
      });
      if (due.failures > 0 || due.state !== 'healthy') await setHealth(transaction, due.endpointId, HEALTHY);
      return;
    }
    const again = !isTest && tries < MAX_TRIES;
    const pause = again ? pauseAfter(tries, settings) * (0.9 + 0.2 * Math.random()) : 0;
    const nextAttemptAt = again ? new Date(now().getTime() + pause * 1000) : null;
    const status = again ? 'pending' : 'failed';
    await recordAttempt(transaction, deliveryId, round, result, { status, nextAttemptAt });
    if (again) await enqueue(transaction, { ...job, tries: tries + 1 }, pause);
    const endpoint = isTest ? undefined : await lockEndpoint(transaction, due.endpointId);
    if (!endpoint) return;
    const health = afterFailure(endpoint, result.error, now(), settings);
    const { state, state_reason, failures, failing_since, paused_until } = health;
    await setHealth(transaction, endpoint.id, { state, state_reason, failures, failing_since, paused_until });
  }

  async function enqueue(
    transaction: TenantTransaction,
    job: DeliveryJob,
    startAfterSeconds: number,
  ): Promise<void> {
    await jobs.enqueue(transaction, DELIVERY_QUEUE, [job], {
      startAfterSeconds: Math.max(1, Math.ceil(startAfterSeconds)),
    });
  }

  return {
    /** Writes a pending delivery for each endpoint, and the work to do it; answers their ids. */
    start: async (
      transaction: TenantTransaction,
      tenantId: string,
      eventId: string,
      endpointIds: string[],
    ): Promise<string[]> => {
      const ids = await insertDeliveries(transaction, eventId, endpointIds);
      const work = ids.map((deliveryId): DeliveryJob => ({ tenantId, deliveryId, round: 1, tries: 1 }));
      if (work.length > 0) await jobs.enqueue(transaction, DELIVERY_QUEUE, work);
      return ids;
    },

    /** Sends a delivery anew, now; false when there is none with this id. */
    restart: async (
      transaction: TenantTransaction,
      tenantId: string,
      deliveryId: string,
    ): Promise<boolean> => {
      const round = await startRound(transaction, deliveryId);
      if (round === null) return false;
      await jobs.enqueue<DeliveryJob>(transaction, DELIVERY_QUEUE, [
        { tenantId, deliveryId, round, tries: 1 },
      ]);
      return true;
    },
  };
}

/** What an endpoint's secrets are sealed to. */
export function placeOf(endpointId: string): string {
  return `webhook-endpoint:${endpointId}`;
}
