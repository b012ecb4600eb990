import { type Served, serve } from '../../http/router.ts';
import { evaluation } from './contract.ts';
import type { Evaluations } from './service.ts';

export { evaluationKind } from './kinds/builder.ts';
export { projectKind } from './kinds/project.ts';
export { createEvaluations, type Evaluations } from './service.ts';

/** The operations of this module. */
export function serveEvaluations(service: Evaluations): Served[] {
  return [
    serve(evaluation, {
      startWeekly: (input, { caller }) => service.startWeekly(caller.tenantId, caller.keyName, input),
      listRuns: ({ week, ...page }, { caller }) => service.listRuns(caller.tenantId, week, page),
      getRun: ({ runId }, { caller }) => service.getRun(caller.tenantId, runId),
      listResults: ({ runId, cursor, limit, ...filter }, { caller }) =>
        service.listResults(caller.tenantId, runId, filter, { cursor, limit }),
      retry: ({ runId, builderId }, { caller }) => service.retry(caller.tenantId, runId, builderId),
      listEmails: ({ runId, unsent, ...page }, { caller }) =>
        service.listEmails(caller.tenantId, runId, unsent, page),
      get: ({ evaluationId }, { caller }) => service.get(caller.tenantId, evaluationId),
      markNotified: ({ evaluationId }, { caller }) => service.markNotified(caller.tenantId, evaluationId),
      override: ({ evaluationId, ...input }, { caller }) =>
        service.override(caller.tenantId, caller.keyName, evaluationId, input),
    }),
  ];
}
