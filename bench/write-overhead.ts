import { Agent, request } from 'node:http';
import { type ChildServer, startChild } from './child-server.ts';
import { forEachHomeKind, type HomeKind } from './homes.ts';
import { ADMIN_KEY, environment } from './platform.ts';
import { type Figure, report } from './report.ts';
import { median, spreadOf } from './statistics.ts';

const WARM_UP = 500;
const BLOCKS = 20;
const PAIRS_PER_BLOCK = 50;
const MAX_MS = 1;
const BODY = JSON.stringify({ timezone: 'UTC' });

type Side = 'api' | 'bare';

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const headers = {
  authorization: `Bearer ${ADMIN_KEY}`,
  'content-type': 'application/json',
  'content-length': String(BODY.length),
};

/** Milliseconds from sending a change to the last byte of its answer, on a connection that is kept. */
function timePatch(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const sent = request(`${url}/tenant`, { agent, method: 'PATCH', headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${url} answered ${response.statusCode}`));
      response.resume();
      response.once('end', () => resolve(performance.now() - begun));
    });
    sent.once('error', reject);
    sent.end(BODY);
  });
}

/** Medians of both sides, asked in turn, the order changing from pair to pair. */
async function measureBlock(servers: ChildServer<Side>, pairs: number): Promise<Record<Side, number>> {
  const times: Record<Side, number[]> = { api: [], bare: [] };
  for (let pair = 0; pair < pairs; pair++) {
    const order: Side[] = pair % 2 === 0 ? ['api', 'bare'] : ['bare', 'api'];
    for (const side of order) times[side].push(await timePatch(servers.urls[side]));
  }
  return { api: median(times.api), bare: median(times.bare) };
}

async function measure(kind: HomeKind): Promise<Figure> {
  const home = await kind.create();
  let servers: ChildServer<Side> | undefined;
  try {
    servers = await startChild<Side>('write-overhead-process.ts', environment(home));
    await measureBlock(servers, WARM_UP);
    const blocks = [];
    for (let i = 0; i < BLOCKS; i++) blocks.push(await measureBlock(servers, PAIRS_PER_BLOCK));
    const added = blocks.map(({ api, bare }) => api - bare);
    return {
      figure: `${kind.name}: PATCH /tenant beyond its SQL, median`,
      measured: `${median(added).toFixed(2)} ms (${median(blocks.map(({ api }) => api)).toFixed(2)} ms in all)`,
      peer: `${MAX_MS} ms`,
      ratio: spreadOf(added.map((ms) => ms / MAX_MS)),
      target: 1,
    };
  } finally {
    await servers?.stop();
    await home.remove();
  }
}

const figures: Figure[] = [];
await forEachHomeKind(async (kind) => void figures.push(await measure(kind)));
agent.destroy();
report(
  'Write overhead: authentication, limits, validation, tenant and audit, beyond the same SQL alone',
  figures,
);
