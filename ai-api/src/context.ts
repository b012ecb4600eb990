import type { Logger } from 'pino';
import { openDatabase } from './composition/database.ts';
import { type Overrides, openDrivers } from './composition/drivers.ts';
import { createModules } from './composition/modules.ts';
import { seedTenant } from './composition/seed.ts';
import type { Config } from './config/index.ts';
import type { Database } from './platform/database/index.ts';
import { migrate } from './platform/database/migrate.ts';
import { createMetrics, type Metrics } from './platform/telemetry/metrics.ts';

export { RegionMismatch } from './modules/shared/tenancy/index.ts';

export type Context = Awaited<ReturnType<typeof createContext>>;

/**
 * The composition root: builds everything from the configuration.
 * @param overrides parts in place of the installation's own, such as a clock that a test moves
 * @throws one clear error when a part cannot be opened; what was open by then is closed again
 */
export async function createContext(config: Config, log: Logger, overrides: Overrides = {}) {
  const metrics = createMetrics();
  const database = await openDatabase(config, log, metrics.query);
  try {
    const migrated = await migrate(database.system('migrations run as the owner'));
    if (migrated.length > 0) log.info({ migrated }, 'database schema updated');
    return await compose(config, log, database, metrics, overrides);
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function compose(
  config: Config,
  log: Logger,
  database: Database,
  metrics: Metrics,
  overrides: Overrides,
) {
  const drivers = await openDrivers(config, log, database, metrics, overrides);
  const modules = await createModules(drivers);
  await seedTenant(config, database, modules, log);
  modules.services.identity.companies.onNew(modules.seed);
  const { services, served, invoker, routes } = modules;
  return { ...drivers, ...services, served, invoker, routes };
}
