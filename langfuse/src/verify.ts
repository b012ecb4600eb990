import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { LangfuseApi, LangfuseClient, LangfuseOptions, Pending, RequestLimits } from './client.ts';
import { langfusePrompts } from './prompts.ts';
import { type LangfuseScore, langfuseScores } from './scores.ts';
import { createTraceExporter } from './tracing/index.ts';

/** One thing that the product needs of a Langfuse server: what was found, or why it does not hold. */
export interface Verified {
  what: string;
  failure: string | null;
}

export interface VerifyOptions {
  client: LangfuseClient;
  server: LangfuseOptions;
  /** For something that was stored to be readable: Langfuse takes first and stores later. */
  patienceMs: number;
}

/** Everything that one run makes has this in its name. */
interface Run extends VerifyOptions {
  name: string;
  traceId: string;
  environment: string;
}

const ENVIRONMENT = 'verify';
const LOOK_MS = 500;

const anything = z.object({ data: z.array(z.unknown()) });
const scored = z.object({
  data: z.array(z.looseObject({ id: z.string(), environment: z.string().optional(), subject: z.unknown() })),
});

/** The checks in their order; each says what holds, and throws when it does not. */
const CHECKS: Record<string, (run: Run) => Promise<void>> = {
  'the keys belong to a project': async (run) => {
    await read(run, 'read the project', anything, (api, limits) => api.projects.get(limits));
  },

  'a trace is taken, and its root is found by its id': async (run) => {
    await sendTrace(run);
    await eventually(run, async () => (await rootsOf(run)) > 0, 'the trace cannot be read');
  },

  'a prompt for chats beside ours can be distinguished from it': async (run) => {
    const prompts = langfusePrompts(run.client);
    const content = { text: 'Judge {{facts}}.', variables: [{ name: 'facts', description: '' }], config: {} };
    const made = await prompts.create(run.name, content, { labels: ['staging'], commitMessage: 'verify' });
    const body = {
      name: `${run.name}-chat`,
      type: 'chat' as const,
      prompt: [{ role: 'user', content: 'Hi' }],
    };
    await read(run, 'save a prompt for chats', z.unknown(), (api, limits) =>
      api.prompts.create(body, limits),
    );
    const found = await prompts.get(run.name, { label: 'staging' });
    require(found?.version === made.version, 'the label staging is not at the version that was saved');
    require(found?.variables.length === 1, 'the variables of the prompt are lost');
  },

  'scores keep their environment, comment and reviewer, and name their trace': async (run) => {
    const score = await scoreFor(run, 'reasons hold', 'BOOLEAN', 1);
    const query = { id: score.id, environment: ENVIRONMENT, fields: 'details,subject', limit: 1 };
    const find = () =>
      read(run, 'read scores', scored, (api, limits) => api.scoresV3.getManyV3(query, limits));
    await eventually(run, async () => (await find()).data.length > 0, 'the score is not in its environment');
    const [found] = (await find()).data;
    const text = JSON.stringify(found);
    for (const part of ['a comment of verify', 'verify-reviewer', run.traceId])
      require(text.includes(part), `the score lacks "${part}"`);
  },

  'flags are averaged from 0 to 1': async (run) => {
    const to = new Date();
    const query = JSON.stringify({
      view: 'scores-numeric',
      metrics: [{ measure: 'value', aggregation: 'avg' }],
      dimensions: [{ field: 'name' }],
      filters: [],
      fromTimestamp: new Date(to.getTime() - 3_600_000).toISOString(),
      toTimestamp: new Date(to.getTime() + 3_600_000).toISOString(),
    });
    const ask = () =>
      read(
        run,
        'read metrics',
        z.object({ data: z.array(z.looseObject({ name: z.string() })) }),
        (api, limits) => api.metrics.metrics({ query }, limits),
      );
    const flags = async () => (await ask()).data.find(({ name }) => name === 'reasons hold');
    await eventually(run, async () => (await flags()) !== undefined, 'the mean of a flag is not there');
    const mean = Number((await flags())?.avg_value);
    require(mean >= 0 && mean <= 1, `the mean of a flag is ${mean}`);
  },

  'work in an annotation queue can be given out, finished and read': async (run) => {
    const scores = langfuseScores(run.client);
    const config = (await scores.configs()).get('reasons hold') ?? '';
    const queueId = await scores.createQueue(run.name, 'Made by verify.', [config]);
    await scores.enqueue(queueId, run.traceId);
    const [item] = await scores.items(queueId, 'PENDING');
    require(item?.objectId === run.traceId, 'the item is not in its queue');
    await scores.completeItem(queueId, item?.id ?? '');
    const done = await scores.items(queueId, 'COMPLETED');
    require(done.length === 1, 'the item was not completed');
    await scores.annotationsOf([run.traceId]);
  },
};

/** Does with a server all that the product does, and says of each whether it holds. Leaves what it made there. */
export async function verify(options: VerifyOptions): Promise<Verified[]> {
  const traceId = randomBytes(16).toString('hex');
  const name = `ai-manager-verify-${traceId.slice(0, 8)}`;
  const run: Run = { ...options, name, traceId, environment: ENVIRONMENT };
  const verified: Verified[] = [];
  for (const [what, check] of Object.entries(CHECKS)) {
    const failure = await check(run).then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    verified.push({ what, failure });
  }
  return verified;
}

async function sendTrace({ server, name, traceId, environment }: Run): Promise<void> {
  const exporter = createTraceExporter({
    ...server,
    environment,
    release: 'verify',
    timeoutMs: server.fetchTimeoutMs,
    mask: (text) => text,
  });
  const at = new Date();
  const shared = { name, startedAt: at, endedAt: at, metadata: {}, tags: ['verify'] };
  const call = { key: 'call', type: 'generation', model: 'verify', costMicros: 10 } as const;
  try {
    const sent = await exporter.export([{ id: traceId, ...shared, spans: [{ ...shared, ...call }] }]);
    require(sent.get(traceId) === 'exported', exporter.fault()?.reason ?? 'the trace was not taken');
  } finally {
    await exporter.close();
  }
}

async function rootsOf(run: Run): Promise<number> {
  const query = { traceId: run.traceId, isRootObservation: true, limit: 10 };
  const found = await read(run, 'read a trace', anything, (api, limits) =>
    api.observations.getMany(query, limits),
  );
  return found.data.length;
}

async function scoreFor(
  run: Run,
  name: string,
  dataType: 'BOOLEAN',
  value: number,
): Promise<Pick<LangfuseScore, 'id'>> {
  const scores = langfuseScores(run.client);
  const config = { name, dataType, description: '', minValue: null, maxValue: null, categories: null };
  const configId = (await scores.configs()).get(name) ?? (await scores.createConfig(config));
  const id = `${run.name}-score`;
  await scores.put({
    id,
    traceId: run.traceId,
    name,
    dataType,
    value,
    configId,
    comment: 'a comment of verify',
    environment: ENVIRONMENT,
    metadata: { reviewer: 'verify-reviewer', reviewerName: 'Verify' },
  });
  return { id };
}

function read<T>(
  { client }: Run,
  what: string,
  schema: z.ZodType<T>,
  request: (api: LangfuseApi, limits: RequestLimits) => Pending,
): Promise<T> {
  return client.send({ what, request, schema, isIdempotent: true });
}

async function eventually(
  { patienceMs }: Run,
  holds: () => Promise<boolean>,
  otherwise: string,
): Promise<void> {
  const until = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > until) throw new Error(`${otherwise} after ${patienceMs / 1000} s`);
    await pause(LOOK_MS);
  }
}

function require(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
