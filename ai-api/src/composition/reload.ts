import type { Logger } from 'pino';
import { type Config, ConfigError } from '../config/index.ts';
import { SecretsError } from '../platform/secrets/index.ts';
import type { Metrics } from '../platform/telemetry/metrics.ts';

/** The keys that can change while the process runs. Everything else needs a restart. */
export const RELOADABLE = [
  'OPENAI_API_KEY',
  'ANTHROPIC_API_KEY',
  'COMPATIBLE_API_KEY',
  'VOYAGE_API_KEY',
  'WORKSMART_API_KEY',
  'BRAINLIFT_API_KEY',
  'METRICS_API_KEY',
] as const;
export type ReloadableKey = (typeof RELOADABLE)[number];

/** Takes a new key into use; calls that are under way end with the old one. */
export type UseKey = (name: ReloadableKey, key: string) => void;

interface Reloading {
  /** Reads the whole configuration again, references resolved. */
  read(): Promise<Config>;
  use: UseKey;
  log: Logger;
  metrics: Pick<Metrics, 'secretReload'>;
}

/**
 * What SIGHUP does: reads the references again and takes changed keys into use, by name in the log. If
 * anything cannot be read or is wrong, everything stays as it was. A reload that is asked for during another
 * follows it.
 */
export function createReload(current: Config, { read, use, log, metrics }: Reloading): () => Promise<void> {
  let known: Pick<Config, ReloadableKey> = current;
  let last = Promise.resolve();

  async function reload(): Promise<void> {
    try {
      const fresh = await read();
      // A key for what was not connected at the start would have nowhere to go.
      const reloaded = RELOADABLE.filter((name) => known[name] && fresh[name] && fresh[name] !== known[name]);
      for (const name of reloaded) use(name, fresh[name] as string);
      known = { ...known, ...Object.fromEntries(reloaded.map((name) => [name, fresh[name]])) };
      metrics.secretReload(reloaded.length > 0 ? 'reloaded' : 'unchanged');
      log.info({ reloaded, needRestart: changedElsewhere(current, fresh) }, 'secrets reloaded');
    } catch (error) {
      metrics.secretReload('failed');
      const isPlain = error instanceof ConfigError || error instanceof SecretsError;
      const reasons = isPlain ? error.message.split('\n') : ['something unexpected went wrong'];
      log.error({ reasons }, 'secrets could not be reloaded, the old ones stay in use');
    }
  }

  return () => {
    last = last.then(reload);
    return last;
  };
}

/** Names of settings that have changed too and are not taken into use. */
function changedElsewhere(before: Config, after: Config): string[] {
  const names = Object.keys(after) as (keyof Config)[];
  const isReloadable = (name: string) => (RELOADABLE as readonly string[]).includes(name);
  return names.filter((name) => !isReloadable(name) && String(before[name]) !== String(after[name]));
}
