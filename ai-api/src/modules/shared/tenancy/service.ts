import { Problem } from '../../../http/problem.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, record } from '../audit/index.ts';
import { settingsInForce, type TenantSettings } from './schema.ts';
import { countElsewhere, lockTenant, readTenant, type TenantRecord, writeTenant } from './store.ts';

/** This installation is not where the data of some company has to stay. */
export class RegionMismatch extends Error {
  constructor(count: number, region: string | null) {
    const where = region ? `DATA_REGION is ${region}` : 'DATA_REGION is not set';
    const who = count === 1 ? '1 company has' : `${count} companies have`;
    super(`${where}, but ${who} declared that their data stays in another region. Nothing was started.`);
    this.name = 'RegionMismatch';
  }
}

/** What is changed; what is missing stays. */
interface Change {
  timezone?: string | undefined;
  models?: TenantSettings['models'] | undefined;
  dataRegion?: string | null | undefined;
}

export type Tenancy = ReturnType<typeof createTenancy>;

/**
 * Companies and their settings.
 * @param region where this installation keeps its data, as its operator declares; null when they do not
 */
export function createTenancy(database: Database, region: string | null) {
  const view = (row: TenantRecord) => ({
    tenantId: row.id,
    name: row.name,
    tier: row.tier,
    dataRegion: row.data_region,
    installationRegion: region,
    settings: settingsInForce(row.settings),
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  });

  return {
    get: (tenantId: string) =>
      database.withTenant(tenantId, async (transaction) => view(await readTenant(transaction))),

    /** @throws {Problem} CONFLICT when the data would have to be in a region where this installation is not */
    update: (actor: Actor, { dataRegion, timezone, models }: Change) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const before = await lockTenant(transaction);
        if (typeof dataRegion === 'string' && dataRegion !== region) {
          const where = region ? `in ${region}` : 'in an undeclared region (DATA_REGION is not set)';
          throw new Problem('CONFLICT', `This installation keeps its data ${where}.`);
        }
        const given = { ...(timezone === undefined ? {} : { timezone }), ...(models ? { models } : {}) };
        const after = await writeTenant(transaction, {
          settings: { ...before.settings, ...given },
          dataRegion: dataRegion === undefined ? before.data_region : dataRegion,
        });
        await record(transaction, actor, {
          subject: 'tenant',
          details: [{ about: [], content: { before: documentOf(before), after: documentOf(after) } }],
        });
        return view(after);
      }),

    /** What the company has set, with defaults for the rest. */
    settingsOf: async (transaction: TenantTransaction): Promise<TenantSettings> =>
      settingsInForce((await readTenant(transaction)).settings),

    /** @throws {RegionMismatch} when the data of some company may not be where this installation is */
    checkRegions: async (): Promise<void> => {
      const elsewhere = await countElsewhere(database, region);
      if (elsewhere > 0) throw new RegionMismatch(elsewhere, region);
    },
  };
}

function documentOf(row: TenantRecord) {
  return { ...settingsInForce(row.settings), dataRegion: row.data_region };
}
