import type { Logger } from 'pino';
import { type Served, serve } from '../../../http/router.ts';
import type { Explains } from '../../../judgement/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Dashboards } from '../../../platform/dashboards.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { CountAdverse } from '../../../platform/promises.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Identity } from '../../shared/identity/index.ts';
import type { Notifications } from '../../shared/notifications/index.ts';
import type { People } from '../../shared/people/index.ts';
import type { Tenancy } from '../../shared/tenancy/index.ts';
import { countContests } from './adverse.ts';
import type { Contestable } from './contestable.ts';
import { contest } from './contract.ts';
import { meetDeadlines, scheduleDeadlines } from './deadlines.ts';
import { createNotices } from './notices.ts';
import { contestPromises } from './promises.ts';
import { createContests, type Contests as Service } from './service.ts';

export type { Change, Contestable, SentTo } from './contestable.ts';
export { personalData } from './personal-data.ts';
export { refused, replaced } from './rules.ts';

interface Needs {
  database: Database;
  jobs: Jobs;
  identity: Identity;
  people: People;
  tenancy: Tenancy;
  events: Events;
  notifications: Notifications;
  dashboards: Dashboards;
  clock: Clock;
  log: Logger;
  /** What modules know of their judgements, and how they suspend and change them. */
  explains: () => readonly Explains[];
  contestable: () => readonly Contestable[];
}

export type Contests = ReturnType<typeof create>;

/** Contests of judgements, with the watch over their deadlines. */
export function create(needs: Needs) {
  const { database, jobs, identity, people, tenancy, clock, log, explains, contestable } = needs;
  const now = () => clock.now();
  const notices = createNotices(needs);
  const parts = { database, notices, now };
  scheduleDeadlines(jobs, parts, identity.tenantIds, log);
  const { settingsOf } = tenancy;
  return {
    ...createContests({ database, people, settingsOf, notices, explains, contestable, now }),
    meetDeadlines: (tenantId: string) => meetDeadlines(parts, tenantId),
    promises: contestPromises(database, now),
  };
}

/** The operations of this module. */
export function operations(service: Service): Served[] {
  return [
    serve(contest, {
      create: ({ judgementId, ...given }, request) => service.create(request, judgementId, given),
      list: ({ cursor, limit, ...filter }, { caller }) =>
        service.list(caller.tenantId, filter, { cursor, limit }),
      get: ({ contestId }, { caller }) => service.get(caller.tenantId, contestId),
      decide: (given, request) => service.decide(request, given),
      withdraw: (seen, request) => service.withdraw(request, seen),
    }),
  ];
}

/** Adverse outcomes that its own table has. */
export function adverse(): CountAdverse[] {
  return [countContests];
}

/** What is promised to those who contest. */
export function promises(service: Contests) {
  return service.promises;
}
