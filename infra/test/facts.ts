import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resources } from '../../ai-api/src/catalogue/index.ts';
import { settings } from '../../ai-api/src/config/index.ts';
import { CONFIGURATION } from '../src/policy/configuration.ts';
import type { Facts } from '../src/policy/rules.ts';

/** What the rules compare the configuration with: the API's settings and paths, and the catalogue of secrets. */
export function facts(): Facts {
  const catalogue = JSON.parse(readFileSync(join(CONFIGURATION, 'secrets.json'), 'utf8')) as Record<
    string,
    { keys: Record<string, string> }
  >;
  const paths = Object.values(resources).flatMap(({ operations }) =>
    Object.values(operations).map(({ path }) => path),
  );
  return {
    settings: new Set(Object.keys(settings.shape)),
    apiPaths: new Set(paths),
    secretKeys: new Set(
      Object.entries(catalogue).flatMap(([name, { keys }]) =>
        Object.keys(keys).map((key) => `${name}.${key}`),
      ),
    ),
  };
}
