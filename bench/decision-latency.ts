import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../ai-api/src/catalogue/client.ts';
import { createRandom } from '../examples/company/random.ts';
import { generateCompany, SAMPLE } from '../examples/generate.ts';
import { forEachHomeKind, type Home, type HomeKind } from './homes.ts';
import { startLoopbackModel } from './loopback-model.ts';
import { importCompany, type Platform, startPlatform } from './platform.ts';
import { runOn } from './postgres.ts';
import { type Figure, report } from './report.ts';
import { QUESTIONS } from './retrieval/corpus.ts';
import { uploadPolicies } from './retrieval/policies.ts';
import { quantile, spreadOf } from './statistics.ts';
import { prepareCompany } from './triage/company.ts';
import { generateTriageSet } from './triage/generate.ts';

const BLOCKS = 5;
const TRIAGES = 60;
const CHATS = 30;
const EXPLANATIONS = 60;
const WARM_UP = 20;
const TRIAGE_MS = 10;
const EXPLANATION_MS = 50;
const WEEKS = ['2026-W45', '2026-W46'];
/** Beyond the model's own latency: on a server with pgvector, and else. */
const CHAT_MS = { withPgvector: 50, without: 150 };
const PASSAGES = 10_000;
const IN_ONE_DOCUMENT = 500;

/** Blocks of durations in milliseconds. */
async function timed(size: number, work: (index: number) => Promise<unknown>): Promise<number[][]> {
  for (let index = 0; index < WARM_UP; index++) await work(index);
  const blocks: number[][] = [];
  for (let block = 0; block < BLOCKS; block++) {
    const times: number[] = [];
    for (let index = 0; index < size; index++) {
      const begun = performance.now();
      await work(WARM_UP + block * size + index);
      times.push(performance.now() - begun);
    }
    blocks.push(times);
  }
  return blocks;
}

function figure(what: string, blocks: readonly number[][], targetMs: number): Figure {
  const all = blocks.flat();
  return {
    figure: what,
    measured: `p50 ${quantile(all, 0.5).toFixed(1)} ms, p95 ${quantile(all, 0.95).toFixed(1)} ms`,
    peer: `${targetMs} ms allowed`,
    ratio: spreadOf(blocks.map((times) => quantile(times, 0.95) / targetMs)),
    target: 1,
  };
}

async function measureTriage({ client, url }: Platform, name: string): Promise<Figure> {
  const set = generateTriageSet(new Date().toISOString().slice(0, 10));
  await prepareCompany({ client, url }, { ...set, earlier: [], repeated: [] });
  const blocks = await timed(TRIAGES, async (index) => {
    const request = set.requests[index % set.requests.length];
    if (request) await client.approval.triage(request.asked);
  });
  return figure(`${name}: POST /approvals/triage by rules`, blocks, TRIAGE_MS);
}

/** Words of a made-up language around words of real questions, so that full text finds some and not all. */
function manyDocuments() {
  const random = createRandom(10_000, 'passages');
  const topics = QUESTIONS.flatMap(({ question }) => question.match(/\p{L}{4,}/gu) ?? []);
  const syllables = ['ka', 'lo', 'mer', 'tin', 'su', 'vel', 'dor', 'pi', 'ran', 'eth'];
  const word = () => Array.from({ length: random.int(2, 4) }, () => random.pick(syllables)).join('');
  const section = (index: number) =>
    `## Section ${index}\n\n${Array.from({ length: 50 }, () => (random.chance(0.2) ? random.pick(topics) : word())).join(' ')}.\n`;
  return Array.from({ length: PASSAGES / IN_ONE_DOCUMENT }, (_, document) => ({
    name: `document-${document}.md`,
    contentType: 'text/markdown' as const,
    body: `# Document ${document}\n\n${Array.from({ length: IN_ONE_DOCUMENT }, (_, index) => section(index)).join('\n')}`,
  }));
}

async function hasPgvector({ env }: Home): Promise<boolean> {
  if (!env.DATABASE_URL) return false;
  return (await runOn(env.DATABASE_URL, "select from pg_extension where extname = 'vector'")).length > 0;
}

async function measureChat({ client }: Platform, name: HomeKind['name'], home: Home): Promise<Figure> {
  const isFast = await hasPgvector(home);
  const server = name === 'PGlite' ? name : `${name} ${isFast ? 'with' : 'without'} pgvector`;
  await uploadPolicies(client, manyDocuments());
  const blocks = await timed(CHATS, async (index) => {
    // A number makes each question one that no cache has seen.
    const question = `${QUESTIONS[index % QUESTIONS.length]?.question} (${index})`;
    const { status, modelFailure } = await client.chat.query({ question });
    if (modelFailure !== null || status === 'passages') throw new Error(`${status}: ${modelFailure}`);
  });
  const allowed = isFast ? CHAT_MS.withPgvector : CHAT_MS.without;
  return figure(`${server}: POST /chat/query, ${PASSAGES} passages`, blocks, allowed);
}

/** Every judgement of a week of the sample company: its builders' and its projects'. */
async function judgementsOf(client: Client, week: string): Promise<string[]> {
  const { runId } = await client.evaluation.startWeekly({ week });
  const isPending = async () => (await client.evaluation.getRun({ runId })).completedAt === null;
  while (await isPending()) await sleep(200);
  const { items } = await client.evaluation.listResults({ runId, limit: 200 });
  const ids: string[] = [];
  for (const { evaluationId } of items) {
    const { judgement, projects } = await client.evaluation.get({ evaluationId });
    if (judgement) ids.push(judgement.judgementId);
    ids.push(...projects.map((project) => project.judgement.judgementId));
  }
  return ids;
}

async function measureExplanations({ client }: Platform, name: string): Promise<Figure> {
  await importCompany(client, generateCompany(SAMPLE));
  const ids: string[] = [];
  for (const week of WEEKS) ids.push(...(await judgementsOf(client, week)));
  const blocks = await timed(EXPLANATIONS, async (index) => {
    await client.explanation.get({ judgementId: ids[index % ids.length] as string });
  });
  return figure(`${name}: explanations of ${ids.length} judgements by rules`, blocks, EXPLANATION_MS);
}

async function measure({ name, create }: HomeKind): Promise<Figure[]> {
  const model = await startLoopbackModel(0);
  const figures: Figure[] = [];
  const withModel = { OPENAI_BASE_URL: model.url, OPENAI_API_KEY: 'loopback' };
  try {
    for (const [part, environment, work] of [
      ['triage', {}, measureTriage],
      ['explanations', {}, measureExplanations],
      ['questions', withModel, measureChat],
    ] as const) {
      if (only && part !== only) continue;
      const home = await create();
      const platform = await startPlatform(home, environment).catch(async (error: unknown) => {
        await home.remove();
        throw error;
      });
      try {
        figures.push(await work(platform, name, home));
      } finally {
        await platform.stop();
        await home.remove();
      }
    }
  } finally {
    await model.stop();
  }
  return figures;
}

/** `BENCH_PART=triage`, `explanations` or `questions` leaves the others out. */
const only = process.env.BENCH_PART || undefined;
const figures: Figure[] = [];
await forEachHomeKind(async (kind) => void figures.push(...(await measure(kind))));
report(
  `Triage, explanations and policy questions over HTTP, one after the other; the model answers at once; ratio of p95 by ${BLOCKS} blocks`,
  figures,
);
