import { randomUUID } from 'node:crypto';
import OpenAI from 'openai';
import { z } from 'zod';
import { createChain } from '../ai-api/src/models/chain.ts';
import { staticVectorizer } from '../ai-api/src/models/embeddings/static.ts';
import { createLedger, readPrices, traceIdOf } from '../ai-api/src/models/ledger/index.ts';
import { openAiProvider } from '../ai-api/src/models/openai.ts';
import { createRoute } from '../ai-api/src/models/route.ts';
import { strictSchema } from '../ai-api/src/models/strict-schema.ts';
import { createTraces, keepTrace } from '../ai-api/src/models/tracing/index.ts';
import { ensureTenant } from '../ai-api/src/modules/shared/identity/index.ts';
import { createDatabase, type Database } from '../ai-api/src/platform/database/index.ts';
import { migrate } from '../ai-api/src/platform/database/migrate.ts';
import { openPglite } from '../ai-api/src/platform/database/pglite.ts';
import { openPostgres } from '../ai-api/src/platform/database/postgres.ts';
import { createLog } from '../ai-api/src/platform/log.ts';
import { startChild } from './child-server.ts';
import { forEachHomeKind } from './homes.ts';
import { type Figure, report } from './report.ts';
import { mean, spreadOf } from './statistics.ts';

const BLOCKS = 12;
const CALLS = 200;
const AT_ONCE = 8;
const EMBEDDINGS = 50_000;

const schema = z.object({
  criteria: z.array(
    z.object({ id: z.string(), score: z.number(), reason: z.string(), evidence: z.array(z.string()) }),
  ),
  feedback: z.string(),
});
const SYSTEM = `You judge a week of work by the facts you are given.\n${'Be fair, be short, name your evidence. '.repeat(60)}`;
const USER = `Facts:\n${'- week.hoursWorked: 40\n'.repeat(40)}\nDecide these criteria:\n- reflection (Reflection): Was anything learned?`;

/** Processor time of this process for one call of `work`, in milliseconds, over `CALLS` with some open at once. */
async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  let left = CALLS;
  const worker = async () => {
    while (left-- > 0) await work();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / CALLS;
}

/** The provider's own client, and an answer that is parsed: what any client has to do. */
function bareCall(baseURL: string) {
  const client = new OpenAI({ apiKey: 'loopback', baseURL, maxRetries: 0 });
  const json_schema = { name: 'answer', strict: true, schema: strictSchema(schema) };
  return async () => {
    const completion = await client.chat.completions.create({
      model: 'gpt-4.1-mini',
      temperature: 0,
      messages: [
        { role: 'system', content: SYSTEM },
        { role: 'user', content: USER },
      ],
      response_format: { type: 'json_schema', json_schema },
    });
    schema.parse(JSON.parse(completion.choices[0]?.message.content ?? ''));
  };
}

/** The same by the platform: limits, breaker, ledger, budget, and a trace that is stored and exported. */
function ourCall(baseUrl: string, database: Database, tenantId: string) {
  const ledger = createLedger(database, { prices: readPrices(), dailyMicros: 1_000_000_000 });
  const options = { apiKey: 'loopback', baseUrl, model: 'gpt-4.1-mini', timeoutMs: 60_000 };
  const route = createRoute(openAiProvider(options), { timeoutMs: 60_000, limits: { concurrency: 32 } });
  const model = createChain([route], ledger);
  return async () => {
    const judgementId = randomUUID();
    const startedAt = new Date();
    const call = { tenantId, purpose: 'judgement', subject: 'bench:1', judgementId };
    const { value } = await model.structured({ system: SYSTEM, user: USER, name: 'answer', schema, call });
    const id = traceIdOf(judgementId);
    const draft = { id, name: 'bench', startedAt, endedAt: new Date(), output: value, parts: [] };
    await database.withTenant(tenantId, (transaction) => keepTrace(transaction, draft));
  };
}

async function overhead(baseUrl: string, langfuseUrl: string): Promise<Figure[]> {
  const figures: Figure[] = [];
  await forEachHomeKind(async (kind) => {
    const home = await kind.create();
    const { DATA_DIR, DATABASE_URL } = home.env;
    const connection = DATABASE_URL ? openPostgres(DATABASE_URL, 20, () => {}) : await openPglite(DATA_DIR);
    const database = createDatabase(connection);
    await migrate(database.system('the benchmark migrates'));
    const tenantId = await ensureTenant(database, 'Bench', 'enterprise');
    const traces = createTraces(database, {
      langfuse: {
        baseUrl: langfuseUrl,
        publicKey: 'pk',
        secretKey: 'sk',
        environment: 'bench',
        release: '0',
        timeoutMs: 5_000,
      },
      sampleRate: 1,
      log: createLog('warn'),
    });
    const exporting = await traces.start();
    const [bare, ours] = [bareCall(baseUrl), ourCall(baseUrl, database, tenantId)];
    for (const call of [bare, ours]) await cpuOf(call);
    const pairs = [];
    for (let block = 0; block < BLOCKS; block++) {
      const isOursFirst = block % 2 === 0;
      const first = await cpuOf(isOursFirst ? ours : bare);
      const second = await cpuOf(isOursFirst ? bare : ours);
      pairs.push(isOursFirst ? { ours: first, bare: second } : { ours: second, bare: first });
    }
    await exporting?.close();
    await database.close();
    await home.remove();
    figures.push({
      figure: `${kind.name}: structured call, ledger and trace included`,
      measured: `${mean(pairs.map((pair) => pair.ours)).toFixed(2)} ms CPU`,
      peer: `${mean(pairs.map((pair) => pair.bare)).toFixed(2)} ms by the bare SDK`,
      // In milliseconds more, not in times: the target is a sum.
      ratio: spreadOf(pairs.map((pair) => pair.ours - pair.bare)),
      target: 2,
    });
  });
  return figures;
}

async function embeddings(): Promise<Figure> {
  const vectorizer = staticVectorizer();
  const texts = Array.from(
    { length: EMBEDDINGS },
    (_, n) =>
      `Builder ${n} shipped the pilot to two clinics and learned that customers call back late, so the next step is to call first.`,
  );
  const before = process.cpuUsage();
  await vectorizer.vectors(texts, 'document', undefined);
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1_000_000;
  return {
    figure: `${EMBEDDINGS} static embeddings, words read included`,
    measured: `${seconds.toFixed(2)} s CPU`,
    peer: '10 s',
    ratio: spreadOf([seconds / 10]),
    target: 1,
  };
}

const servers = await startChild<'model' | 'langfuse'>('loopback-services.ts', {});
const figures = [...(await overhead(servers.urls.model, servers.urls.langfuse)), await embeddings()];
await servers.stop();
report(
  `Model calls: ${BLOCKS} blocks of ${CALLS} calls, ${AT_ONCE} at once; the first ratio is milliseconds more`,
  figures,
);
