import type { Invoker } from '../../../http/invoker.ts';
import type { RequestPolicies } from '../../../http/request-policies.ts';
import { type Served, serve } from '../../../http/router.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Identity } from '../identity/index.ts';
import type { People } from '../people/index.ts';
import { access } from './contract.ts';
import { type Accesses, createAccesses } from './service.ts';

export { personalData } from './personal-data.ts';
export type { Accesses } from './service.ts';

interface Needs {
  database: Database;
  identity: Identity;
  people: People;
  invoker: Invoker;
  requestPolicies: RequestPolicies;
  clock: Clock;
}

/** Access records; every answer that shows another person waits for its own. */
export function create({ database, identity, people, invoker, requestPolicies, clock }: Needs): Accesses {
  const accesses = createAccesses({ database, identity, people, find: invoker.find, now: () => clock.now() });
  requestPolicies.accesses.use(accesses.record);
  return accesses;
}

/** The operations of this module. */
export function operations(accesses: Accesses): Served[] {
  return [
    serve(access, {
      mine: (page, { caller }) => accesses.mine(caller, page),
      list: ({ cursor, limit, subject, ...filter }, { caller }) =>
        accesses.list(
          caller.tenantId,
          { ...filter, subjects: subject === undefined ? undefined : [subject] },
          { cursor, limit },
        ),
    }),
  ];
}
