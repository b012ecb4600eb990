import { generateCompany, SAMPLE } from '../examples/generate.ts';
import { forEachHomeKind, type Home, type HomeKind } from './homes.ts';
import { importCompany, type Platform, runWeek, startPlatform } from './platform.ts';
import { type Figure, report } from './report.ts';
import { median, spreadOf } from './statistics.ts';

const SIZES = [75, 750, 7500] as const;
type Size = (typeof SIZES)[number];
const SMALLEST = SIZES[0];

/** Smaller runs stand before and after the larger ones, so that a change of the machine's load shows in all. */
const ORDER: readonly Size[] = [75, 75, 75, 750, 7500, 750, 75, 75, 75];
const TARGET = 1.3;

/** Asking how far a run is takes time itself, so it is done rarely. */
const POLL_MS: Record<Size, number> = { 75: 500, 750: 500, 7500: 2000 };

interface Company {
  home: Home;
  platform: Platform;
}

/** Milliseconds for one builder, a number for each run of a size. */
type Costs = ReadonlyMap<Size, number[]>;

/** A platform of its own for each size. All of them are warmed up by the same runs of the smallest. */
async function open(kind: HomeKind, size: Size): Promise<Company> {
  const home = await kind.create();
  let platform: Platform | undefined;
  try {
    platform = await startPlatform(home);
    const { client } = platform;
    await importCompany(client, generateCompany({ ...SAMPLE, builders: SMALLEST }));
    for (let i = 0; i < 2; i++) await runWeek(client, SAMPLE.lastWeek, POLL_MS[SMALLEST]);
    if (size !== SMALLEST) await importCompany(client, generateCompany({ ...SAMPLE, builders: size }));
    return { home, platform };
  } catch (error) {
    await platform?.stop();
    await home.remove();
    throw error;
  }
}

async function measure(kind: HomeKind): Promise<Figure[]> {
  const companies = new Map<Size, Company>();
  const costs = new Map<Size, number[]>(SIZES.map((size) => [size, []]));
  try {
    for (const size of SIZES) companies.set(size, await open(kind, size));
    for (const size of ORDER) {
      const { client } = (companies.get(size) as Company).platform;
      const { ms, builders } = await runWeek(client, SAMPLE.lastWeek, POLL_MS[size]);
      costs.get(size)?.push(ms / builders);
      console.log(
        `${kind.name}: a run of ${count(builders)} builders took ${(ms / builders).toFixed(2)} ms for each`,
      );
    }
  } finally {
    for (const { platform, home } of companies.values()) {
      await platform.stop();
      await home.remove();
    }
  }
  return [compare(kind, 750, 75, costs), compare(kind, 7500, 75, costs), compare(kind, 7500, 750, costs)];
}

function compare(kind: HomeKind, larger: Size, smaller: Size, costs: Costs): Figure {
  const measured = median(costs.get(larger) as number[]);
  const peers = costs.get(smaller) as number[];
  return {
    figure: `${kind.name}: one of ${count(larger)} builders`,
    measured: `${measured.toFixed(2)} ms`,
    peer: `${median(peers).toFixed(2)} ms, one of ${count(smaller)}`,
    ratio: spreadOf(peers.map((cost) => measured / cost)),
    target: TARGET,
  };
}

function count(builders: number): string {
  return builders.toLocaleString('en');
}

const figures: Figure[] = [];
await forEachHomeKind(async (kind) => void figures.push(...(await measure(kind))));
report(`Scale: cost of one builder by rules, median of its runs`, figures);
