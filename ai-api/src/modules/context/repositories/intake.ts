import type { IncomingHttpHeaders } from 'node:http';
import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { z } from 'zod';
import { invalidField, Problem } from '../../../http/problem.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Plans } from '../../shared/plans/index.ts';
import type { createConnections } from './connections.ts';
import { connectionOfWebhook, insertDelivery } from './connections-store.ts';
import { githubJson, isFromGithub } from './forges/github-webhook.ts';
import { gitlabEvent, isFromGitlab } from './forges/gitlab-webhook.ts';
import { DELIVERY } from './work.ts';

/** What GitHub sends at most. */
const BODY_LIMIT = '25mb';

interface Settings {
  database: Database;
  jobs: Jobs;
  plans: Pick<Plans, 'take'>;
  connections: Pick<ReturnType<typeof createConnections>, 'secretsOf'>;
}

interface Received {
  event: string;
  /** The same when the forge delivers it again. */
  deliveryKey: string;
  payload: string;
}

export type Intake = ReturnType<typeof createIntake>;

/** Takes webhooks of forges: verified over the bytes that came, stored, queued, and answered at once. */
export function createIntake({ database, jobs, plans, connections }: Settings) {
  async function receive(
    provider: 'github' | 'gitlab',
    connectionId: unknown,
    verify: (secrets: readonly string[]) => boolean | Promise<boolean>,
    read: () => Received,
  ) {
    const named = z.uuid().safeParse(connectionId);
    const connection = named.success ? await connectionOfWebhook(database, named.data, provider) : undefined;
    const secrets = connection ? connections.secretsOf(connection) : [];
    // The same answer for an unknown connection and for a wrong signature.
    if (!connection || !(await verify(secrets)))
      throw new Problem('UNAUTHENTICATED', 'The signature of the webhook is not valid.');
    const received = read();
    return database.withTenant(connection.tenant_id, async (transaction) => {
      const deliveryId = await insertDelivery(transaction, { connectionId: connection.id, ...received });
      if (deliveryId === null) return { status: 'duplicate' as const };
      await plans.take(transaction, connection.tenant_id, 'webhooks');
      await jobs.enqueue(transaction, DELIVERY, [{ tenantId: connection.tenant_id, deliveryId }]);
      return { status: 'queued' as const, deliveryId };
    });
  }

  return {
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
      const answer = await intake[provider](request.query.connection, request.headers, body);
      response.status(answer.status === 'queued' ? 202 : 200).json(answer);
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
