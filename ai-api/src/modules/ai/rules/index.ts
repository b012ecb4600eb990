import { type Served, serve } from '../../../http/router.ts';
import { actorOf } from '../../shared/audit/index.ts';
import { calibration, rule } from './contract.ts';
import type { Rules } from './service.ts';

export { createRules, type Rules } from './service.ts';

/** The operations of this module. */
export function serveRules(service: Rules): Served[] {
  return [
    serve(rule, {
      listKinds: async (page) => service.listKinds(page),
      list: ({ kind, search, ...page }, { caller }) => service.list(caller.tenantId, { kind, search }, page),
      check: async ({ kind, rule: definition }) => service.check(kind, definition),
      replay: ({ limit, ...change }, { caller, signal }) =>
        service.replay(caller.tenantId, change, limit, signal),
      save: (input, request) => service.save(actorOf(request), input),
      rollback: (input, request) => service.rollback(actorOf(request), input),
      get: ({ kind, key, version }, { caller }) => service.get(caller.tenantId, kind, key, version),
      listVersions: ({ kind, key, ...page }, { caller }) =>
        service.listVersions(caller.tenantId, kind, key, page),
      diff: ({ kind, key, from, to }, { caller }) => service.diff(caller.tenantId, kind, key, from, to),
    }),
    serve(calibration, {
      get: ({ kind, maxError }, { caller }) => service.calibration(caller.tenantId, kind, maxError),
      apply: ({ kind, ...given }, request) => service.applyThresholds(actorOf(request), kind, given),
    }),
  ];
}
