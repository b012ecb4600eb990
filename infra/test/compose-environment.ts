import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Compose } from '../src/compose/check.ts';
import { VARIABLES } from '../src/compose/variables.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** The services of `compose.yaml`. */
export function composeFile(): Compose {
  return parse(readFileSync(join(ROOT, 'compose.yaml'), 'utf8'), { merge: true }) as Compose;
}

/** A new `.env`, as `npm run compose:env` makes it. */
export function newEnvironmentFile(): Record<string, string> {
  return Object.fromEntries(Object.entries(VARIABLES).map(([name, { make }]) => [name, make()]));
}

/**
 * The environment that compose gives a service.
 * @param file the values of `.env`
 * @throws Error for a variable that has neither a value nor a default
 */
export function environmentOf(service: string, file: Record<string, string>): Record<string, string> {
  const { environment = {} } = composeFile().services[service] ?? {};
  const fill = (text: string) =>
    text.replaceAll(/\$\{(\w+)(:-([^}]*)|:\?)?\}/g, (_all, name: string, _rule, fallback?: string) => {
      const value = file[name] ?? fallback;
      if (value === undefined) throw new Error(`${service} needs ${name}`);
      return value;
    });
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, fill(String(value))]));
}
