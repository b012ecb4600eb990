import { type Served, serve } from '../../../http/router.ts';
import type { Kind } from '../../../judgement/index.ts';
import type { Database } from '../../../platform/database/index.ts';
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
