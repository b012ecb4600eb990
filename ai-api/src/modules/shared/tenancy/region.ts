import { Problem } from '../../../http/problem.ts';
import type { Collections } from '../../../models/embeddings/collections.ts';
import type { Space } from '../../../models/embeddings/index.ts';
import { mayReceive } from '../../../models/regions.ts';
import type { Route } from '../../../models/route.ts';
import type { Clock } from '../../../platform/clock.ts';
import { type Database, isHere, type TenantTransaction } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import { type Actor, record } from '../audit/index.ts';
import { lockTenant, readTenant, type TenantRecord, writeRegion } from './store.ts';

export interface RegionParts {
  database: Database;
  publicUrl: string;
  routes: readonly Route[];
  /** The configured embeddings, and where their provider keeps what it is sent. */
  embeddings: { space: Space; regions: readonly string[] | null };
  collections: Pick<Collections, 'refresh'>;
  jobs: Pick<Jobs, 'count'>;
  /** Has every process verify credentials again, once the transaction commits. */
  announceChange(transaction: TenantTransaction): Promise<void>;
  clock: Clock;
}

interface Choice {
  region: string;
  storedElsewhere: boolean;
  leaveInstallation: boolean;
}

/** Where the data of companies stays. */
export function createRegions(parts: RegionParts) {
  const { database, publicUrl, routes, embeddings, collections, jobs, announceChange, clock } = parts;
  const { residency } = database;

  const installations = () =>
    residency.region === null
      ? []
      : Object.entries({ ...residency.urls, [residency.region]: publicUrl }).map(([region, url]) => ({
          region,
          url,
          isHere: region === residency.region,
        }));

  const providersFor = (region: string | null) => [
    ...routes.map((route) => ({
      name: route.name,
      purpose: 'model' as const,
      regions: route.regions && [...route.regions],
      usable: mayReceive(route, region),
    })),
    {
      name: `${embeddings.space.provider}:${embeddings.space.model}`,
      purpose: 'embeddings' as const,
      regions: embeddings.regions && [...embeddings.regions],
      usable: embeddings.space.provider === 'static' || mayReceive(embeddings, region),
    },
  ];

  function view(row: TenantRecord) {
    const { data_region: dataRegion } = row;
    const here = isHere(residency, dataRegion);
    return {
      dataRegion,
      chosenAt: row.data_region_chosen_at?.toISOString() ?? null,
      storedElsewhere: row.data_stored_elsewhere,
      installationRegion: residency.region,
      isHere: here,
      url: here || dataRegion === null ? null : (residency.urls[dataRegion] ?? null),
      choices: dataRegion === null ? installations() : [],
      providers: providersFor(dataRegion),
    };
  }

  /** @throws {Problem} CONFLICT */
  function requireChoice(row: TenantRecord, { region, leaveInstallation }: Choice): void {
    if (row.data_region !== null)
      throw new Problem(
        'CONFLICT',
        `The data of the company stays in ${row.data_region}. A region is chosen once; the operator can move a company.`,
      );
    if (residency.region === null)
      throw new Problem('CONFLICT', 'This installation is in an undeclared region (DATA_REGION is not set).');
    if (region === residency.region) return;
    if (!Object.hasOwn(residency.urls, region))
      throw new Problem(
        'CONFLICT',
        `This installation keeps its data in ${residency.region} and knows none in ${region}.`,
      );
    if (!leaveInstallation)
      throw new Problem(
        'CONFLICT',
        `This installation keeps its data in ${residency.region}. With ${region} it refuses the company from then on; confirm that with leaveInstallation.`,
      );
  }

  /** What waits here could not be carried out any more. @throws {Problem} CONFLICT */
  async function refuseUnderWay(transaction: TenantTransaction): Promise<void> {
    const counts = await jobs.count(transaction);
    if (counts.some(({ queued, retrying, running }) => queued + retrying + running > 0))
      throw new Problem('CONFLICT', 'Jobs of the company are under way. Choose again when they have ended.');
  }

  return {
    get: (tenantId: string) =>
      database.withTenant(tenantId, async (transaction) => view(await readTenant(transaction)), {
        anyRegion: true,
      }),

    /** @throws {Problem} CONFLICT for a second choice, and for a region without an installation */
    choose: (actor: Actor, choice: Choice) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        requireChoice(await lockTenant(transaction), choice);
        if (choice.region !== residency.region) await refuseUnderWay(transaction);
        const { region, storedElsewhere } = choice;
        const after = await writeRegion(transaction, { region, storedElsewhere, at: clock.now() });
        if (choice.region === residency.region) await collections.refresh(transaction, actor.tenantId);
        await announceChange(transaction);
        await record(transaction, actor, {
          subject: 'tenant',
          details: [{ about: [], content: { region, storedElsewhere, declaredBy: 'the administrator' } }],
        });
        return view(after);
      }),
  };
}
