import { deepStrictEqual } from 'node:assert';
import { Agent, request } from 'node:http';
import { type ChildServer, startChild } from './child-server.ts';
import { forEachHomeKind, type HomeKind } from './homes.ts';
import { ADMIN_KEY, connect, environment } from './platform.ts';
import { type Figure, report } from './report.ts';
import { median, quantile, spreadOf } from './statistics.ts';

const WARM_UP = 500;
const BLOCKS = 20;
const CACHED_BLOCKS = 5;
const PAIRS_PER_BLOCK = 100;
const TARGET = 1.5;

type Servers = ChildServer<'api' | 'bare'>;
type Side = 'api' | 'bare';
type Block = Record<Side, number[]>;

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** Milliseconds from sending a request to the last byte of its answer, on a connection that is kept. */
function timeGet(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const sent = request(url, { agent, headers: { authorization: `Bearer ${ADMIN_KEY}` } }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${url} answered ${response.statusCode}`));
      response.resume();
      response.once('end', () => resolve(performance.now() - begun));
    });
    sent.once('error', reject);
    sent.end();
  });
}

/** One request to each side, the order changing from pair to pair. */
async function measureBlock(servers: Servers, ids: readonly string[], pairs: number): Promise<Block> {
  const block: Block = { api: [], bare: [] };
  for (let pair = 0; pair < pairs; pair++) {
    const path = `/evaluations/${ids[pair % ids.length]}`;
    const order: Side[] = pair % 2 === 0 ? ['api', 'bare'] : ['bare', 'api'];
    for (const side of order) block[side].push(await timeGet(servers.urls[side] + path));
  }
  return block;
}

/** The evaluations of the run with this status, once both sides have given the same answer about the first. */
async function idsOf(servers: Servers, status: 'running' | 'completed'): Promise<string[]> {
  const client = connect(servers.urls.api);
  const run = (await client.evaluation.listRuns({})).items.find((run) => run.status === status);
  const { items } = await client.evaluation.listResults({ runId: run?.runId ?? '', limit: 200 });
  const read = (side: Side) =>
    fetch(`${servers.urls[side]}/evaluations/${items[0]?.evaluationId}`, AUTHORIZED);
  deepStrictEqual(await (await read('bare')).json(), await (await read('api')).json());
  return items.map(({ evaluationId }) => evaluationId);
}

async function measureBlocks(servers: Servers, ids: readonly string[], count: number): Promise<Block[]> {
  await measureBlock(servers, ids, WARM_UP);
  const blocks: Block[] = [];
  for (let i = 0; i < count; i++) blocks.push(await measureBlock(servers, ids, PAIRS_PER_BLOCK));
  return blocks;
}

const AUTHORIZED = { headers: { authorization: `Bearer ${ADMIN_KEY}` } };

async function measure(kind: HomeKind): Promise<Figure[]> {
  const home = await kind.create();
  let servers: Servers | undefined;
  try {
    servers = await startChild('read-overhead-process.ts', environment(home));
    const asked = await measureBlocks(servers, await idsOf(servers, 'running'), BLOCKS);
    const cached = await measureBlocks(servers, await idsOf(servers, 'completed'), CACHED_BLOCKS);
    return [
      { ...compare(`${kind.name}: GET one evaluation, median`, asked, median), target: TARGET },
      compare(`${kind.name}: GET one evaluation, p95`, asked, (values) => quantile(values, 0.95)),
      compare(`${kind.name}: GET one from the cache, median`, cached, median),
    ];
  } finally {
    await servers?.stop();
    await home.remove();
  }
}

function compare(figure: string, blocks: readonly Block[], pick: (values: number[]) => number): Figure {
  const overall = (side: Side) => pick(blocks.flatMap((block) => block[side]));
  return {
    figure,
    measured: `${overall('api').toFixed(2)} ms`,
    peer: `${overall('bare').toFixed(2)} ms bare`,
    ratio: spreadOf(blocks.map((block) => pick(block.api) / pick(block.bare))),
  };
}

const figures: Figure[] = [];
await forEachHomeKind(async (kind) => void figures.push(...(await measure(kind))));
agent.destroy();
report(`Read overhead: ${BLOCKS} blocks of ${PAIRS_PER_BLOCK} pairs in turn, ratio by block`, figures);
