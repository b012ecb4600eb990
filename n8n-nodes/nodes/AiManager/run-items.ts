import {
  type IDataObject,
  type IExecuteFunctions,
  type INodeExecutionData,
  NodeOperationError,
  sleep,
} from 'n8n-workflow';
import { idempotencyKeys } from '../shared/idempotency-key.ts';
import { errorDetails, nodeError } from '../shared/problem.ts';
import { type ApiAnswer, type ApiSession, openSession } from '../shared/transport.ts';
import { sendBatch } from './batches.ts';
import { buildRequest } from './build-request.ts';
import { filesOfItem, takesFiles } from './file-values.ts';
import { filesOf } from './files.ts';
import { findOperation, type ManifestOperation } from './manifest.ts';
import { readPages } from './pages.ts';
import { parameterReader, type ReadParameter } from './parameters.ts';
import { rowsFrom, rowsOfItems, tablesOfFiles } from './tables.ts';

const READS_AT_ONCE = 10;
const READS_IN_A_BATCH = 50;
const MAX_BATCH_SIZE = 100;
const BATCHES_AT_ONCE = 2;

/** What is the same for all items. */
interface Work {
  context: IExecuteFunctions;
  read: ReadParameter;
  session: ApiSession;
  op: ManifestOperation;
  fromFiles: boolean;
  timeout: { timeoutMs?: number };
  keyOf: (itemIndex: number) => string;
}

/**
 * Runs the chosen operation once for every input item, or once for all of them where they are the rows of a
 * table. Output is in the order of the input, each item paired with what it came from. With "On Error:
 * Continue" a failed item becomes `{error, details: {code, status, errors}}` and the others go on; otherwise
 * no item begins after one that failed.
 */
export async function runItems(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
  const items = context.getInputData();
  if (items.length === 0) return [];
  const op = chosenOperation(context);
  const source = rowsFrom(context, op);
  const work: Work = {
    context,
    read: parameterReader(context),
    session: openSession(context),
    op,
    fromFiles: source === 'files',
    timeout: timeoutOf(context),
    keyOf: idempotencyKeys(context),
  };
  if (source === 'items') return await runRows(work, items.length);
  const { batchSize, batchInterval } = batchingOf(context, op);
  const width = batchInterval > 0 ? batchSize : items.length;
  const output: INodeExecutionData[] = [];
  for (let first = 0; first < items.length; first += width) {
    if (first > 0) await sleep(batchInterval);
    const last = Math.min(first + width, items.length);
    const outcomes = await runSome(work, first, last, batchSize);
    for (const [index, outcome] of outcomes.entries())
      output.push(...settled(context, outcome, first + index));
  }
  return output;
}

type Outcome = PromiseSettledResult<INodeExecutionData[]>;

/**
 * Runs the items from `first` to before `last`, so many at the same time or in one request, each place taken again
 * as soon as it is free. After a failure none begins any more, unless the node goes on in spite of errors.
 */
async function runSome(work: Work, first: number, last: number, batchSize: number): Promise<Outcome[]> {
  const isBatched = work.op.batched === true && batchSize > 1 && last - first > 1;
  const size = isBatched ? Math.min(batchSize, MAX_BATCH_SIZE) : 1;
  const outcomes: Outcome[] = [];
  const goesOn = work.context.continueOnFail();
  let next = first;
  let failed = false;
  const place = async () => {
    while (next < last && (goesOn || !failed)) {
      const indexes = Array.from({ length: Math.min(size, last - next) }, (_, offset) => next + offset);
      next += indexes.length;
      const done = isBatched ? await runBatch(work, indexes) : await runEach(work, indexes);
      for (const [at, outcome] of done.entries()) outcomes[(indexes[at] as number) - first] = outcome;
      failed ||= done.some(({ status }) => status === 'rejected');
    }
  };
  await Promise.all(Array.from({ length: isBatched ? BATCHES_AT_ONCE : batchSize }, place));
  return outcomes;
}

function runEach(work: Work, indexes: number[]): Promise<Outcome[]> {
  return Promise.allSettled(indexes.map(async (index) => await runItem(work, index)));
}

/** Reads of several items in one request; each on its own where the API takes no batch of them. */
async function runBatch(work: Work, indexes: number[]): Promise<Outcome[]> {
  const { context, session, op, timeout } = work;
  const [first = 0] = indexes;
  const built = await Promise.allSettled(
    indexes.map(async (index) => ({
      read: { operation: op.id, input: buildRequest(context, work.read, op, index).input },
      headers: headersOf(work, index),
    })),
  );
  const ready = built.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const headers = ready[0]?.headers ?? {};
  const isForOne = ready.every((one) => JSON.stringify(one.headers) === JSON.stringify(headers));
  if (!isForOne) return await runEach(work, indexes);
  const reads = ready.map(({ read }) => read);
  const answers = reads.length > 0 ? await sendBatch(session, reads, { headers, ...timeout }, first) : [];
  if (!answers) return await runEach(work, indexes);
  const left = [...answers];
  return await Promise.allSettled(
    built.map(async (one, at) => {
      if (one.status === 'rejected') throw one.reason;
      const itemIndex = indexes[at] as number;
      const { body } = await session.check(left.shift() as ApiAnswer, itemIndex);
      return outputOf(work, body, itemIndex);
    }),
  );
}

function settled(
  context: IExecuteFunctions,
  outcome: PromiseSettledResult<INodeExecutionData[]>,
  itemIndex: number,
): INodeExecutionData[] {
  if (outcome.status === 'fulfilled') return outcome.value;
  if (!context.continueOnFail()) throw nodeError(context.getNode(), outcome.reason, itemIndex);
  return [{ json: errorDetails(outcome.reason), pairedItem: { item: itemIndex } }];
}

/** One request for all items; what comes of it is paired with every one of them. */
async function runRows(work: Work, count: number): Promise<INodeExecutionData[]> {
  const { context, op } = work;
  const pairedItem = Array.from({ length: count }, (_, item) => ({ item }));
  const outcome = Promise.resolve().then(() => runOne(work, 0, rowsOfItems(context, op)));
  const [result] = await Promise.allSettled([outcome]);
  return settled(context, result, 0).map((item) => ({ ...item, pairedItem }));
}

async function runItem(work: Work, itemIndex: number): Promise<INodeExecutionData[]> {
  const { context, read, op } = work;
  const tables = work.fromFiles ? await tablesOfFiles(context, itemIndex) : {};
  const files = takesFiles(op) ? await filesOfItem(context, read, op, itemIndex) : {};
  return await runOne(work, itemIndex, { ...tables, ...files });
}

async function runOne(
  work: Work,
  itemIndex: number,
  tables: Record<string, unknown>,
): Promise<INodeExecutionData[]> {
  const { context, session, read, op, timeout } = work;
  const built = buildRequest(context, read, op, itemIndex, tables);
  const request = { ...built.request, ...timeout, headers: headersOf(work, itemIndex) };
  const pairedItem = { item: itemIndex };
  if (op.list) {
    const rows = await readPages(context, session, request, limitOf(work, itemIndex), itemIndex);
    return simplify(work, rows, itemIndex).map((json) => ({ json, pairedItem }));
  }
  const { status, body } = await session.send(request, itemIndex);
  const wantsFiles = op.files.length > 0 && read('downloadFiles', itemIndex, false);
  if (!wantsFiles) return outputOf(work, status === 204 ? { success: true } : body, itemIndex);
  const json = ([body].flat()[0] ?? {}) as IDataObject;
  const binary = await filesOf(context, op, json, timeout.timeoutMs, itemIndex);
  return [{ json, binary, pairedItem }];
}

function outputOf(work: Work, body: unknown, itemIndex: number): INodeExecutionData[] {
  const rows = [body].flat() as IDataObject[];
  return simplify(work, rows, itemIndex).map((json) => ({ json, pairedItem: { item: itemIndex } }));
}

function headersOf({ op, read, keyOf }: Work, itemIndex: number): IDataObject {
  const { actingFor = '', idempotencyKey = '' } = read('options', itemIndex, {}) as {
    actingFor?: string;
    idempotencyKey?: string;
  };
  return {
    ...(op.idempotent ? { 'Idempotency-Key': idempotencyKey || keyOf(itemIndex) } : {}),
    ...(actingFor === '' ? {} : { 'AI-Manager-Acting-For': actingFor }),
  };
}

function chosenOperation(context: IExecuteFunctions): ManifestOperation {
  const resource = context.getNodeParameter('resource', 0) as string;
  const operation = context.getNodeParameter('operation', 0) as string;
  const found = findOperation(resource, operation);
  if (found) return found;
  throw new NodeOperationError(
    context.getNode(),
    `This version of the node does not support the operation ${resource}.${operation}`,
    {
      itemIndex: 0,
      description:
        'Choose the operation again, or install the version of the node that the workflow was created with.',
    },
  );
}

function batchingOf(
  context: IExecuteFunctions,
  op: ManifestOperation,
): { batchSize: number; batchInterval: number } {
  const options = context.getNodeParameter('options', 0, {}) as {
    batchSize?: number;
    batchInterval?: number;
  };
  const batchSize = options.batchSize ?? defaultBatch(op);
  return { batchSize: Math.max(1, Math.floor(batchSize)), batchInterval: options.batchInterval ?? 0 };
}

function defaultBatch(op: ManifestOperation): number {
  if (op.batched) return READS_IN_A_BATCH;
  return op.method === 'GET' ? READS_AT_ONCE : 1;
}

function timeoutOf(context: IExecuteFunctions): { timeoutMs?: number } {
  const { timeout } = context.getNodeParameter('options', 0, {}) as { timeout?: number };
  return timeout !== undefined && timeout > 0 ? { timeoutMs: timeout } : {};
}

function limitOf({ context, read }: Work, itemIndex: number): number {
  if (read('returnAll', itemIndex, false)) return Number.POSITIVE_INFINITY;
  const limit = Number(read('limit', itemIndex, 50));
  if (Number.isInteger(limit) && limit > 0) return limit;
  throw new NodeOperationError(context.getNode(), 'Limit must be a whole number above 0', { itemIndex });
}

function simplify({ op, read }: Work, rows: IDataObject[], itemIndex: number): IDataObject[] {
  if (op.simplified.length === 0 || !read('simplify', itemIndex, true)) return rows;
  return rows.map((row) =>
    Object.fromEntries(op.simplified.filter((key) => key in row).map((key) => [key, row[key]])),
  );
}
