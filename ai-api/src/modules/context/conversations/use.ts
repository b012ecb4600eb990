import type { Database } from '../../../platform/database/index.ts';
import type { Use } from '../../../platform/telemetry/metrics.ts';
import { activeSince } from './store.ts';

const DAYS = [1, 30] as const;
const DAY_MS = 24 * 3_600_000;
/** Scrapes come every few seconds, and people do not become active that fast. */
const REMEMBERED_MS = 5 * 60_000;

/** Counts the people and companies that are active, at most every five minutes. */
export function createUse({ database, now }: { database: Database; now: () => Date }) {
  let counted: { at: number; use: Use[] } | undefined;
  return async (): Promise<readonly Use[]> => {
    const at = now().getTime();
    if (counted && at - counted.at < REMEMBERED_MS) return counted.use;
    const use: Use[] = [];
    for (const days of DAYS)
      use.push({ days, ...(await activeSince(database, new Date(at - days * DAY_MS))) });
    counted = { at, use };
    return use;
  };
}
