import { startChild } from './child-server.ts';
import { forEachHomeKind, type HomeKind } from './homes.ts';
import { environment } from './platform.ts';
import { type Figure, report } from './report.ts';
import { median, spreadOf } from './statistics.ts';

const FLOWS = 100;
const STEPS = 3;
const ROUNDS = 5;
const WAITING = 2_000;
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
    for (const side of ['platform', 'bare']) await ask(`${side}/20`);
    const platform: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      platform.push(await ask(`platform/${FLOWS}`));
      bare.push(await ask(`bare/${FLOWS}`));
    }
    await ask(`waiting/${WAITING}`);
    const crowded: number[] = [];
    for (let round = 0; round < ROUNDS; round++) crowded.push(await ask(`platform/${FLOWS}`));
    const rate = (times: number[]) => `${((FLOWS * STEPS * 1000) / median(times)).toFixed(0)} steps/s`;
    return [
      {
        figure: `${name}: ${FLOWS} flows of ${STEPS} steps over bare pg-boss`,
        measured: rate(platform),
        peer: rate(bare),
        ratio: spreadOf(platform.map((time, index) => time / (bare[index] as number))),
        target: TARGET,
      },
      {
        figure: `${name}: the same beside ${WAITING} waiting instances`,
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

const figures: Figure[] = [];
await forEachHomeKind(async (kind) => void figures.push(...(await measure(kind))));
report(`Workflows: ${FLOWS} flows at once, ${ROUNDS} times, in alternating order`, figures);
