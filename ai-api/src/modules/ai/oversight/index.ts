import { type Served, serve } from '../../../http/router.ts';
import type { Kind } from '../../../judgement/index.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { CountedPromise } from '../../../platform/promises.ts';
import { actorOf } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import { oversight } from './contract.ts';
import { createOversight, type OversightService } from './service.ts';

interface Needs {
  database: Database;
  kinds: readonly Kind[];
  events: Events;
}

export function create({ database, kinds, events }: Needs) {
  return createOversight(database, kinds, events);
}

/** The operations of this module. */
export function operations(service: OversightService): Served[] {
  return [
    serve(oversight, {
      list: (page, { caller }) => service.list(caller.tenantId, page),
      set: (given, request) => service.set(actorOf(request), given),
      listVersions: ({ kind, ...page }, { caller }) => service.listVersions(caller.tenantId, kind, page),
    }),
  ];
}

/** What is promised of decisions by engines. */
export function promises({ adverseByEngines }: OversightService): CountedPromise[] {
  return [
    {
      id: 'adverse-needs-a-person',
      says: 'No engine decides against a person.',
      count: async (tenantId) => {
        const { decided, adverse, newest } = await adverseByEngines(tenantId);
        return {
          of: 'judgements by engines of kinds with an adverse outcome',
          checked: decided,
          broken: adverse,
          note:
            newest &&
            `The newest was made on ${newest.toISOString().slice(0, 10)}. Earlier versions let engines decide such outcomes.`,
        };
      },
    },
  ];
}
