import express, { type RequestHandler, type Router } from 'express';
import type { Logger } from 'pino';
import type { Config } from '../../../config/index.ts';
import type { RequestPolicies } from '../../../http/request-policies.ts';
import { type Served, serve } from '../../../http/router.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Dashboards } from '../../../platform/dashboards.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Limits } from '../../../platform/limits/index.ts';
import type { Mailer } from '../../../platform/mail/index.ts';
import type { Sealer } from '../../../platform/sealing.ts';
import type { Identity } from '../identity/index.ts';
import type { Notifications } from '../notifications/index.ts';
import { account, invitation } from './contract.ts';
import { serveInvitations } from './routes.ts';
import { createInvitations } from './service.ts';
import { serveSignUp } from './sign-up-routes.ts';

interface Needs {
  database: Database;
  jobs: Jobs;
  identity: Identity;
  notifications: Notifications;
  mailer: Mailer;
  dashboards: Dashboards;
  requestPolicies: RequestPolicies;
  publicUrl: string;
  sealer: Sealer;
  limits: Limits;
  clock: Clock;
  log: Logger;
  config: Pick<Config, 'MAIL_FROM' | 'TENANT'>;
}

export function create({ config, requestPolicies, dashboards, clock, ...needs }: Needs) {
  const invitations = createInvitations({
    ...needs,
    mailFrom: config.MAIL_FROM,
    tenant: config.TENANT,
    now: () => clock.now(),
    limiter: requestPolicies.limiter,
  });
  return { ...invitations, dashboardsUrl: dashboards.home };
}

type Service = ReturnType<typeof create>;

/** The pages behind the links of invitations, and those where people sign up and ask for a new password. */
export function routes(service: Service, anonymous: RequestHandler): Router {
  return express
    .Router()
    .use('/invitation', serveInvitations(service, anonymous))
    .use(serveSignUp(service, anonymous));
}

/** The operations of this module. */
export function operations({ send, resend, register, forgotPassword, login }: Service): Served[] {
  return [
    serve(invitation, {
      send: (input, request) => send(request, input),
      resend: ({ userId }, request) => resend(request, userId),
    }),
    serve(account, {
      register: (input, request) => register(request, input),
      forgotPassword: (input, request) => forgotPassword(request, input),
      login: (input, request) => login.login(request, { ...input, use: 'tokens' }),
    }),
  ];
}
