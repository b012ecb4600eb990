import { createReload } from './composition/reload.ts';
import { type Config, otlpSettings } from './config/index.ts';
import { RegionMismatch } from './context.ts';
import { VectorsMissing } from './models/embeddings/pgvector.ts';
import { DataDirectoryInUse } from './platform/database/data-lock.ts';
import { SchemaOfAnotherVersion } from './platform/database/migrate.ts';
import { DatabaseUnreachable } from './platform/database/postgres.ts';
import { DiskTooSmall } from './platform/disk/index.ts';
import { both, createLog } from './platform/log.ts';
import { referencesIn } from './platform/secrets/index.ts';
import { startServer } from './server.ts';

/** How long the log's last lines may take to be sent. */
const FLUSH_MS = 3_000;

/**
 * Starts the server and stops it on SIGINT or SIGTERM; what does not end in time is cut off.
 * @param read reads the whole configuration again, references resolved
 * @throws what {@link isPlain} knows when the operator can correct it
 */
export async function runProcess(config: Config, read: () => Promise<Config>): Promise<void> {
  const exported = await openLogExport(config);
  const log = createLog(config.LOG_LEVEL, exported ? both(exported.stream) : undefined);
  // Without a reference nothing can change, and the end of a terminal ends the process as ever.
  let reload = async () => {};
  if (referencesIn(process.env).length > 0) process.on('SIGHUP', () => reload());
  const server = await startServer(config, log);
  const { useKey, metrics } = server.context;
  reload = createReload(config, { read, use: useKey, log, metrics });
  let asked = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (asked) process.exit(1);
      asked = true;
      log.info({ signal }, 'stopping');
      setTimeout(() => process.exit(1), 20_000).unref();
      server
        .stop()
        .then(
          () => log.info('stopped'),
          (err: unknown) => {
            log.error({ err }, 'did not stop cleanly');
            process.exitCode = 1;
          },
        )
        .finally(() => exported?.close(FLUSH_MS));
    });
  }
}

/** Loads OpenTelemetry's exporter only where the log goes to a collector. */
async function openLogExport(config: Config) {
  const otlp = otlpSettings(config);
  if (!otlp || config.OTEL_LOGS_EXPORTER !== 'otlp') return null;
  const { exportLogs } = await import('./platform/telemetry/log-export.ts');
  return exportLogs(otlp);
}

const PLAIN = [
  DiskTooSmall,
  DataDirectoryInUse,
  DatabaseUnreachable,
  RegionMismatch,
  SchemaOfAnotherVersion,
  VectorsMissing,
];

/** What the operator can correct needs no stack: also files and ports that the system refuses. */
export function isPlain(error: Error): boolean {
  const isOfSystem = [error, error.cause].some((reason) => reason instanceof Error && 'syscall' in reason);
  return isOfSystem || PLAIN.some((kind) => error instanceof kind);
}
