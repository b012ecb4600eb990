import express, { type RequestHandler, Router } from 'express';
import type { Logger } from 'pino';
import { z } from 'zod';
import { Problem } from '../../../../http/problem.ts';
import type { Database } from '../../../../platform/database/index.ts';
import type { Jobs } from '../../../../platform/jobs/index.ts';
import { insertStripeEvent, tenantOfCustomer } from '../store.ts';
import type { StripeGateway } from './stripe.ts';
import { SYNC, type SyncJob } from './sync.ts';

/** What events are about: everything that a plan may depend on. */
const RELEVANT =
  /^(checkout\.session\.|customer\.subscription\.|invoice\.(paid|payment_failed|payment_action_required)$)/;

/** The part of an event's object that names the company. */
const named = z.object({
  customer: z.union([z.string(), z.object({ id: z.string() })]).nullish(),
});

interface Parts {
  database: Database;
  jobs: Jobs;
  stripe: StripeGateway;
  log: Logger;
  now: () => Date;
}

export type StripeIntake = ReturnType<typeof createStripeIntake>;

/** Takes webhooks of Stripe: verified over the bytes that came, each event once, answered before anything is read again. */
export function createStripeIntake({ database, jobs, stripe, log, now }: Parts) {
  /** The company whose customer an event is about: remembered before a checkout is made, so that no event binds one. */
  async function companyOf({ customer }: z.output<typeof named>): Promise<string | undefined> {
    const id = typeof customer === 'string' ? customer : customer?.id;
    return id === undefined ? undefined : tenantOfCustomer(database, id);
  }

  return async (body: Buffer, signature: string): Promise<{ status: 'queued' | 'duplicate' | 'ignored' }> => {
    const event = stripe.readEvent(body, signature, now());
    const object = named.safeParse(event.data.object);
    if (!RELEVANT.test(event.type) || !object.success) return { status: 'ignored' };
    const tenantId = await companyOf(object.data);
    if (tenantId === undefined) {
      log.warn(
        { event: event.id, type: event.type },
        'an event of Stripe is about no company of this installation',
      );
      return { status: 'ignored' };
    }
    return database.withTenant(tenantId, async (transaction) => {
      const isNew = await insertStripeEvent(transaction, { id: event.id, type: event.type }, now());
      if (!isNew) return { status: 'duplicate' as const };
      const job: SyncJob = { tenantId };
      await jobs.enqueue(transaction, SYNC, [job]);
      return { status: 'queued' as const };
    });
  };
}

/** `POST /webhooks/stripe`. What is signed is not limited, because Stripe reports in bursts; the rest counts against its address. */
export function serveStripe(receive: StripeIntake, limit: RequestHandler): Router {
  const router = Router();
  const raw = express.raw({ type: () => true, limit: '1mb' });
  router.post('/webhooks/stripe', raw, async (request, response) => {
    response.locals.operation = 'billing.webhook';
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    try {
      response.json(await receive(body, request.get('stripe-signature') ?? ''));
    } catch (error) {
      if (error instanceof Problem && error.status < 500)
        await limit(request, response, (refused?: unknown) => {
          if (refused) throw refused;
        });
      throw error;
    }
  });
  return router;
}
