import type { Logger } from 'pino';
import { type Served, serve } from '../../../http/router.ts';
import type { Kind } from '../../../judgement/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Dashboards } from '../../../platform/dashboards.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import { actorOf } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Identity } from '../../shared/identity/index.ts';
import type { Notifications } from '../../shared/notifications/index.ts';
import { createAnnouncer } from './announce.ts';
import { level } from './contract.ts';
import type { Labels } from './labels.ts';
import { createLevels, type Levels } from './service.ts';

export type { Label, Labels } from './labels.ts';

interface Needs {
  database: Database;
  kinds: readonly Kind[];
  jobs: Jobs;
  identity: Identity;
  events: Events;
  notifications: Notifications;
  dashboards: Dashboards;
  clock: Clock;
  log: Logger;
  /** What modules know of the decisions of people. */
  labels: () => readonly Labels[];
}

/** Levels, with the job that fits them every night. */
export function create(needs: Needs) {
  const { database, kinds, labels, jobs, identity, clock, log } = needs;
  const announce = createAnnouncer(needs);
  const levels = createLevels({ database, kinds, labels, announce, now: () => clock.now() });
  jobs.schedule({
    name: 'level.refit',
    cron: '20 3 * * *',
    run: async () => {
      // One company's failure is not another's.
      for (const tenantId of await identity.tenantIds())
        await levels
          .refitAll(tenantId)
          .catch((err: unknown) => log.error({ tenantId, err }, 'fitting levels failed'));
    },
  });
  return levels;
}

/** The operations of this module. */
export function operations(service: Levels): Served[] {
  return [
    serve(level, {
      get: ({ kind, ...tried }, { caller }) => service.get(caller.tenantId, kind, tried),
      set: (given, request) => service.set(actorOf(request), given),
      refit: ({ kind }, request) => service.refit(actorOf(request), kind),
      switchOn: (given, request) => service.switchOn(actorOf(request), given),
      switchOff: (given, request) => service.switchOff(actorOf(request), given),
      listVersions: ({ kind, ...page }, { caller }) => service.listVersions(caller.tenantId, kind, page),
      listCases: ({ kind, ...page }, { caller }) => service.listCases(caller.tenantId, kind, page),
    }),
  ];
}
