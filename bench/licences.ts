import { randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { sql } from 'kysely';
import { createClient } from '../ai-api/src/catalogue/client.ts';
import { resources } from '../ai-api/src/catalogue/index.ts';
import { keysOf, SCRIPT } from '../ai-api/src/modules/licences/licences/seats/script.ts';
import {
  localSigner,
  newKey,
  publicJwk,
  publicKeyOf,
  signCompact,
} from '../ai-api/src/modules/licences/signing/signer.ts';
import { createDatabase, type Database } from '../ai-api/src/platform/database/index.ts';
import { migrate } from '../ai-api/src/platform/database/migrate.ts';
import { openPglite } from '../ai-api/src/platform/database/pglite.ts';
import { openPostgres } from '../ai-api/src/platform/database/postgres.ts';
import { insertLicence, openSeats, seatsOf, upstashOf } from '../ai-api/test/licences/fixture.ts';
import { hasRedis, startUpstash } from '../ai-api/test/real-redis.ts';
import { forEachHomeKind, type Home, type HomeKind } from './homes.ts';
import { startPlatform } from './platform.ts';
import { type Figure, report } from './report.ts';
import { median, spreadOf } from './statistics.ts';

const BLOCKS = 10;
const PAIRS = 40;
const WARM_UP = 40;
const SEATS = 50;
const SESSIONS = 10_000;
const LICENCES = 100;
const TTL_MS = 360_000;
const BURST = 5000;
const AT_ONCE = 60;

/** Ratios of medians by blocks; both sides take turns, the order changing from pair to pair. */
async function paired(
  ours: (index: number) => Promise<unknown>,
  peer: (index: number) => Promise<unknown>,
): Promise<{ ratios: number[]; oursMs: number; peerMs: number }> {
  const time = async (work: (index: number) => Promise<unknown>, index: number) => {
    const begun = performance.now();
    await work(index);
    return performance.now() - begun;
  };
  const ratios: number[] = [];
  const all = { ours: [] as number[], peer: [] as number[] };
  for (let block = -1; block < BLOCKS; block++) {
    const times = { ours: [] as number[], peer: [] as number[] };
    for (let pair = 0; pair < (block < 0 ? WARM_UP : PAIRS); pair++) {
      const index = (block + 1) * 1000 + pair;
      const order = pair % 2 === 0 ? (['ours', 'peer'] as const) : (['peer', 'ours'] as const);
      for (const side of order) times[side].push(await time(side === 'ours' ? ours : peer, index));
    }
    if (block < 0) continue;
    ratios.push(median(times.ours) / median(times.peer));
    all.ours.push(...times.ours);
    all.peer.push(...times.peer);
  }
  return { ratios, oursMs: median(all.ours), peerMs: median(all.peer) };
}

function ratioFigure(
  figure: string,
  peer: string,
  target: number,
  measured: Awaited<ReturnType<typeof paired>>,
): Figure {
  const { ratios, oursMs, peerMs } = measured;
  return {
    figure,
    measured: `${oursMs.toFixed(2)} ms`,
    peer: `${peer}: ${peerMs.toFixed(2)} ms`,
    ratio: spreadOf(ratios),
    target,
  };
}

async function openHome({ env }: Home): Promise<Database> {
  const connection = env.DATABASE_URL
    ? openPostgres(env.DATABASE_URL, 20, () => {})
    : await openPglite(env.DATA_DIR);
  const database = createDatabase(connection);
  await migrate(database.system('the benchmark migrates'));
  return database;
}

/** A renewal in the database, against its statements as one bare transaction. */
async function measureDatabase(database: Database, name: string): Promise<Figure> {
  const licence = await insertLicence(database, { maxSeats: SEATS });
  const { acquire } = seatsOf(
    openSeats('postgres', database, () => new Date(), undefined),
    licence,
  );
  for (let device = 0; device < SEATS; device++) await acquire(`d${device}`);
  const bare = (index: number) =>
    database.withTenant(licence.tenantId, async (transaction) => {
      const member = `device:d${index % SEATS}`;
      await sql`update licences.licences set seats_at = greatest(seats_at, ${Date.now()}) where id = ${licence.id} returning *`.execute(
        transaction,
      );
      await sql`select * from licences.sessions where licence_id = ${licence.id} and member = ${member} and state = 'held' for update`.execute(
        transaction,
      );
      await sql`select count(*) from licences.sessions where licence_id = ${licence.id} and state in ('offered', 'held', 'borrowed', 'lingering')`.execute(
        transaction,
      );
      await sql`update licences.sessions set lease_until = now() + interval '6 minutes' where licence_id = ${licence.id} and member = ${member} and state = 'held'`.execute(
        transaction,
      );
    });
  const measured = await paired((index) => acquire(`d${index % SEATS}`), bare);
  return ratioFigure(`${name}: seat decision`, 'bare transaction', 1.5, measured);
}

/** Requests a second, with so many under way as a morning has. */
async function rateOf(work: (n: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const begun = performance.now();
  const worker = async () => {
    while (next < BURST) await work(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return (BURST / (performance.now() - begun)) * 1000;
}

/** A heartbeat in Redis, against a bare call of the same script over the same client. */
async function measureRedis(database: Database): Promise<Figure[]> {
  if (!hasRedis) return [];
  const bridge = await startUpstash();
  try {
    const licence = await insertLicence(database, { maxSeats: 1_000_000 });
    const seats = openSeats('redis', database, () => new Date(), bridge);
    const { acquire, heartbeat, read } = seatsOf(seats, licence);
    const session = (await acquire('one')).seat?.id ?? '';
    const upstash = upstashOf(bridge);
    const op = JSON.stringify({ type: 'heartbeat', session, device: 'one', idle: -1, now: Date.now() });
    const bare = () => upstash.call((redis) => redis.eval(SCRIPT, keysOf(licence.id), [op]));
    const measured = await paired(() => heartbeat(session, 'one'), bare);
    const perSecond = await rateOf((n) => acquire(`burst${n}`));
    const barePerSecond = await rateOf(bare);
    if ((await read()).used !== BURST + 1) throw new Error('a seat is missing');
    return [
      ratioFigure('Redis: seat decision', 'bare script call', 1.5, measured),
      {
        figure: 'Redis: acquires a second, stored, without signing',
        measured: perSecond.toFixed(0),
        peer: '1000',
        ratio: spreadOf([1000 / perSecond]),
        target: 1,
      },
      {
        figure: 'Redis: bare script calls a second, beside them',
        measured: barePerSecond.toFixed(0),
        peer: `acquires: ${perSecond.toFixed(0)}`,
        ratio: spreadOf([barePerSecond / perSecond]),
      },
    ];
  } finally {
    await bridge.stop();
  }
}

/** 10,000 sessions that beat for an hour of simulated time: none is lost, and memory stays flat. */
async function measureHour(database: Database): Promise<Figure[]> {
  if (!hasRedis) return [];
  const bridge = await startUpstash();
  try {
    let now = Date.now();
    const seats = openSeats('redis', database, () => new Date(now), bridge);
    const clients = [];
    for (let index = 0; index < LICENCES; index++) {
      const client = seatsOf(seats, await insertLicence(database, { maxSeats: SESSIONS / LICENCES }));
      const held = await Promise.all(
        Array.from({ length: SESSIONS / LICENCES }, async (_, device) => ({
          device: `d${device}`,
          id: (await client.acquire(`d${device}`)).seat?.id ?? '',
        })),
      );
      clients.push({ client, held });
    }
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const heap = () => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    const memory = async () => Number(/used_memory:(\d+)/.exec(await bridge.redis.info('memory'))?.[1]);
    let lost = 0;
    let first = 0;
    let firstHeap = 0;
    for (let passed = 0; passed < 3_600_000; passed += TTL_MS / 3) {
      now += TTL_MS / 3;
      for (const { client, held } of clients)
        lost += (await Promise.all(held.map(({ id, device }) => client.heartbeat(id, device)))).filter(
          ({ code }) => code !== 'EXTENDED',
        ).length;
      if (first > 0) continue;
      first = await memory();
      firstHeap = heap();
    }
    const last = await memory();
    const lastHeap = heap();
    return [
      {
        figure: `${SESSIONS} sessions beat for an hour: sessions lost, plus one`,
        measured: String(lost),
        peer: '0',
        ratio: spreadOf([lost + 1]),
        target: 1,
      },
      {
        figure: 'memory of Redis after that hour',
        measured: `${(last / 1e6).toFixed(1)} MB`,
        peer: `${(first / 1e6).toFixed(1)} MB at its begin`,
        ratio: spreadOf([last / first]),
        target: 1.1,
      },
      {
        figure: 'heap of the process after that hour',
        measured: `${(lastHeap / 1e6).toFixed(1)} MB`,
        peer: `${(firstHeap / 1e6).toFixed(1)} MB at its begin`,
        ratio: spreadOf([lastHeap / firstHeap]),
        target: 1.1,
      },
    ];
  } finally {
    await bridge.stop();
  }
}

/** A heartbeat over HTTP as clients send it, by the token of the session, against a read that does nothing but authenticate. */
async function measureHttp(home: Home, name: string, extra: Record<string, string> = {}): Promise<Figure> {
  const platform = await startPlatform(home, extra);
  try {
    const { client, url } = platform;
    const product = await client.licenceProduct.create({ code: `bench-${randomUUID()}`, name: 'Bench' });
    const { licenseKey } = await client.licence.create({
      productId: product.productId,
      name: 'Bench',
      maxSeats: SEATS,
    });
    const device = randomUUID();
    const { sessionId, token } = await client.seat.acquire({ licenseKey, device });
    const holder = createClient(resources, { baseUrl: url, apiKey: token ?? '' });
    const measured = await paired(
      () => holder.seat.heartbeat({ sessionId, device }),
      () => client.tenant.get({}),
    );
    return ratioFigure(`${name}: heartbeat over HTTP`, 'GET /tenant', 1.3, measured);
  } finally {
    await platform.stop();
  }
}

async function measureHttpOnRedis(home: Home): Promise<Figure[]> {
  if (!hasRedis) return [];
  const bridge = await startUpstash();
  try {
    return [
      await measureHttp(home, 'Redis', {
        LICENCE_SEATS: 'redis',
        UPSTASH_REDIS_REST_URL: bridge.url,
        UPSTASH_REDIS_REST_TOKEN: bridge.token,
      }),
    ];
  } finally {
    await bridge.stop();
  }
}

/** Signatures by key size: 4096 bits as the root has, 2048 as a key of a day has. */
async function measureSigning(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [bits, what] of [
    [4096, 'local key, RSA 4096'],
    [2048, 'key of a day, RSA 2048'],
  ] as const) {
    const key = await newKey(bits);
    const { kid } = await publicJwk(publicKeyOf(key));
    const signer = localSigner(kid, key);
    const claims = {
      aud: 'drawing',
      sub: 'x'.repeat(43),
      jti: randomUUID(),
      lic: randomUUID(),
      ent: ['export'],
    };
    const times: number[] = [];
    for (let index = 0; index < 200; index++) {
      const begun = performance.now();
      await signCompact(signer, { typ: 'license+jwt' }, claims);
      times.push(performance.now() - begun);
    }
    figures.push({
      figure: `a signature, ${what}`,
      measured: `${median(times).toFixed(2)} ms`,
      peer: '20 ms',
      ratio: spreadOf(times.map((ms) => ms / 20)),
    });
  }
  return figures;
}

/** Prints what was measured on one database, the long hour last and apart. */
async function measure({ name, create }: HomeKind): Promise<void> {
  const home = await create();
  try {
    const figures = [await measureHttp(home, name)];
    if (name === 'PostgreSQL') figures.push(...(await measureHttpOnRedis(home)));
    const database = await openHome(home);
    try {
      figures.push(await measureDatabase(database, name));
      if (name === 'PostgreSQL') figures.push(...(await measureRedis(database)));
      report(`Floating licences: ${name}`, figures);
      if (name === 'PostgreSQL') report('Floating licences: an hour', await measureHour(database));
    } finally {
      await database.close();
    }
  } finally {
    await home.remove();
  }
}

report('Floating licences: signatures', await measureSigning());
await forEachHomeKind(measure);
