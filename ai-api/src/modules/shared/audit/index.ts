import { type Served, serve } from '../../../http/router.ts';
import { actorOf } from './actor.ts';
import { audit } from './contract.ts';
import type { Audit } from './service.ts';

export { type Actor, actorOf, displayName, systemActor } from './actor.ts';
export { digestOf } from './chain.ts';
export { startMaintenance } from './maintenance.ts';
export { type Entry, record } from './record.ts';
export { type Audit, createAudit } from './service.ts';
export { verifyChain } from './verify.ts';

/** The operations of this module. */
export function serveAudit(service: Audit): Served[] {
  return [
    serve(audit, {
      list: ({ cursor, limit, operationId, ...filter }, { caller }) =>
        service.list(caller.tenantId, { ...filter, operation: operationId }, { cursor, limit }),
      get: ({ seq }, { caller }) => service.get(caller.tenantId, seq),
      verify: async ({ knownSeq, knownHash }, { caller }) =>
        service.verify(caller.tenantId, { seq: knownSeq, hash: knownHash }),
      export: (span, request) => service.export(actorOf(request), span),
      erase: (input, request) => service.erase(actorOf(request), input),
      reports: (input, request) => service.report(actorOf(request), input),
      getRetention: (_input, { caller }) => service.getRetention(caller.tenantId),
      setRetention: ({ years }, request) => service.setRetention(actorOf(request), years),
    }),
  ];
}
