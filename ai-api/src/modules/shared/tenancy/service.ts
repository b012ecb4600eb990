import type { Logger } from 'pino';
import { mayReceive, noneIn } from '../../../models/regions.ts';
import type { Route } from '../../../models/route.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, record } from '../audit/index.ts';
import { settingsInForce, type TenantSettings } from './schema.ts';
import { countElsewhere, lockTenant, readTenant, type TenantRecord, writeTenant } from './store.ts';

/** This installation does not say where it is, and the data of some company has to stay in a region. */
export class RegionMismatch extends Error {
  constructor(count: number) {
    const who = count === 1 ? '1 company has' : `${count} companies have`;
    super(`DATA_REGION is not set, but ${who} chosen a region for their data. Nothing was started.`);
    this.name = 'RegionMismatch';
  }
}

/** What is changed; what is missing stays. */
interface Change {
  timezone?: string | undefined;
  models?: TenantSettings['models'] | undefined;
  answerWindowHours?: number | undefined;
  contestDays?: number | undefined;
  requireNotice?: boolean | undefined;
}

/** The settings of a company, and why it has no model: `models` is `off` then. */
export type SettingsInForce = TenantSettings & { whyNoModel: string | null };

interface TenancyParts {
  database: Database;
  /** The models of the installation. */
  routes: readonly Pick<Route, 'regions'>[];
  log: Logger;
}

/** Companies and their settings. */
export function createTenancy({ database, routes, log }: TenancyParts) {
  const { region } = database.residency;

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

  /** Why no model may be sent data of a company; null where one may. */
  function whyNoModel({ data_region }: TenantRecord, { models }: TenantSettings): string | null {
    if (models === 'off') return 'The company has turned models off.';
    const isLeft = routes.length === 0 || routes.some((route) => mayReceive(route, data_region));
    return isLeft ? null : noneIn('model', data_region);
  }

  return {
    get: (tenantId: string) =>
      database.withTenant(tenantId, async (transaction) => view(await readTenant(transaction))),

    update: (actor: Actor, change: Change) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const before = await lockTenant(transaction);
        const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
        const after = await writeTenant(transaction, { ...before.settings, ...given });
        await record(transaction, actor, {
          subject: 'tenant',
          details: [{ about: [], content: { before: documentOf(before), after: documentOf(after) } }],
        });
        return view(after);
      }),

    /**
     * What the company has set, with defaults for the rest. `models` is also `off` where its data stays in a region for
     * which no model is declared.
     */
    settingsOf: async (transaction: TenantTransaction): Promise<SettingsInForce> => {
      const row = await readTenant(transaction);
      const settings = settingsInForce(row.settings);
      const why = whyNoModel(row, settings);
      return { ...settings, models: why === null ? 'allowed' : 'off', whyNoModel: why };
    },

    /** @throws {RegionMismatch} when some company chose a region and this installation does not declare its own */
    checkRegions: async (): Promise<void> => {
      const elsewhere = await countElsewhere(database, region);
      if (elsewhere === 0) return;
      if (region === null) throw new RegionMismatch(elsewhere);
      log.warn(
        { region, companies: elsewhere },
        'companies whose data stays in other regions are refused here',
      );
    },
  };
}

function documentOf(row: TenantRecord) {
  return { ...settingsInForce(row.settings), dataRegion: row.data_region };
}
