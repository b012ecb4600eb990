import { generateCompany, SAMPLE } from '../examples/generate.ts';
import { forEachHomeKind, type Home, type HomeKind } from './homes.ts';
import { importCompany, type Platform, runWeek, startPlatform } from './platform.ts';
import { type Figure, report } from './report.ts';
import { median, spreadOf } from './statistics.ts';

const SIZES = [75, 750, 7500] as const;
type Size = (typeof SIZES)[number];
const SMALLEST = SIZES[0];

/** Small runs stand before, between and after the large ones, so that a change of the machine's load shows in all. */
const ORDER: readonly Size[] = [75, 75, 75, 750, 75, 75, 75, 7500, 75, 75, 75, 750, 75, 75, 75];
const TARGET = 1.3;

interface Company {
  home: Home;
  platform: Platform;
}

/** A platform of its own for each size. All of them are warmed up by the same runs of the smallest. */
async function open(kind: HomeKind, size: Size): Promise<Company> {
  const home = await kind.create();
  const platform = await startPlatform(home);
  await importCompany(platform.client, generateCompany({ ...SAMPLE, builders: SMALLEST }));
  for (let i = 0; i < 2; i++) await runWeek(platform.client, SAMPLE.lastWeek, 100);
  if (size !== SMALLEST) await importCompany(platform.client, generateCompany({ ...SAMPLE, builders: size }));
  return { home, platform };
}

async function measure(kind: HomeKind): Promise<Figure[]> {
  const companies = new Map<Size, Company>();
  const costs = new Map<Size, number[]>(SIZES.map((size) => [size, []]));
  try {
    for (const size of SIZES) companies.set(size, await open(kind, size));
    for (const size of ORDER) {
      const { client } = (companies.get(size) as Company).platform;
      const { ms, builders } = await runWeek(client, SAMPLE.lastWeek, size === SMALLEST ? 100 : 1000);
      costs.get(size)?.push(ms / builders);
      if (process.env.V) console.log(size, (ms / builders).toFixed(2));
    }
  } finally {
    for (const { platform, home } of companies.values()) {
      await platform.stop();
      await home.remove();
    }
  }
  return SIZES.slice(1).map((size) => compare(kind, size, costs));
}

function compare(kind: HomeKind, size: Size, costs: ReadonlyMap<Size, number[]>): Figure {
  const smallest = costs.get(SMALLEST) as number[];
  const cost = median(costs.get(size) as number[]);
  return {
    figure: `${kind.name}: ${size.toLocaleString('en')} builders, one builder`,
    measured: `${cost.toFixed(2)} ms`,
    peer: `${median(smallest).toFixed(2)} ms of ${SMALLEST}`,
    ratio: spreadOf(smallest.map((ms) => cost / ms)),
    target: TARGET,
  };
}

const figures: Figure[] = [];
await forEachHomeKind(async (kind) => void figures.push(...(await measure(kind))));
report('Scale: cost of one builder, rules engine', figures);
