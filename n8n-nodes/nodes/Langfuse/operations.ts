import { type IDataObject, type IExecuteFunctions, NodeOperationError } from 'n8n-workflow';
import { idempotencyKeys } from '../shared/idempotency-key.ts';
import { compilePrompt, type PromptTemplate } from './compile.ts';
import { call } from './transport.ts';

/** What metrics are of where the query names no time. */
const WEEK_MS = 7 * 24 * 60 * 60 * 1000;

type RunOperation = (context: IExecuteFunctions, itemIndex: number) => Promise<IDataObject[]>;

/** What the node does, by `<resource>.<operation>`. */
export const operations: Record<string, RunOperation> = {
  'prompt.get': getPrompt,
  'score.create': createScore,
  'observation.getMany': getObservations,
  'datasetItem.create': createDatasetItem,
  'metric.query': queryMetrics,
};

async function getPrompt(context: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
  const name = requiredText(context, 'promptName', itemIndex);
  const options = context.getNodeParameter('options', itemIndex, {}) as {
    label?: string;
    version?: number;
    allowMissing?: boolean;
  };
  const query = {
    ...(options.version ? { version: options.version } : options.label ? { label: options.label } : {}),
  };
  const path = `/v2/prompts/${encodeURIComponent(name)}`;
  const found = await call(context, { method: 'GET', path, query }, itemIndex);
  const variables = variablesOf(context, itemIndex);
  const { prompt, missing } = compilePrompt(found.prompt as PromptTemplate, variables);
  if (missing.length > 0 && !options.allowMissing) {
    throw new NodeOperationError(
      context.getNode(),
      `The prompt is missing values for ${missing.join(', ')}`,
      {
        itemIndex,
        description: 'Set the variables, or turn on Allow Missing Variables.',
      },
    );
  }
  const { version, type, labels, tags, config } = found;
  return [{ name, version, type, labels, tags, config, prompt, missing }];
}

function variablesOf(context: IExecuteFunctions, itemIndex: number): Record<string, unknown> {
  const { entries = [] } = context.getNodeParameter('variables', itemIndex, {}) as {
    entries?: { name: string; value: unknown }[];
  };
  return Object.fromEntries(entries.map(({ name, value }) => [name, value]));
}

async function createScore(context: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
  const dataType = context.getNodeParameter('dataType', itemIndex) as string;
  const given = context.getNodeParameter('scoreValue', itemIndex) as string | number | boolean;
  const value = dataType === 'CATEGORICAL' ? String(given) : numberOf(context, dataType, given, itemIndex);
  const optional = context.getNodeParameter('additionalFields', itemIndex, {}) as IDataObject;
  const { id = idempotencyKeys(context)(itemIndex), ...rest } = withoutEmpty(optional);
  const body = {
    id,
    traceId: requiredText(context, 'traceId', itemIndex),
    name: requiredText(context, 'scoreName', itemIndex),
    dataType,
    value,
    ...rest,
  };
  if (rest.configId) await requireConfig(context, String(rest.configId), body, itemIndex);
  const answer = await call(context, { method: 'POST', path: '/scores', body }, itemIndex);
  return [{ ...body, ...answer }];
}

/** Langfuse answers 200 to a score that its config forbids, and drops it later. */
async function requireConfig(
  context: IExecuteFunctions,
  configId: string,
  { name, dataType, value }: { name: string; dataType: string; value: string | number },
  itemIndex: number,
): Promise<void> {
  const path = `/score-configs/${encodeURIComponent(configId)}`;
  const config = (await call(context, { method: 'GET', path }, itemIndex)) as {
    name?: string;
    dataType?: string;
    minValue?: number | null;
    maxValue?: number | null;
    categories?: { label: string }[] | null;
  };
  const refuse = (message: string) => {
    throw new NodeOperationError(context.getNode(), message, {
      itemIndex,
      description: 'The score configuration says so. Langfuse would drop the score.',
    });
  };
  if (config.name !== undefined && config.name !== name) refuse(`Name must be ${config.name}`);
  if (config.dataType !== undefined && config.dataType !== dataType)
    refuse(`Data Type must be ${config.dataType}`);
  const [least, most] = [config.minValue ?? -Infinity, config.maxValue ?? Infinity];
  if (typeof value === 'number' && (value < least || value > most))
    refuse(`Value must be from ${least} to ${most}`);
  const labels = (config.categories ?? []).map(({ label }) => label);
  if (dataType === 'CATEGORICAL' && labels.length > 0 && !labels.includes(String(value)))
    refuse(`Value must be one of ${labels.join(', ')}`);
}

/** Langfuse takes booleans as 0 and 1. */
function numberOf(
  context: IExecuteFunctions,
  dataType: string,
  given: string | number | boolean,
  itemIndex: number,
): number {
  const text = String(given).trim().toLowerCase();
  const value =
    dataType === 'BOOLEAN' ? { true: 1, '1': 1, false: 0, '0': 0 }[text] : Number(text || Number.NaN);
  if (value !== undefined && Number.isFinite(value)) return value;
  const wanted = dataType === 'BOOLEAN' ? 'true or false' : 'a number';
  throw new NodeOperationError(context.getNode(), `Value must be ${wanted}`, { itemIndex });
}

async function getObservations(context: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
  const all = context.getNodeParameter('returnAll', itemIndex, false);
  const limit = all ? Number.POSITIVE_INFINITY : Number(context.getNodeParameter('limit', itemIndex, 50));
  const given = withoutEmpty(context.getNodeParameter('filters', itemIndex, {}) as IDataObject);
  const zoned = Object.entries(given).map(([name, value]) =>
    /^(from|to)StartTime$/.test(name)
      ? [name, withZone(String(value), context.getTimezone())]
      : [name, value],
  );
  const filters = Object.fromEntries(zoned) as IDataObject;
  const rows: IDataObject[] = [];
  const seen = new Set<string>();
  let cursor: string | undefined;
  do {
    const query = { ...filters, limit: Math.min(100, limit - rows.length), ...(cursor ? { cursor } : {}) };
    const page = await call(context, { method: 'GET', path: '/v2/observations', query }, itemIndex);
    rows.push(...((page.data ?? []) as IDataObject[]));
    cursor = ((page.meta ?? {}) as { cursor?: string | null }).cursor ?? undefined;
    if (cursor !== undefined && seen.has(cursor)) break;
    if (cursor !== undefined) seen.add(cursor);
  } while (cursor !== undefined && rows.length < limit);
  return rows.slice(0, limit);
}

/** A moment as Langfuse takes it. The editor's date picker gives one without a zone, which is the workflow's. */
function withZone(text: string, timeZone: string): string {
  if (!/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?$/.test(text)) return text;
  const asUtc = new Date(`${text.replace(' ', 'T')}${text.length === 10 ? 'T00:00:00' : ''}Z`);
  const shown = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  const offset = new Date(`${shown.format(asUtc).replace(' ', 'T')}Z`).getTime() - asUtc.setMilliseconds(0);
  return new Date(asUtc.getTime() - offset).toISOString();
}

async function createDatasetItem(context: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
  const optional = withoutEmpty(context.getNodeParameter('additionalFields', itemIndex, {}) as IDataObject);
  const { id = idempotencyKeys(context)(itemIndex), expectedOutput, metadata, ...rest } = optional;
  const body = {
    id,
    datasetName: requiredText(context, 'datasetName', itemIndex),
    input: jsonOf(context.getNodeParameter('input', itemIndex)),
    ...(expectedOutput === undefined ? {} : { expectedOutput: jsonOf(expectedOutput) }),
    ...(metadata === undefined ? {} : { metadata: jsonOf(metadata) }),
    ...rest,
  } as IDataObject;
  return [await call(context, { method: 'POST', path: '/dataset-items', body }, itemIndex)];
}

async function queryMetrics(context: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
  const query = jsonOf(context.getNodeParameter('query', itemIndex));
  if (typeof query !== 'object' || query === null) {
    throw new NodeOperationError(context.getNode(), 'Query is not a JSON object', { itemIndex });
  }
  const now = Date.now();
  const span = {
    fromTimestamp: new Date(now - WEEK_MS).toISOString(),
    toTimestamp: new Date(now).toISOString(),
  };
  const whole = JSON.stringify({ ...span, ...query });
  const request = { method: 'GET', path: '/v2/metrics', query: { query: whole } } as const;
  const answer = await call(context, request, itemIndex);
  return (answer.data ?? []) as IDataObject[];
}

function requiredText(context: IExecuteFunctions, name: string, itemIndex: number): string {
  const value = String(context.getNodeParameter(name, itemIndex) ?? '').trim();
  if (value !== '') return value;
  throw new NodeOperationError(context.getNode(), `${name} must not be empty`, {
    itemIndex,
    description: 'An expression may have no value for this item.',
  });
}

/** Text that is JSON as what it stands for; other text stays text. */
function jsonOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function withoutEmpty(fields: IDataObject): IDataObject {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== '' && value !== undefined),
  );
}
