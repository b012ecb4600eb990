import { generateCompany, SAMPLE } from '../examples/generate.ts';
import { forEachHomeKind, type Home, type HomeKind } from './homes.ts';
import { importCompany, type Platform, runWeek, startPlatform } from './platform.ts';
import { type Figure, report } from './report.ts';
import { mean, spreadOf } from './statistics.ts';

const SIZES = [75, 750, 7500] as const;
type Size = (typeof SIZES)[number];
const MIN_SIZE = SIZES[0];
const MAX_SIZE = SIZES[2];

/** Beside one run of the largest company, over and over: what else the machine does then slows all of them alike. */
const BESIDE: readonly Size[] = [75, 75, 75, 750];
const TARGET = 1.3;

/** Asking how far a run is takes time itself, so it is done rarely. */
const POLL_MS: Record<Size, number> = { 75: 250, 750: 500, 7500: 2000 };

interface Company {
  home: Home;
  platform: Platform;
}

/** Milliseconds for one builder, a number for each run of a size. */
type Costs = Record<Size, number[]>;

/** A platform of its own for each size. All of them are warmed up by the same runs of the smallest. */
async function open(kind: HomeKind, size: Size): Promise<Company> {
  const home = await kind.create();
  let platform: Platform | undefined;
  try {
    platform = await startPlatform(home);
    const { client } = platform;
    await importCompany(client, generateCompany({ ...SAMPLE, builders: MIN_SIZE }));
    for (let i = 0; i < 3; i++) await runWeek(client, SAMPLE.lastWeek, POLL_MS[MIN_SIZE]);
    if (size !== MIN_SIZE) await importCompany(client, generateCompany({ ...SAMPLE, builders: size }));
    return { home, platform };
  } catch (error) {
    await platform?.stop();
    await home.remove();
    throw error;
  }
}

async function measure(kind: HomeKind): Promise<Figure[]> {
  const companies = new Map<Size, Company>();
  try {
    for (const size of SIZES) companies.set(size, await open(kind, size));
    const costs = await measureSideBySide(async (size) => {
      const { client } = (companies.get(size) as Company).platform;
      const { ms, builders } = await runWeek(client, SAMPLE.lastWeek, POLL_MS[size]);
      return ms / builders;
    });
    return [compare(kind, 750, 75, costs), compare(kind, 7500, 75, costs), compare(kind, 7500, 750, costs)];
  } finally {
    for (const { platform, home } of companies.values()) {
      await platform.stop();
      await home.remove();
    }
  }
}

/** Runs the largest company once and the others beside it until it is done; a run that outlives it does not count. */
async function measureSideBySide(run: (size: Size) => Promise<number>): Promise<Costs> {
  const costs: Costs = { 75: [], 750: [], 7500: [] };
  let isDone = false;
  const largest = async () => {
    costs[MAX_SIZE].push(await run(MAX_SIZE));
    isDone = true;
  };
  const others = async () => {
    for (let i = 0; !isDone; i++) {
      const size = BESIDE[i % BESIDE.length] as Size;
      const cost = await run(size);
      if (!isDone) costs[size].push(cost);
    }
  };
  await Promise.all([largest(), others()]);
  return costs;
}

/** By means, because the long run too is a mean over all that the machine did meanwhile. */
function compare(kind: HomeKind, larger: Size, smaller: Size, costs: Costs): Figure {
  const measured = mean(costs[larger]);
  const peers = costs[smaller];
  const peer = mean(peers);
  return {
    figure: `${kind.name}: one of ${count(larger)} builders`,
    measured: `${measured.toFixed(2)} ms`,
    peer: `${peer.toFixed(2)} ms, one of ${count(smaller)}, ${peers.length} runs`,
    ratio: { ...spreadOf(peers.map((cost) => measured / cost)), middle: measured / peer },
    target: TARGET,
  };
}

function count(builders: number): string {
  return builders.toLocaleString('en');
}

const figures: Figure[] = [];
await forEachHomeKind(async (kind) => void figures.push(...(await measure(kind))));
report('Scale: cost of one builder by rules, the sizes side by side', figures);
