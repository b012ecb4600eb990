import { enableCompileCache } from 'node:module';
import { ConfigError, readConfig } from './config/index.ts';
import { resolveEnvironment, SecretsError } from './platform/secrets/index.ts';

// The next start finds this one's compiled code in the system's temporary directory.
enableCompileCache();

/** Reads the configuration before anything else is loaded, so that what is wrong with it is said at once. */
async function main(): Promise<void> {
  const read = async () => readConfig(await resolveEnvironment(process.env));
  const config = await read().catch((error: unknown) =>
    report(error, error instanceof ConfigError || error instanceof SecretsError),
  );
  if (!config) return;
  const { isPlain, runProcess } = await import('./process.ts');
  await runProcess(config, read).catch((error: unknown) =>
    report(error, error instanceof Error && isPlain(error)),
  );
}

/** Says why the process ends; with its stack, unless the message says all that the operator needs. */
function report(error: unknown, isPlain: boolean): void {
  const text = error instanceof Error ? (isPlain ? error.message : (error.stack ?? error.message)) : error;
  console.error(text);
  process.exitCode = 1;
}

await main();
