import { type Served, serve } from '../../../http/router.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Dashboards } from '../../../platform/dashboards.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { CountAdverse } from '../../../platform/promises.ts';
import type { Prompts } from '../../ai/prompts/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Files } from '../../shared/files/index.ts';
import type { Notifications } from '../../shared/notifications/index.ts';
import type { People } from '../../shared/people/index.ts';
import { countPlans } from './adverse.ts';
import { performance, plan } from './contract.ts';
import { createPerformance, type Performance } from './service.ts';

export { personalData } from './personal-data.ts';
export type { Performance } from './service.ts';

interface Needs {
  database: Database;
  people: People;
  events: Events;
  files: Files;
  prompts: Prompts;
  dashboards: Dashboards;
  notifications: Notifications;
  clock: Clock;
}

export function create({ clock, notifications, ...needs }: Needs) {
  return createPerformance({ ...needs, render: notifications.render, now: () => clock.now() });
}

/** Adverse outcomes that no judgement shows. */
export function adverse(): CountAdverse[] {
  return [countPlans];
}

/** The operations of this module. */
export function operations(service: Performance): Served[] {
  return [
    serve(performance, {
      history: ({ builderId, weeks }, { caller }) =>
        service.history(caller.tenantId, builderId, weeks, caller.user?.builderId === builderId),
      team: ({ week, team, ...page }, { caller }) => service.team(caller.tenantId, { week, team }, page),
      report: (input, { caller }) => service.report(caller.tenantId, input),
      file: (input, request) => service.file(request, input),
      shift: ({ week }, { caller }) => service.shift(caller.tenantId, week),
      fairness: (input, request) => service.fairness(request, input),
    }),
    serve(plan, {
      list: ({ cursor, limit, ...filter }, { caller }) =>
        service.listPlans(caller.tenantId, filter, { cursor, limit }),
      create: (input, request) => service.createPlan(request, input),
      get: ({ planId }, { caller }) => service.getPlan(caller.tenantId, planId),
      checkIn: (input, request) => service.checkIn(request, input),
      extend: (input, request) => service.extendPlan(request, input),
      close: (input, request) => service.closePlan(request, input),
    }),
  ];
}
