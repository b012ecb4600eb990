import { type Served, serve } from '../../../http/router.ts';
import { actorOf } from '../../shared/audit/index.ts';
import { evaluation } from './contract.ts';
import type { Evaluations } from './service.ts';

export { newestOfficialWeek, type OfficialResult, officialResults, officialWeek } from './history.ts';
export { evaluationKind } from './kinds/builder.ts';
export { projectKind } from './kinds/project.ts';
export { createEvaluations, type Evaluations } from './service.ts';

/** The operations of this module. */
export function serveEvaluations(service: Evaluations): Served[] {
  return [
    serve(evaluation, {
      startWeekly: (input, request) => service.startWeekly(actorOf(request), input),
      list: ({ cursor, limit, ...filter }, { caller }) =>
        service.list(caller.tenantId, filter, { cursor, limit }),
      listRuns: ({ week, ...page }, { caller }) => service.listRuns(caller.tenantId, week, page),
      getRun: ({ runId }, { caller }) => service.getRun(caller.tenantId, runId),
      listResults: ({ runId, cursor, limit, ...filter }, { caller, onlyBuilder }) =>
        service.listResults(caller.tenantId, runId, filter, { cursor, limit }, onlyBuilder !== null),
      retry: ({ runId, builderId }, request) => service.retry(actorOf(request), runId, builderId),
      listEmails: ({ runId, unsent, ...page }, { caller }) =>
        service.listEmails(caller.tenantId, runId, unsent, page),
      get: ({ evaluationId }, { caller, onlyBuilder }) =>
        service.get(caller.tenantId, evaluationId, onlyBuilder !== null),
      markNotified: ({ evaluationId }, request) => service.markNotified(actorOf(request), evaluationId),
      override: ({ evaluationId, ...input }, request) =>
        service.override(actorOf(request), evaluationId, input),
    }),
  ];
}
