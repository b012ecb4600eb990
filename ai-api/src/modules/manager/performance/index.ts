import { type Served, serve } from '../../../http/router.ts';
import { performance, plan } from './contract.ts';
import type { Performance } from './service.ts';

export { createPerformance, type Performance } from './service.ts';

/** The operations of this module. */
export function servePerformance(service: Performance): Served[] {
  return [
    serve(performance, {
      history: ({ builderId, weeks }, { caller }) => service.history(caller.tenantId, builderId, weeks),
      team: ({ week, team, ...page }, { caller }) => service.team(caller.tenantId, { week, team }, page),
      report: (input, { caller }) => service.report(caller.tenantId, input),
      file: (input, request) => service.file(request, input),
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
