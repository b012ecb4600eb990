import type { z } from 'zod';
import { Problem } from '../../../http/problem.ts';
import { type Served, serve } from '../../../http/router.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Gauges } from '../../../platform/telemetry/metrics.ts';
import { type Services, serviceChecks } from './check-services.ts';
import { type Stores, storeChecks } from './check-stores.ts';
import { type Check, serveConnections } from './connections.ts';
import { health } from './contract.ts';
import { serveJobs } from './jobs.ts';

type Report = z.input<(typeof health)['operations']['get']['output']>;

/** What health reports that does not change while the process runs. */
export type Installation = Pick<
  Report,
  'version' | 'engine' | 'model' | 'embeddings' | 'mcp' | 'drivers' | 'sources'
> & {
  /** Whether they are taken at this moment. */
  traces(): Report['traces'];
  /** Their state at this moment. */
  providers(): Report['providers'];
  disk(): { isLow: boolean; freeBytes: number } | null;
};

const CHECK_TIMEOUT_MS = 3_000;

/** What the operations here look at. */
interface Needs {
  installation: Installation;
  database: Database;
  jobs: Jobs;
}

export function create(needs: Needs & Stores & Services) {
  const { installation, database, jobs } = needs;
  const checks: readonly Check[] = [...storeChecks(needs), ...serviceChecks(needs)];
  return { installation, database, jobs, checks };
}

export type Ops = ReturnType<typeof create>;

/** The operations of this module: probes, jobs and the check of connections. */
export function operations(ops: Ops): Served[] {
  return [serveHealth(ops), serveJobs(ops.database, ops.jobs), serveConnections(ops.checks)];
}

/** Probes: liveness touches nothing, readiness asks the database and the queue. */
export function serveHealth({ installation, database, jobs }: Needs): Served {
  const live = async (): Promise<Report> => {
    const providers = installation.providers();
    const disk = installation.disk();
    const isUsable = providers.length === 0 || providers.some(({ state }) => state === 'ready');
    return {
      status: isUsable && !disk?.isLow ? 'ok' : 'degraded',
      uptimeSeconds: Math.round(process.uptime()),
      ...installation,
      providers,
      traces: installation.traces(),
      disk: disk && { status: disk.isLow ? 'low' : 'ok', freeBytes: disk.freeBytes },
    };
  };
  const ready = async () => {
    const checks = await readiness(database, jobs);
    const broken = Object.entries(checks).filter(([, state]) => state !== 'ok');
    if (broken.length > 0) {
      const detail = broken.map(([name, state]) => `${name}: ${state}`).join(', ');
      throw new Problem('SERVICE_UNAVAILABLE', `Not ready. ${detail}.`, { retryAfter: 5 });
    }
    return { status: 'ready' as const, checks };
  };
  return serve(health, { get: live, live, ready, readyAlias: ready });
}

/** What a scrape asks at its moment. */
export function gaugesOf({ database, jobs }: Pick<Ops, 'database' | 'jobs'>): Gauges {
  return {
    pool: () => database.pool(),
    queues: () => jobs.countAll(),
    ready: async () => {
      const checks = Object.entries(await readiness(database, jobs));
      return Object.fromEntries(checks.map(([name, state]) => [name, state === 'ok']));
    },
  };
}

async function readiness(database: Database, jobs: Jobs): Promise<{ database: string; queue: string }> {
  const [databaseState, queueState] = await Promise.all([check(database.ping()), check(jobs.ping())]);
  return { database: databaseState, queue: queueState };
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
