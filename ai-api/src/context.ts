import type { Logger } from 'pino';
import { openDatabase } from './composition/database.ts';
import { openDrivers } from './composition/drivers.ts';
import { installationOf } from './composition/installation.ts';
import { createModules } from './composition/modules.ts';
import { seedTenant } from './composition/seed.ts';
import type { Config } from './config/index.ts';
import { gaugesOf } from './modules/shared/ops/index.ts';
import type { Database } from './platform/database/index.ts';
import { migrate } from './platform/database/migrate.ts';
import { createMetrics, type Metrics } from './platform/telemetry/metrics.ts';

export { openDatabase } from './composition/database.ts';
export { RegionMismatch } from './modules/shared/tenancy/index.ts';

export type Context = Awaited<ReturnType<typeof createContext>>;

/**
 * The composition root: builds everything from the configuration and hands it to whoever needs it.
 * @throws one clear error when a part cannot be opened; what was open by then is closed again
 */
export async function createContext(config: Config, log: Logger) {
  const metrics = createMetrics();
  const database = await openDatabase(config, log, metrics.query);
  try {
    const migrated = await migrate(database.system('migrations run as the owner'));
    if (migrated.length > 0) log.info({ migrated }, 'database schema updated');
    return await compose(config, log, database, metrics);
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function compose(config: Config, log: Logger, database: Database, metrics: Metrics) {
  const drivers = await openDrivers(config, log, database, metrics);
  const modules = await createModules(config, log, database, metrics, drivers);
  await seedTenant(config, database, modules);
  const { jobs } = drivers;
  const gauges = gaugesOf(database, jobs);
  const installation = installationOf(database, drivers);
  return { config, log, metrics, database, gauges, installation, ...drivers, ...modules };
}
