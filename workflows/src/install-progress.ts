import { basename } from 'node:path';

/** What pnpm has done so far, gathered from its ndjson reporter. */
export type InstallProgress = {
  /** Takes one line of pnpm's output. */
  read(line: string): void;
  /** One sentence for a person, without a trailing full stop. */
  describe(): string;
  /** Error messages that pnpm reported, oldest first. */
  errors(): string[];
};

/** One line of pnpm's ndjson reporter. */
export type PnpmEvent = Record<string, unknown>;

/** Follows the log events of `pnpm install --reporter=ndjson` (https://pnpm.io/cli/install). */
export function createInstallProgress(): InstallProgress {
  const errors: string[] = [];
  const building = new Map<string, number>();
  let total = 0;
  let fetched = 0;
  let linked = 0;

  function onProgress(event: PnpmEvent): void {
    if (event.status === 'fetched' || event.status === 'found_in_store') fetched += 1;
    if (event.status === 'imported') linked += 1;
  }

  function onLifecycle(event: PnpmEvent): void {
    const name = basename(String(event.wd ?? event.depPath ?? ''));
    if (event.script !== undefined) building.set(name, Date.now());
    if (event.exitCode !== undefined) building.delete(name);
  }

  function read(line: string): void {
    const event = parseEvent(line);
    if (!event) return;
    if (event.name === 'pnpm:stats' && typeof event.added === 'number') total = event.added;
    if (event.name === 'pnpm:progress') onProgress(event);
    if (event.name === 'pnpm:lifecycle') onLifecycle(event);
    if (event.level === 'error') errors.push(errorMessage(event));
  }

  function describe(): string {
    const [build] = building;
    if (build) return `compiling ${build[0]} (${Math.round((Date.now() - build[1]) / 1000)} s)`;
    if (total > 0 && linked >= total) return `all ${total} packages are in place, finishing`;
    if (total === 0) return 'reading the lockfile';
    if (linked > 0) return `linking packages, ${linked} of ${total}`;
    return `fetching packages, ${fetched} of ${total}`;
  }

  return { read, describe, errors: () => errors };
}

/** The event of one line, or undefined for a line that is no JSON object. */
export function parseEvent(line: string): PnpmEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as PnpmEvent) : undefined;
  } catch {
    return undefined;
  }
}

/** The message of an event of level `error`. */
export function errorMessage(event: PnpmEvent): string {
  const nested = event.err;
  const inner = typeof nested === 'object' && nested !== null ? (nested as PnpmEvent).message : undefined;
  return String(inner ?? event.message ?? event.msg ?? 'unknown error');
}
