import type { Config } from '../../../config/index.ts';
import { type Served, serve } from '../../../http/router.ts';
import type { Database } from '../../../platform/database/index.ts';
import { actorOf } from '../audit/index.ts';
import { tenant } from './contract.ts';
import { createTenancy, type Tenancy } from './service.ts';

export { RegionMismatch, type Tenancy } from './service.ts';

interface Needs {
  database: Database;
  config: Pick<Config, 'DATA_REGION'>;
}

/** @throws {RegionMismatch} when a company keeps its data in another region */
export async function create({ database, config }: Needs) {
  const tenancy = createTenancy(database, config.DATA_REGION ?? null);
  await tenancy.checkRegions();
  return tenancy;
}

/** The operations of this module. */
export function operations(service: Tenancy): Served[] {
  return [
    serve(tenant, {
      get: (_input, { caller }) => service.get(caller.tenantId),
      update: (input, request) => service.update(actorOf(request), input),
    }),
  ];
}
