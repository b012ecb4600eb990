import type { z } from 'zod';
import { Problem } from '../../http/problem.ts';
import { type Served, serve } from '../../http/router.ts';
import type { Database } from '../../platform/database/index.ts';
import type { Jobs } from '../../platform/jobs.ts';
import { health } from './contract.ts';

type Report = z.input<(typeof health)['operations']['get']['output']>;

/** What health tells that does not change while the process runs. */
export type Installation = Pick<Report, 'version' | 'engine' | 'model' | 'drivers' | 'sources'>;

const CHECK_TIMEOUT_MS = 3_000;

/** Probes: liveness touches nothing, readiness asks the database and the queue. */
export function serveOps(installation: Installation, database: Database, jobs: Jobs): Served[] {
  const live = async (): Promise<Report> => ({
    status: 'ok',
    uptimeSeconds: Math.round(process.uptime()),
    ...installation,
  });
  const ready = async () => {
    const checks = { database: await check(database.ping()), queue: await check(jobs.ping()) };
    const broken = Object.entries(checks).filter(([, state]) => state !== 'ok');
    if (broken.length > 0) {
      const detail = broken.map(([name, state]) => `${name}: ${state}`).join(', ');
      throw new Problem('SERVICE_UNAVAILABLE', `Not ready. ${detail}.`, { retryAfter: 5 });
    }
    return { status: 'ready' as const, checks };
  };
  return [serve(health, { get: live, live, ready, readyAlias: ready })];
}

async function check(ping: Promise<void>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`did not answer in ${CHECK_TIMEOUT_MS} ms`), CHECK_TIMEOUT_MS);
  });
  try {
    return await Promise.race([ping.then(() => 'ok'), late]);
  } catch {
    return 'does not answer';
  } finally {
    clearTimeout(timer);
  }
}
