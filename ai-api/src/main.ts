import { createReload } from './composition/reload.ts';
import { ConfigError, otlpSettings, readConfig } from './config/index.ts';
import { RegionMismatch } from './context.ts';
import { VectorsMissing } from './models/embeddings/pgvector.ts';
import { DataDirectoryInUse } from './platform/database/data-lock.ts';
import { SchemaOfAnotherVersion } from './platform/database/migrate.ts';
import { DatabaseUnreachable } from './platform/database/postgres.ts';
import { both, createLog } from './platform/log.ts';
import { referencesIn, resolveEnvironment, SecretsError } from './platform/secrets/index.ts';
import { exportLogs } from './platform/telemetry/log-export.ts';
import { startServer } from './server.ts';

/** How long the log's last lines may take to be sent. */
const FLUSH_MS = 3_000;

/** Starts the process and stops it on SIGINT or SIGTERM; what does not end in time is cut off. */
async function main(): Promise<void> {
  const read = async () => readConfig(await resolveEnvironment(process.env));
  const config = await read();
  const otlp = otlpSettings(config);
  const exported = otlp && config.OTEL_LOGS_EXPORTER === 'otlp' ? exportLogs(otlp) : null;
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

const PLAIN = [
  ConfigError,
  DataDirectoryInUse,
  DatabaseUnreachable,
  RegionMismatch,
  SchemaOfAnotherVersion,
  SecretsError,
  VectorsMissing,
];

/** What a person can mend needs no stack: also files and ports that the system refuses. */
function isPlain(error: Error): boolean {
  const isOfSystem = [error, error.cause].some((reason) => reason instanceof Error && 'syscall' in reason);
  return isOfSystem || PLAIN.some((kind) => error instanceof kind);
}

main().catch((error: unknown) => {
  const text = error instanceof Error && !isPlain(error) ? error.stack : undefined;
  console.error(text ?? (error instanceof Error ? error.message : error));
  process.exitCode = 1;
});
