import type { IncomingHttpHeaders } from 'node:http';
import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import type { Logger } from 'pino';
import { z } from 'zod';
import { invalidField, Problem } from '../../../http/problem.ts';
import { type Database, requireHere } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Plans } from '../../shared/plans/index.ts';
import type { createConnections } from './connections.ts';
import {
  connectionOfWebhook,
  deliveriesToEnqueue,
  insertDelivery,
  markEnqueued,
} from './connections-store.ts';
import { githubJson, isFromGithub } from './forges/github-webhook.ts';
import { gitlabEvent, isFromGitlab } from './forges/gitlab-webhook.ts';
import { DELIVERY } from './work.ts';

/** What GitHub sends at most. */
const BODY_LIMIT = '25mb';
/** A delivery that has no job after so long lost the process that stored it. */
const GRACE_SECONDS = 60;
const SWEEP_ROWS = 500;

interface Settings {
  database: Database;
  jobs: Jobs;
  plans: Pick<Plans, 'take' | 'isOn'>;
  connections: Pick<ReturnType<typeof createConnections>, 'secretsOf'>;
  log: Logger;
}

/** What became of a webhook. Its job is enqueued by `enqueue`, after the response. */
interface Taken {
  answer: { status: 'duplicate' } | { status: 'queued'; deliveryId: string };
  enqueue(): Promise<void>;
}

interface Received {
  event: string;
  /** The same when the forge delivers it again. */
  deliveryKey: string;
  payload: string;
}

export type Intake = ReturnType<typeof createIntake>;

/**
 * Takes webhooks of forges: verified over the bytes that came, stored, and answered at once. Their job is enqueued after
 * the response; a sweep finds those whose process ended before.
 */
export function createIntake({ database, jobs, plans, connections, log }: Settings) {
  async function enqueue(tenantId: string, deliveryId: string): Promise<void> {
    await database
      .withTenant(tenantId, async (transaction) => {
        if (await markEnqueued(transaction, deliveryId))
          await jobs.enqueue(transaction, DELIVERY, [{ tenantId, deliveryId }]);
      })
      .catch((err: unknown) => log.warn({ err, deliveryId }, 'a webhook of a forge was not enqueued yet'));
  }

  async function sweep(): Promise<void> {
    const old = await deliveriesToEnqueue(database, { olderThanSeconds: GRACE_SECONDS, limit: SWEEP_ROWS });
    for (const { id, tenant_id: tenantId } of old) await enqueue(tenantId, id);
  }

  jobs.schedule({ name: 'git.sweep', cron: '* * * * *', atStart: true, run: sweep });

  /** One statement, committed by itself, unless a quota is counted with it. */
  function store(tenantId: string, delivery: Received & { connectionId: string }): Promise<string | null> {
    if (!plans.isOn)
      return insertDelivery(
        database.system('the signature named the connection, and the statement takes the company from it'),
        delivery,
      );
    return database.withTenant(tenantId, async (transaction) => {
      const stored = await insertDelivery(transaction, delivery);
      if (stored !== null) await plans.take(transaction, tenantId, 'webhooks');
      return stored;
    });
  }

  async function receive(
    provider: 'github' | 'gitlab',
    connectionId: unknown,
    verify: (secrets: readonly string[]) => boolean | Promise<boolean>,
    read: () => Received,
  ): Promise<Taken> {
    const named = z.uuid().safeParse(connectionId);
    const connection = named.success ? await connectionOfWebhook(database, named.data, provider) : undefined;
    const secrets = connection ? connections.secretsOf(connection) : [];
    // The same answer for an unknown connection and for a wrong signature.
    if (!connection || !(await verify(secrets)))
      throw new Problem('UNAUTHENTICATED', 'The signature of the webhook is not valid.');
    const received = read();
    const { tenant_id: tenantId } = connection;
    requireHere(database.residency, connection.region);
    const deliveryId = await store(tenantId, { connectionId: connection.id, ...received });
    if (deliveryId === null) return { answer: { status: 'duplicate' }, enqueue: async () => {} };
    return { answer: { status: 'queued', deliveryId }, enqueue: () => enqueue(tenantId, deliveryId) };
  }

  return {
    /** Looks for deliveries without a job now, as the schedule does each minute. */
    sweep,

    github: (connectionId: unknown, headers: IncomingHttpHeaders, body: Buffer) =>
      receive(
        'github',
        connectionId,
        (secrets) => isFromGithub(body, one(headers, 'x-hub-signature-256'), secrets),
        () => {
          const payload = githubJson(body, headers['content-type'] ?? '');
          parse(payload);
          return {
            event: one(headers, 'x-github-event') ?? 'unknown',
            deliveryKey: needed(headers, 'x-github-delivery'),
            payload,
          };
        },
      ),

    gitlab: (connectionId: unknown, headers: IncomingHttpHeaders, body: Buffer) =>
      receive(
        'gitlab',
        connectionId,
        (secrets) => isFromGitlab(body, headers, secrets),
        () => {
          const payload = body.toString('utf8');
          const key =
            one(headers, 'idempotency-key') ??
            one(headers, 'webhook-id') ??
            one(headers, 'x-gitlab-event-uuid');
          return {
            event: gitlabEvent(one(headers, 'x-gitlab-event') ?? 'unknown', parse(payload)),
            deliveryKey: key?.slice(0, 200) ?? needed(headers, 'x-gitlab-event-uuid'),
            payload,
          };
        },
      ),
  };
}

/** `POST /webhooks/github` and `POST /webhooks/gitlab`, with the connection in the query. */
export function serveIntake(intake: Intake, limit: RequestHandler): Router {
  const router = Router();
  const raw = express.raw({ type: () => true, limit: BODY_LIMIT });
  for (const provider of ['github', 'gitlab'] as const)
    router.post(`/${provider}`, limit, raw, async (request: Request, response: Response) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const { answer, enqueue } = await intake[provider](request.query.connection, request.headers, body);
      response.status(answer.status === 'queued' ? 202 : 200).json(answer);
      await enqueue();
    });
  return router;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem('MALFORMED_JSON', 'The webhook is not valid JSON.');
  }
}

function one(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value.slice(0, 500) : undefined;
}

function needed(headers: IncomingHttpHeaders, name: string): string {
  const value = one(headers, name);
  if (!value) throw invalidField(name, 'is missing in the headers');
  return value;
}
