import type { Logger } from 'pino';
import type { Config } from '../../../config/index.ts';
import { type Served, serve } from '../../../http/router.ts';
import type { Collections } from '../../../models/embeddings/collections.ts';
import type { Embedder } from '../../../models/embeddings/index.ts';
import type { Route } from '../../../models/route.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import { actorOf } from '../audit/index.ts';
import type { Identity } from '../identity/index.ts';
import { tenant } from './contract.ts';
import { createRegions } from './region.ts';
import { createTenancy } from './service.ts';

export { RegionMismatch } from './service.ts';

interface Needs {
  database: Database;
  identity: Pick<Identity, 'announceChange'>;
  routes: readonly Route[];
  embedder: Pick<Embedder, 'space'>;
  collections: Collections;
  jobs: Jobs;
  publicUrl: string;
  clock: Clock;
  log: Logger;
  config: Pick<Config, 'EMBEDDINGS_REGIONS'>;
}

export type Tenancy = Awaited<ReturnType<typeof create>>;

/** @throws {RegionMismatch} when a company chose a region and this installation does not declare its own */
export async function create(needs: Needs) {
  const { identity, embedder, config } = needs;
  const tenancy = createTenancy(needs);
  await tenancy.checkRegions();
  const embeddings = { space: embedder.space, regions: config.EMBEDDINGS_REGIONS ?? null };
  const regions = createRegions({ ...needs, embeddings, announceChange: identity.announceChange });
  return { ...tenancy, regions };
}

/** The operations of this module. */
export function operations(service: Tenancy): Served[] {
  return [
    serve(tenant, {
      get: (_input, { caller }) => service.get(caller.tenantId),
      update: (input, request) => service.update(actorOf(request), input),
      getRegion: (_input, { caller }) => service.regions.get(caller.tenantId),
      chooseRegion: (input, request) => service.regions.choose(actorOf(request), input),
    }),
  ];
}
