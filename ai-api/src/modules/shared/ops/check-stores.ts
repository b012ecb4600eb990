import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Cache } from '../../../platform/cache/index.ts';
import type { Database } from '../../../platform/database/index.ts';
import { migrationState } from '../../../platform/database/migrate.ts';
import type { Disk } from '../../../platform/disk/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Limits } from '../../../platform/limits/index.ts';
import type { ObjectStore } from '../../../platform/objects/index.ts';
import type { Check, Finding } from './connections.ts';

/** What stores things. */
export interface Stores {
  database: Database;
  collections: { engine: 'pgvector' | 'none' };
  cache: Cache;
  limits: Limits;
  objects: ObjectStore;
  auditObjects: ObjectStore;
  jobs: Jobs;
  disk: Disk;
}

const PURPOSE = 'the connections of the installation are checked';
/** Clocks that differ by more are a fault: tokens and signatures are refused. */
const MAX_CLOCK_MS = { ok: 2_000, warning: 30_000 };
/** A job that has been due for so long waits for a worker that is not there. */
const MAX_DUE_MS = 300_000;

/** Checks of what stores things. */
export function storeChecks(stores: Stores): Check[] {
  const { database, collections, cache, limits, objects, auditObjects, jobs, disk } = stores;
  return [
    { name: 'database', cure: 'Start PostgreSQL, and check DATABASE_URL.', run: () => answers(database) },
    {
      name: 'pgvector',
      cure: 'Install the extension: create extension vector.',
      run: async () => vectors(collections.engine),
    },
    { name: 'migrations', cure: RESTART_CURE, run: () => migrations(database) },
    { name: 'clock', cure: 'Synchronise the clocks by NTP.', run: () => clock(database) },
    { name: 'cache', cure: REDIS_CURE, run: (tenantId) => cached(cache, tenantId) },
    { name: 'limits', cure: REDIS_CURE, run: () => counted(limits) },
    { name: 'objects', cure: BUCKET_CURE, run: () => stored(objects, 'connection-check') },
    {
      name: 'audit objects',
      cure: BUCKET_CURE,
      run: () => stored(auditObjects, 'exports/connection-check'),
    },
    {
      name: 'jobs',
      cure: 'Check the database: jobs are kept in it.',
      run: (tenantId) => worked({ database, jobs }, tenantId),
    },
    { name: 'disk', cure: 'Free space, or move DATA_DIR.', run: async () => roomOn(disk) },
  ];
}

const RESTART_CURE = 'Restart the API: it brings the schema up to date when it starts.';
const REDIS_CURE =
  'Check REDIS_URL, or UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN, and that Redis runs.';
const BUCKET_CURE =
  'Check OBJECTS_BUCKET, OBJECTS_AUDIT_BUCKET, OBJECTS_ENDPOINT, and that the credentials may read, write and delete.';

async function answers(database: Database): Promise<Finding> {
  const { rows } = await sql<{
    version: string;
  }>`select current_setting('server_version') as version`.execute(database.system(PURPOSE));
  const { active, idle, waiting } = database.pool();
  const detail = `${database.driver} ${rows[0]?.version ?? ''}, ${active} of ${active + idle} connections in use`;
  if (waiting === 0) return { state: 'ok', detail };
  return {
    state: 'warning',
    detail: `${detail}, ${waiting} requests wait for one`,
    cure: 'Raise DATABASE_POOL.',
  };
}

function vectors(engine: 'pgvector' | 'none'): Finding {
  if (engine === 'pgvector') return { state: 'ok', detail: 'compares vectors' };
  return {
    state: 'warning',
    detail: 'Policies and conversations are searched by words only.',
    cure: 'Install the extension vector 0.8 or newer as the owner of the database, and restart the API.',
  };
}

async function migrations(database: Database): Promise<Finding> {
  const { applied, pending } = await migrationState(database.system(PURPOSE));
  if (pending.length === 0) return { state: 'ok', detail: `${applied} applied` };
  return {
    state: 'fault',
    detail: `${pending.length} are not applied: ${pending.slice(0, 3).join(', ')}`,
    cure: RESTART_CURE,
  };
}

async function clock(database: Database): Promise<Finding> {
  const before = Date.now();
  const { rows } = await sql<{ now: Date | string }>`select clock_timestamp() as now`.execute(
    database.system(PURPOSE),
  );
  const middle = (before + Date.now()) / 2;
  const apart = Math.abs(new Date(rows[0]?.now ?? 0).getTime() - middle);
  const detail = `${(apart / 1000).toFixed(1)} s between the API and its database`;
  if (apart <= MAX_CLOCK_MS.ok) return { state: 'ok', detail };
  const state = apart <= MAX_CLOCK_MS.warning ? 'warning' : 'fault';
  return { state, detail, cure: 'Synchronise the clocks by NTP.' };
}

async function cached(cache: Cache, tenantId: string): Promise<Finding> {
  const own = cache.forTenant(tenantId);
  const key = `connection-check:${randomUUID()}`;
  await own.set(key, key, 60);
  const found = await own.get<string>(key);
  await own.delete(key);
  if (found === key) return { state: 'ok', detail: cache.driver };
  return { state: 'fault', detail: `${cache.driver} does not return what was stored.`, cure: REDIS_CURE };
}

async function counted(limits: Limits): Promise<Finding> {
  await limits.take('connection-check', 1_000_000, 60);
  return { state: 'ok', detail: limits.driver };
}

async function stored(store: ObjectStore, prefix: string): Promise<Finding> {
  const key = `${prefix}/${randomUUID()}`;
  await store.put(key, Buffer.from(key), { contentType: 'text/plain' });
  try {
    const found = await store.get(key);
    found?.body.destroy();
    if (!found) return { state: 'fault', detail: 'It does not have what was stored.', cure: BUCKET_CURE };
    return { state: 'ok', detail: store.driver };
  } finally {
    await store.delete(key);
  }
}

/** Whether workers take jobs, of all companies; dead jobs are those of the caller's company, which it can retry. */
async function worked(
  { database, jobs }: Pick<Stores, 'database' | 'jobs'>,
  tenantId: string,
): Promise<Finding> {
  const due = (await jobs.countAll()).flatMap(({ queue, oldestDueAt }) =>
    oldestDueAt && Date.now() - oldestDueAt.getTime() > MAX_DUE_MS ? [queue] : [],
  );
  if (due.length > 0)
    return {
      state: 'fault',
      detail: `Jobs have been due for more than ${MAX_DUE_MS / 60_000} minutes: ${due.join(', ')}`,
      cure: 'Start a worker: ROLE=worker, or ROLE=all for one process.',
    };
  const own = await database.withTenant(tenantId, (transaction) => jobs.count(transaction));
  const dead = own.filter((count) => count.dead > 0);
  if (dead.length === 0) return { state: 'ok', detail: 'Workers take jobs.' };
  return {
    state: 'warning',
    detail: `Dead jobs: ${dead.map(({ queue, dead: number }) => `${number} of ${queue}`).join(', ')}`,
    cure: 'Read their reason with job.list, state dead; then retry or discard them.',
  };
}

function roomOn(disk: Disk): Finding {
  const state = disk.state();
  if (!state) return { state: 'unused', detail: 'Nothing is kept on a disk of the API.' };
  const detail = `${Math.round(state.freeBytes / 1024 ** 2)} MB free`;
  return state.isLow
    ? { state: 'fault', detail, cure: 'Free space: nothing is written until there is room.' }
    : { state: 'ok', detail };
}
