import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const scoreConfig = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9 _.()-]{1,35}$/, 'must be 1 to 35 letters, digits, spaces and _ . ( ) -'),
  dataType: z.enum(['NUMERIC', 'CATEGORICAL', 'BOOLEAN']),
  description: z.string().exactOptional(),
  minValue: z.number().exactOptional(),
  maxValue: z.number().exactOptional(),
  categories: z.array(z.strictObject({ label: z.string(), value: z.number() })).exactOptional(),
});
const queue = z.strictObject({
  name: z.string(),
  description: z.string().exactOptional(),
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
