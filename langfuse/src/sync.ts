import { readFile } from 'node:fs/promises';
import { createTwoFilesPatch } from 'diff';
import { z } from 'zod';
import type { LangfuseClient } from './client.ts';
import { type PromptFile, readPromptFiles } from './prompt-files.ts';
import { langfusePrompts } from './prompts.ts';

/** One thing that Langfuse should have: whether it has it, and how to make it so. */
export interface Change {
  what: string;
  action: 'create' | 'update' | 'unchanged' | 'differs';
  /** What becomes other, as a person reads it. */
  detail: string | null;
  /** Null where nothing is to be done, or where a person has to. */
  apply: (() => Promise<void>) | null;
}

const scoreConfig = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9 _.()-]{1,35}$/, 'has to be 1 to 35 letters, digits, spaces and _ . ( ) -'),
  dataType: z.enum(['NUMERIC', 'CATEGORICAL', 'BOOLEAN']),
  description: z.string().optional(),
  minValue: z.number().optional(),
  maxValue: z.number().optional(),
  categories: z.array(z.strictObject({ label: z.string(), value: z.number() })).optional(),
});
const queue = z.strictObject({
  name: z.string(),
  description: z.string().optional(),
  scoreConfigs: z.array(z.string()).min(1),
});
const dataset = z.strictObject({
  name: z.string(),
  description: z.string(),
  items: z.array(z.strictObject({ id: z.string(), input: z.unknown(), expectedOutput: z.unknown() })),
});
/** Dollars for a million tokens, as our own ledger reckons with. */
const prices = z.looseObject({
  models: z.record(z.string(), z.looseObject({ in: z.number(), out: z.number() })),
});

/** A price as Langfuse takes it: dollars for one token. */
interface ModelPrice {
  modelName: string;
  matchPattern: string;
  unit: 'TOKENS';
  inputPrice: number;
  outputPrice: number;
}
const definitions = z.strictObject({
  scoreConfigs: z.array(scoreConfig),
  annotationQueues: z.array(queue),
  datasets: z.array(dataset),
});
/** What the files say beside prompts. */
export type Definitions = z.output<typeof definitions> & { modelPrices: ModelPrice[] };

const meta = z.looseObject({ totalPages: z.number() });
const pageOf = <T extends z.ZodRawShape>(shape: T) => z.object({ data: z.array(z.looseObject(shape)), meta });
const named = pageOf({ id: z.string(), name: z.string() });
const datasets = pageOf({ name: z.string(), description: z.string().nullish() });
const items = pageOf({ id: z.string() });
const models = pageOf({ id: z.string(), modelName: z.string(), isLangfuseManaged: z.boolean() });

const DEFINITIONS = new URL('../definitions.json', import.meta.url);
const PRICES = new URL('../../ai-api/src/models/ledger/prices.json', import.meta.url);

/** Reads `langfuse/definitions.json` and the prices of our ledger. @throws naming the field that is wrong */
export async function readDefinitions(): Promise<Definitions> {
  const read = async (file: URL) => JSON.parse(await readFile(file, 'utf8')) as unknown;
  const { models: listed } = prices.parse(await read(PRICES));
  return { ...definitions.parse(await read(DEFINITIONS)), modelPrices: Object.entries(listed).map(priceOf) };
}

/** Langfuse sees a model by its own name, without our provider before it. */
function priceOf([key, price]: [string, { in: number; out: number }]): ModelPrice {
  const modelName = key.slice(key.indexOf(':') + 1);
  const matchPattern = `(?i)^${modelName.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}$`;
  return {
    modelName,
    matchPattern,
    unit: 'TOKENS',
    inputPrice: oneToken(price.in),
    outputPrice: oneToken(price.out),
  };
}

/** Rounded, so that what comes back from a decimal column is the same number. */
function oneToken(forMillion: number): number {
  return Number((forMillion / 1e6).toPrecision(12));
}

/**
 * What has to be done so that Langfuse has what the files say. Doing it again finds nothing to do. A prompt that was
 * changed in Langfuse keeps what it says: the file becomes another version, which serves once somebody labels it.
 */
export async function planSync(
  client: LangfuseClient,
  defined: Definitions,
  files: readonly PromptFile[] | null = null,
): Promise<Change[]> {
  return [
    ...(await planPrompts(client, files ?? (await readPromptFiles()))),
    ...(await planScoreConfigs(client, defined.scoreConfigs)),
    ...(await planQueues(client, defined.annotationQueues)),
    ...(await planDatasets(client, defined.datasets)),
    ...(await planPrices(client, defined.modelPrices)),
  ];
}

async function planPrompts(client: LangfuseClient, files: readonly PromptFile[]): Promise<Change[]> {
  const prompts = langfusePrompts(client);
  const known = new Map((await prompts.list()).map(({ name, versions }) => [name, versions]));
  const changes: Change[] = [];
  for (const file of files) {
    const what = `prompt ${file.name}`;
    const numbers = known.get(file.name) ?? [];
    const versions = [];
    for (const version of numbers) versions.push(await prompts.get(file.name, { version }));
    const newest = versions.at(-1);
    if (versions.some((version) => version && sameContent(version, file))) changes.push(unchanged(what));
    else if (!newest) {
      const details = { labels: ['production'], commitMessage: 'Comes with the product.' };
      changes.push(
        create(what, 'version 1, production', async () => {
          await prompts.create(file.name, file, details);
        }),
      );
    } else {
      const patch = createTwoFilesPatch(`version ${newest.version}`, 'file', newest.text, file.text);
      changes.push({
        what,
        action: 'update',
        detail: `version ${newest.version + 1}, without a label\n${patch}`,
        apply: async () => {
          await prompts.create(file.name, file, { commitMessage: 'Comes with a newer release.' });
        },
      });
    }
  }
  return changes;
}

async function planScoreConfigs(
  client: LangfuseClient,
  wanted: Definitions['scoreConfigs'],
): Promise<Change[]> {
  const existing = await client.all('/score-configs', named);
  return wanted.map((config) => {
    const what = `score config ${config.name}`;
    const found = existing.find(({ name }) => name === config.name);
    if (!found) return create(what, config.dataType, () => post(client, '/score-configs', config));
    const other = differences(config, found);
    if (other.length === 0) return unchanged(what);
    if (other.includes('dataType'))
      return { what, action: 'differs', detail: 'dataType cannot be changed: archive it first', apply: null };
    return update(what, other, async () => {
      const request = { method: 'PATCH', path: `/score-configs/${found.id}`, body: config } as const;
      await client.send({ ...request, schema: z.unknown() });
    });
  });
}

async function planQueues(
  client: LangfuseClient,
  wanted: Definitions['annotationQueues'],
): Promise<Change[]> {
  const existing = await client.all('/annotation-queues', named);
  return wanted.map(({ scoreConfigs, ...queued }) => {
    const what = `annotation queue ${queued.name}`;
    if (existing.some(({ name }) => name === queued.name)) return unchanged(what);
    return create(what, `scored by ${scoreConfigs.join(', ')}`, async () => {
      // Read now: the configs may have been made by the same sync.
      const configs = await client.all('/score-configs', named);
      const scoreConfigIds = configs.filter(({ name }) => scoreConfigs.includes(name)).map(({ id }) => id);
      await post(client, '/annotation-queues', { ...queued, scoreConfigIds });
    });
  });
}

async function planDatasets(client: LangfuseClient, wanted: Definitions['datasets']): Promise<Change[]> {
  const existing = await client.all('/v2/datasets', datasets);
  const changes: Change[] = [];
  for (const { items: cases, ...described } of wanted) {
    const what = `dataset ${described.name}`;
    const found = existing.find(({ name }) => name === described.name);
    const save = () => post(client, '/v2/datasets', described);
    if (!found) changes.push(create(what, described.description, save));
    else if (differences(described, found).length > 0) changes.push(update(what, ['description'], save));
    else changes.push(unchanged(what));
    const query = new URLSearchParams({ datasetName: described.name });
    const kept = found ? await client.all(`/dataset-items?${query}`, items) : [];
    for (const item of cases) {
      const name = `dataset item ${item.id}`;
      const before = kept.find(({ id }) => id === item.id);
      const body = { ...item, datasetName: described.name };
      const other = before ? differences(item, before) : [];
      const apply = () => post(client, '/dataset-items', body);
      if (!before) changes.push(create(name, described.name, apply));
      else changes.push(other.length === 0 ? unchanged(name) : update(name, other, apply));
    }
  }
  return changes;
}

/** A model's price cannot be changed in Langfuse: ours is made anew. Those that Langfuse keeps are left alone. */
async function planPrices(client: LangfuseClient, wanted: Definitions['modelPrices']): Promise<Change[]> {
  const existing = (await client.all('/models', models)).filter(
    ({ isLangfuseManaged }) => !isLangfuseManaged,
  );
  return wanted.map((model) => {
    const what = `model price ${model.modelName}`;
    const found = existing.find(({ modelName }) => modelName === model.modelName);
    const make = () => post(client, '/models', model);
    if (!found) return create(what, `${model.inputPrice} in, ${model.outputPrice} out, a token`, make);
    const other = differences(model, found);
    if (other.length === 0) return unchanged(what);
    return update(what, other, async () => {
      await client.send({ method: 'DELETE', path: `/models/${found.id}`, schema: z.unknown() });
      await make();
    });
  });
}

function create(what: string, detail: string, apply: () => Promise<void>): Change {
  return { what, action: 'create', detail, apply };
}

function update(what: string, fields: readonly string[], apply: () => Promise<void>): Change {
  return { what, action: 'update', detail: fields.join(', '), apply };
}

function unchanged(what: string): Change {
  return { what, action: 'unchanged', detail: null, apply: null };
}

async function post(client: LangfuseClient, path: string, body: unknown): Promise<void> {
  await client.send({ method: 'POST', path, body, schema: z.unknown() });
}

/** Fields of what is wanted that are otherwise in what is there; further fields there do not matter. */
function differences(wanted: object, there: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(wanted)
    .filter(([field, value]) => canonical(value) !== canonical(there[field]))
    .map(([field]) => field);
}

function sameContent(a: Pick<PromptFile, 'text' | 'variables' | 'config'>, b: PromptFile): boolean {
  const of = ({ text, variables, config }: typeof a) => canonical({ text, variables, config });
  return of(a) === of(b);
}

/** JSON with the keys of every object in order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
