import { type Served, serve } from '../../../http/router.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { ObjectStore } from '../../../platform/objects/index.ts';
import type { PersonalData } from '../../../platform/personal-data.ts';
import { actorOf } from '../audit/index.ts';
import type { Identity } from '../identity/index.ts';
import { audit } from './contract.ts';
import { type Compliance, createCompliance } from './service.ts';

interface Needs {
  database: Database;
  objects: ObjectStore;
  identity: Identity;
  personalData: () => readonly PersonalData[];
  clock: Clock;
}

export function create({ clock, ...needs }: Needs) {
  return createCompliance({ ...needs, now: () => clock.now() });
}

/** The operations of this module. */
export function operations(service: Compliance): Served[] {
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
