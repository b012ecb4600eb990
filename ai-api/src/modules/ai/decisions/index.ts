import type { RequestHandler, Router } from 'express';
import express from 'express';
import type { Config } from '../../../config/index.ts';
import { type Served, serve } from '../../../http/router.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Mailer } from '../../../platform/mail/index.ts';
import type { OutboundGuard } from '../../../platform/outbound/index.ts';
import type { Sealer } from '../../../platform/sealing.ts';
import { actorOf } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Notifications } from '../../shared/notifications/index.ts';
import { decision } from './contract.ts';
import { serveDecisionLinks } from './link-routes.ts';
import { createDecisions, type Decisions } from './service.ts';

export { personalData } from './personal-data.ts';
export type { Decisions } from './service.ts';

/** Who may ask people. */
export const MAY_ASK: readonly string[] = [decision.operations.create.access].flat();

interface Needs {
  database: Database;
  jobs: Jobs;
  events: Events;
  mailer: Mailer;
  notifications: Notifications;
  outboundGuard: OutboundGuard;
  sealer: Sealer;
  publicUrl: string;
  clock: Clock;
  config: Pick<Config, 'MAIL_FROM'>;
}

export function create({ database, jobs, events, clock, config, outboundGuard, ...needs }: Needs) {
  const { publicUrl, mailer, sealer, notifications } = needs;
  const now = () => clock.now();
  const settings = {
    publicUrl,
    mailer,
    mailFrom: config.MAIL_FROM,
    guard: outboundGuard,
    sealer,
    render: notifications.render,
    suppressionOf: notifications.suppressionOf,
    mayWriteTo: notifications.identity.mayWriteTo,
    now,
  };
  return createDecisions(database, jobs, events, settings);
}

/** The pages behind the links of e-mails. */
export function routes(decisions: Decisions, anonymous: RequestHandler): Router {
  return express.Router().use('/decide', serveDecisionLinks(decisions, anonymous));
}

/** The operations of this module. */
export function operations(service: Decisions): Served[] {
  return [
    serve(decision, {
      create: (input, request) => service.create(actorOf(request), input),
      list: ({ cursor, limit, ...filter }, { caller }) =>
        service.list(caller.tenantId, filter, { cursor, limit }),
      get: ({ decisionId }, { caller }) => service.get(caller.tenantId, decisionId),
      decide: ({ decisionId, choice, reason }, request) =>
        service.decide(actorOf(request), decisionId, choice, reason),
      remind: ({ decisionId, ...whom }, request) => service.remind(actorOf(request), decisionId, whom),
      cancel: ({ decisionId, reason }, request) => service.cancel(actorOf(request), decisionId, reason),
    }),
  ];
}
