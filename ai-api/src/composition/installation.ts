import packageJson from '../../package.json' with { type: 'json' };
import type { Installation } from '../modules/shared/ops/index.ts';
import type { Drivers } from './drivers.ts';

/** What this installation runs on, as health reports it. */
export function installationOf(drivers: Drivers): Installation {
  const {
    config,
    database,
    model,
    jobs,
    objects,
    cache,
    limits,
    mailer,
    scanner,
    embedder,
    traces,
    routes,
    ledger,
    sources,
  } = drivers;
  const { engine: vectors } = drivers.collections;
  return {
    version: packageJson.version,
    engine: model ? 'model' : 'rules',
    model: model?.name ?? null,
    drivers: {
      database: database.driver,
      vectors,
      jobs: jobs.driver,
      objects: objects.driver,
      cache: cache.driver,
      limits: limits.driver,
      mail: mailer.driver,
      scanner: scanner.driver,
      seats: config.LICENCE_SEATS,
      licenceSigning: config.LICENCE_SIGNING,
    },
    embeddings: embedder.space,
    traces: () => {
      if (!traces.isConnected) return 'none';
      return traces.fault()?.isKeyRefused ? 'keys refused' : 'langfuse';
    },
    mcp: config.MCP,
    disk: () => drivers.disk.state(),
    providers: () =>
      routes.map((route) => ({
        model: route.name,
        state: route.state(),
        limitations: route.limitations(),
        isPriced: ledger.isPriced(route.provider, route.model),
      })),
    sources: Object.fromEntries(
      Object.entries(sources).map(([name, source]) => [name, source ? 'connected' : 'imported data only']),
    ),
  };
}
