import { generateCompany, SAMPLE } from '../examples/generate.ts';
import { startChild } from './child-server.ts';
import { forEachHomeKind, type HomeKind } from './homes.ts';
import { importCompany, type Platform, runWeek, startPlatform } from './platform.ts';
import { type Figure, report } from './report.ts';
import { median, spreadOf } from './statistics.ts';

const PAIRS = 3;
const TARGET = 1.05;
/** A model that thinks, if only a fifth as long as a quick one; and one that costs no time at all, to see the worst. */
const LATENCIES_MS = [100, 0];

/** A run of about 1,000 judgements with and without Langfuse, in turn, each on a platform of its own. */
async function measure(
  kind: HomeKind,
  urls: Record<'model' | 'langfuse', string>,
  latencyMs: number,
): Promise<Figure> {
  const company = generateCompany({ ...SAMPLE, builders: 440 });
  const common = { OPENAI_BASE_URL: urls.model, OPENAI_API_KEY: 'loopback' };
  const langfuse = {
    LANGFUSE_BASE_URL: urls.langfuse,
    LANGFUSE_PUBLIC_KEY: 'pk',
    LANGFUSE_SECRET_KEY: 'sk-loopback',
  };
  const start = async (extra: Record<string, string>) => {
    const home = await kind.create();
    const platform: Platform = await startPlatform(home, { ...common, ...extra });
    await importCompany(platform.client, company);
    await runWeek(platform.client, SAMPLE.lastWeek, 100);
    return {
      run: () => runWeek(platform.client, SAMPLE.lastWeek, 100),
      stop: () => platform.stop().then(() => home.remove()),
    };
  };
  const off = await start({});
  const on = await start(langfuse);
  const pairs = [];
  let judgements = 0;
  for (let pair = 0; pair < PAIRS; pair++) {
    const first = await (pair % 2 === 0 ? on : off).run();
    const second = await (pair % 2 === 0 ? off : on).run();
    judgements = first.builders + first.projects;
    pairs.push(pair % 2 === 0 ? { on: first.ms, off: second.ms } : { on: second.ms, off: first.ms });
  }
  await on.stop();
  await off.stop();
  return {
    figure: `${kind.name}: run of ${judgements} judgements, calls of ${latencyMs} ms, traced`,
    measured: `${(median(pairs.map((pair) => pair.on)) / 1000).toFixed(2)} s`,
    peer: `${(median(pairs.map((pair) => pair.off)) / 1000).toFixed(2)} s without Langfuse`,
    ratio: spreadOf(pairs.map((pair) => pair.on / pair.off)),
    target: TARGET,
  };
}

const figures: Figure[] = [];
for (const latencyMs of LATENCIES_MS) {
  const services = await startChild<'model' | 'langfuse'>('loopback-services.ts', {
    LATENCY_MS: String(latencyMs),
  });
  await forEachHomeKind(async (kind) => void figures.push(await measure(kind, services.urls, latencyMs)));
  await services.stop();
}
report(`Tracing: time of a run with Langfuse against without, ${PAIRS} pairs`, figures);
