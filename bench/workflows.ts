import { setTimeout as pause } from 'node:timers/promises';
import { startChild } from './child-server.ts';
import { forEachHomeKind, type Home, type HomeKind } from './homes.ts';
import { environment } from './platform.ts';
import { type Figure, report } from './report.ts';
import { median, spreadOf } from './statistics.ts';

const FLOWS = 100;
const STEPS = 3;
const LONG_FLOWS = 20;
const LONG_STEPS = 15;
const ROUNDS = 5;
const WAITING = 10_000;
const SHARED = 1_000;
/** The second worker is killed when so many flows may have begun. */
const KILL_AFTER_MS = 5_000;
const TARGET = 1.3;

interface Measured {
  milliseconds: number;
}

/** Time in which so many flows end, on the platform and on pg-boss with the same ledger and the same operation. */
async function measure({ name, create }: HomeKind): Promise<Figure[]> {
  const home = await create();
  const server = await startChild<'flows'>('workflows-process.ts', environment(home, {}));
  const ask = async (path: string): Promise<number> => {
    const answer = await fetch(`${server.urls.flows}/${path}`, { method: 'POST' });
    return ((await answer.json()) as Measured).milliseconds;
  };
  try {
    for (const side of ['platform', 'bare', 'dbos']) await ask(`${side}/20`);
    for (const side of ['platform-long', 'bare-long']) await ask(`${side}/2`);
    const platform: number[] = [];
    const bare: number[] = [];
    const dbos: number[] = [];
    const long: number[] = [];
    const bareLong: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      platform.push(await ask(`platform/${FLOWS}`));
      bare.push(await ask(`bare/${FLOWS}`));
      dbos.push(await ask(`dbos/${FLOWS}`));
      long.push(await ask(`platform-long/${LONG_FLOWS}`));
      bareLong.push(await ask(`bare-long/${LONG_FLOWS}`));
    }
    await ask(`waiting/${WAITING}`);
    const crowded: number[] = [];
    for (let round = 0; round < ROUNDS; round++) crowded.push(await ask(`platform/${FLOWS}`));
    const rate = (times: number[], steps = FLOWS * STEPS) =>
      `${((steps * 1000) / median(times)).toFixed(0)} steps/s`;
    return [
      {
        figure: `${name}: ${FLOWS} flows of ${STEPS} steps over bare pg-boss`,
        measured: rate(platform),
        peer: rate(bare),
        ratio: spreadOf(platform.map((time, index) => time / (bare[index] as number))),
        target: TARGET,
      },
      {
        figure: `${name}: ${LONG_FLOWS} flows of ${LONG_STEPS} steps over bare pg-boss`,
        measured: rate(long, LONG_FLOWS * LONG_STEPS),
        peer: rate(bareLong, LONG_FLOWS * LONG_STEPS),
        ratio: spreadOf(long.map((time, index) => time / (bareLong[index] as number))),
        target: TARGET,
      },
      {
        figure: `${name}: the short ones over DBOS`,
        measured: rate(platform),
        peer: rate(dbos),
        ratio: spreadOf(platform.map((time, index) => time / (dbos[index] as number))),
      },
      {
        figure: `${name}: the short ones beside ${WAITING} waiting instances`,
        measured: rate(crowded),
        peer: rate(platform),
        ratio: spreadOf(crowded.map((time, index) => time / (platform[index] as number))),
        target: TARGET,
      },
    ];
  } finally {
    await server.stop();
    await home.remove();
  }
}

/** Flows over two workers of which one is killed: all end, each of their steps once. */
async function killOne(home: Home): Promise<void> {
  const env = environment(home, { JOB_HEARTBEAT_SECONDS: '10' });
  const first = await startChild<'flows'>('workflows-process.ts', env);
  const second = await startChild<'flows'>('workflows-process.ts', { ...env, BENCH_SECOND: 'yes' });
  try {
    const running = fetch(`${first.urls.flows}/platform/${SHARED}`, { method: 'POST' });
    await pause(KILL_AFTER_MS);
    await second.kill();
    const { milliseconds } = (await (await running).json()) as Measured;
    const created = await fetch(`${first.urls.flows}/created`, { method: 'POST' });
    const { agents, twice } = (await created.json()) as { agents: number; twice: number };
    console.log(
      `${SHARED} flows over two workers, one killed after ${KILL_AFTER_MS / 1000} s: all ended after ` +
        `${(milliseconds / 1000).toFixed(0)} s, ${agents} of ${SHARED * STEPS} steps took effect, ${twice} twice`,
    );
    if (agents !== SHARED * STEPS || twice > 0) process.exitCode = 1;
  } finally {
    await first.stop();
  }
}

await forEachHomeKind(async (kind) => {
  report(`Workflows: ${FLOWS} flows at once, ${ROUNDS} times, in alternating order`, await measure(kind));
  if (kind.name === 'PGlite') return;
  const home = await kind.create();
  await killOne(home).finally(() => home.remove());
});
