import type { Client } from '../ai-api/src/catalogue/client.ts';
import { generateCompany, SAMPLE } from '../examples/generate.ts';
import { forEachHomeKind, type HomeKind } from './homes.ts';
import { type LoopbackModel, startLoopbackModel } from './loopback-model.ts';
import { importCompany, type Platform, runWeek, startPlatform } from './platform.ts';
import { type Figure, report } from './report.ts';
import { median, spreadOf } from './statistics.ts';

const LATENCY_MS = 500;
const CONCURRENCY = 8;
const RUNS = 3;
const TARGET = 1.25;

/** @throws unless every call gave one judgement its answer: a failed or repeated call would spoil the ideal */
async function checkAnswers(client: Client, runId: string, calls: number): Promise<void> {
  const { items } = await client.evaluation.listResults({ runId, limit: 200 });
  const details = await Promise.all(items.map(({ evaluationId }) => client.evaluation.get({ evaluationId })));
  const judgements = details.flatMap(({ judgement, projects }) => [
    judgement,
    ...projects.map((project) => project.judgement),
  ]);
  const asked = judgements.filter((judgement) => judgement?.model);
  const failed = asked.find((judgement) => judgement?.modelFailure)?.modelFailure;
  if (failed) throw new Error(`The loopback model was not understood: ${failed.message}`);
  if (asked.length !== calls) throw new Error(`${calls} calls for ${asked.length} judgements`);
}

async function measure(kind: HomeKind, model: LoopbackModel): Promise<Figure[]> {
  const home = await kind.create();
  let platform: Platform | undefined;
  try {
    platform = await startPlatform(home, {
      EVALUATION_CONCURRENCY: String(CONCURRENCY),
      OPENAI_BASE_URL: model.url,
      OPENAI_API_KEY: 'loopback',
    });
    await importCompany(platform.client, generateCompany(SAMPLE));
    const runs = [];
    for (let i = 0; i < RUNS; i++) {
      model.reset();
      const { ms, builders, runId } = await runWeek(platform.client, SAMPLE.lastWeek, 200);
      const { calls, peak } = model.counts();
      await checkAnswers(platform.client, runId, calls);
      runs.push({ ms, builders, calls, peak, ideal: (calls * LATENCY_MS) / CONCURRENCY });
    }
    const { builders, calls, ideal } = runs[0] as (typeof runs)[number];
    const peak = Math.max(...runs.map((run) => run.peak));
    return [
      {
        figure: `${kind.name}: run of ${builders} builders, ${calls} calls`,
        measured: seconds(median(runs.map(({ ms }) => ms))),
        peer: `${seconds(ideal)} ideal`,
        ratio: spreadOf(runs.map(({ ms, ideal }) => ms / ideal)),
        target: TARGET,
      },
      {
        figure: `${kind.name}: calls open at once`,
        measured: `${peak} at most`,
        peer: `${CONCURRENCY} allowed`,
        ratio: spreadOf(runs.map((run) => run.peak / CONCURRENCY)),
        target: 1,
      },
    ];
  } finally {
    await platform?.stop();
    await home.remove();
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

const model = await startLoopbackModel(LATENCY_MS);
const figures: Figure[] = [];
await forEachHomeKind(async (kind) => void figures.push(...(await measure(kind, model))));
await model.stop();
report(
  `Model concurrency: calls of ${LATENCY_MS} ms, ${CONCURRENCY} at once, median of ${RUNS} runs`,
  figures,
);
