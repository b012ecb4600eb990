import { type Served, serve } from '../../../http/router.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { ObjectStore } from '../../../platform/objects/index.ts';
import type { PersonalData } from '../../../platform/personal-data.ts';
import { actorOf } from '../audit/index.ts';
import type { Events } from '../events/index.ts';
import type { Files } from '../files/index.ts';
import type { Identity } from '../identity/index.ts';
import type { People } from '../people/index.ts';
import { audit } from './contract.ts';
import { personalDataOf } from './personal-data.ts';
import { type Compliance, createCompliance } from './service.ts';

interface Needs {
  database: Database;
  objects: ObjectStore;
  files: Files;
  events: Events;
  identity: Identity;
  people: Pick<People, 'findBuilder'>;
  clock: Clock;
}

export function create({ clock, people, objects, ...needs }: Needs) {
  const service = createCompliance({ ...needs, now: () => new Date(clock.now()) });
  const { removeAbout: remove, retireReports: retire } = service;
  return { ...service, persons: personalDataOf({ people, objects, remove, retire }) };
}

/** Reports about people, and who made which. */
export function personalData({ persons }: ReturnType<typeof create>): PersonalData {
  return persons;
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
      reports: (input, request) => service.report(actorOf(request), input),
      listReports: ({ kind, ...page }, { caller }) => service.listReports(caller.tenantId, kind, page),
      getReport: ({ reportId }, { caller }) => service.getReport(caller.tenantId, reportId),
      getRetention: (_input, { caller }) => service.getRetention(caller.tenantId),
      setRetention: ({ years }, request) => service.setRetention(actorOf(request), years),
    }),
  ];
}
