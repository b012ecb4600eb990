import type { Logger } from 'pino';
import type { Config } from '../../../config/index.ts';
import { type Served, serve } from '../../../http/router.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Limits } from '../../../platform/limits/index.ts';
import type { PersonalData } from '../../../platform/personal-data.ts';
import type { Sealer } from '../../../platform/sealing.ts';
import type { SharedRedis } from '../../../platform/shared.ts';
import type { Metrics } from '../../../platform/telemetry/metrics.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Identity } from '../../shared/identity/index.ts';
import type { People } from '../../shared/people/index.ts';
import type { Plans } from '../../shared/plans/index.ts';
import type { Signing } from '../signing/index.ts';
import { licence, licenceProduct } from './admin/contract.ts';
import { createLicenceFiles } from './admin/file.ts';
import { createProducts } from './admin/products.ts';
import { createLicenceAdmin } from './admin/service.ts';
import { analytics } from './analytics/contract.ts';
import { createAnalytics } from './analytics/service.ts';
import { scheduleLicenceWork } from './background.ts';
import { createCheckoutLimits } from './checkout/limits.ts';
import { createCheckout } from './checkout/service.ts';
import { createSessionTokens } from './checkout/tokens.ts';
import { acceptLicenceCredentials } from './credential.ts';
import { personalDataOf } from './personal-data.ts';
import { seedSample } from './sample.ts';
import { seat } from './seats/contract.ts';
import { createPostgresSeats, createRedisSeats, type Seats } from './seats/index.ts';
import { licenceSession } from './sessions/contract.ts';
import { createSessions } from './sessions/service.ts';
import { sumSeats } from './store.ts';

interface Needs {
  sharedRedis: SharedRedis;
  database: Database;
  events: Events;
  identity: Identity;
  people: People;
  plans: Plans;
  signing: Signing;
  sealer: Sealer;
  limits: Limits;
  metrics: Metrics;
  jobs: Jobs;
  clock: Clock;
  log: Logger;
  config: Pick<Config, 'LICENCE_SEATS' | 'LICENCE_HISTORY_DAYS' | 'RATE_LIMITS'>;
}

export type LicenceService = ReturnType<typeof create>;

export function create(needs: Needs) {
  const { database, events, identity, people, plans, signing, sealer, limits, metrics, jobs, clock, log } =
    needs;
  const { config } = needs;
  const now = () => clock.now();
  const seats = openSeats(needs, now);
  plans.measure('seats', (transaction) => sumSeats(transaction, now()));
  const checkout = createCheckout({
    database,
    seats,
    tokens: createSessionTokens({ database, sealer, tokens: signing.tokens, now }),
    limits: createCheckoutLimits(limits, config.RATE_LIMITS === 'on'),
    events,
    metrics,
    now,
  });
  acceptLicenceCredentials(identity, database, signing.tokens);
  scheduleLicenceWork({
    jobs,
    database,
    seats,
    events,
    tenantIds: identity.tenantIds,
    now,
    log,
  });
  return {
    seats,
    checkout,
    people,
    historyDays: config.LICENCE_HISTORY_DAYS,
    products: createProducts(database),
    licences: createLicenceAdmin({ database, seats, events, identity, plans, now }),
    file: createLicenceFiles(database, checkout, signing),
    sessions: createSessions(database, checkout, events),
    analytics: createAnalytics(database, now),
  };
}

function openSeats({ database, log, config, sharedRedis: { open } }: Needs, now: () => Date): Seats {
  if (config.LICENCE_SEATS === 'postgres' || !open) return createPostgresSeats(database, now);
  return createRedisSeats({ database, upstash: open(), now, log });
}

/** The operations of this module. */
export function operations(service: LicenceService): Served[] {
  const { checkout, sessions, licences, products, file, analytics: figures } = service;
  return [
    serve(seat, {
      acquire: (input, request) => checkout.acquire(request, input),
      heartbeat: (input, request) => checkout.heartbeat(request, input),
      release: (input, request) => checkout.release(request, input),
      releaseSession: (input, request) => checkout.release(request, input),
      releaseByPost: (input, request) => checkout.release(request, input),
      status: (input, request) => checkout.status(request, input),
      borrow: (input, request) => checkout.borrow(request, input),
      return: (input, request) => checkout.giveBack(request, input),
    }),
    serve(licenceSession, {
      list: ({ cursor, limit, ...filter }, { caller }) =>
        sessions.list(caller.tenantId, filter, { cursor, limit }),
      evict: (input, request) => sessions.evict(request, input),
      denials: ({ cursor, limit, ...filter }, { caller }) =>
        sessions.denials(caller.tenantId, filter, { cursor, limit }),
    }),
    serve(licence, {
      list: ({ cursor, limit, ...filter }, { caller }) =>
        licences.list(caller.tenantId, filter, { cursor, limit }),
      get: ({ licenceId }, { caller }) => licences.get(caller.tenantId, licenceId),
      create: (input, request) => licences.create(request, input),
      update: (input, request) => licences.update(request, input),
      suspend: (input, request) => licences.suspend(request, input),
      reinstate: (input, request) => licences.reinstate(request, input),
      revoke: (input, request) => licences.revoke(request, input),
      renew: (input, request) => licences.renew(request, input),
      rotateKey: (input, request) => licences.rotateKey(request, input),
      file: (input, request) => file(request, input),
      devices: ({ licenceId, ...page }, { caller }) => sessions.devices(caller.tenantId, licenceId, page),
      blockDevice: (input, request) => sessions.blockDevice(request, input),
    }),
    serve(licenceProduct, {
      list: (page, { caller }) => products.list(caller.tenantId, page),
      create: (input, request) => products.create(request, input),
      update: (input, request) => products.update(request, input),
    }),
    serve(analytics, {
      usage: (input, { caller }) => figures.usage(caller.tenantId, input),
      expiring: ({ days, ...page }, { caller }) => figures.expiring(caller.tenantId, days, page),
    }),
  ];
}

/** Gives the first company invented usage, where the installation asks for it. */
export async function seed(
  transaction: TenantTransaction,
  _tenantId: string,
  { config, clock }: { config: Pick<Config, 'LICENCE_SAMPLE'>; clock: Clock },
): Promise<void> {
  if (config.LICENCE_SAMPLE === 'on') await seedSample(transaction, clock.now());
}

/** The personal data of this module: users of sessions. */
export function personalData({ people, historyDays }: LicenceService): PersonalData {
  return personalDataOf(people, historyDays);
}
