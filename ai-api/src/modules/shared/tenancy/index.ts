import { type Served, serve } from '../../../http/router.ts';
import { actorOf } from '../audit/index.ts';
import { tenant } from './contract.ts';
import type { Tenancy } from './service.ts';

export { createTenancy, RegionMismatch, type Tenancy } from './service.ts';

/** The operations of this module. */
export function serveTenancy(service: Tenancy): Served[] {
  return [
    serve(tenant, {
      get: (_input, { caller }) => service.get(caller.tenantId),
      update: (input, request) => service.update(actorOf(request), input),
    }),
  ];
}
