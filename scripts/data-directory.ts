import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Config, ConfigError } from '../ai-api/src/config/index.ts';
import { ROOT } from './start/options.ts';

/**
 * Where the embedded database is: `npm start` keeps it in a folder of its own.
 * @throws {ConfigError} when there is none and no DATABASE_URL either
 */
export function dataDirectory({ DATABASE_URL, DATA_DIR }: Config): string {
  const directory = resolve(ROOT, DATA_DIR);
  const found = [join(directory, 'api'), directory].find((candidate) =>
    existsSync(join(candidate, 'pglite')),
  );
  if (found) return found;
  if (DATABASE_URL) return directory;
  throw new ConfigError([`There is no database in ${directory}. Set DATABASE_URL or DATA_DIR.`]);
}
