import { type Served, serve } from '../../../http/router.ts';
import { actorOf } from '../../shared/audit/index.ts';
import { decisions } from './contract.ts';
import type { Decisions } from './service.ts';

export { serveDecisionLinks } from './link-routes.ts';
export { createDecisions, type Decisions } from './service.ts';

/** The operations of this module. */
export function serveDecisions(service: Decisions): Served[] {
  return [
    serve(decisions, {
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
