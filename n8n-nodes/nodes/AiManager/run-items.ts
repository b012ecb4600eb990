import {
  type IDataObject,
  type IExecuteFunctions,
  type INodeExecutionData,
  NodeApiError,
  type NodeError,
  NodeOperationError,
} from 'n8n-workflow';
import { errorDetails } from '../shared/problem.ts';
import { type ApiSession, openSession } from '../shared/transport.ts';
import { buildRequest } from './build-request.ts';
import { idempotencyKeys } from './idempotency-key.ts';
import { findOperation, type ManifestOperation } from './manifest.ts';
import { readPages } from './pages.ts';

/**
 * Runs the chosen operation once for every input item, in order. Each output item is paired with the
 * input item it came from. With "On Error: Continue" a failed item becomes
 * `{error, details: {code, status, errors}}` and the others go on.
 */
export async function runItems(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
  const output: INodeExecutionData[] = [];
  const session = openSession(context);
  const keyOf = idempotencyKeys(context);
  for (let itemIndex = 0; itemIndex < context.getInputData().length; itemIndex++) {
    const pairedItem = { item: itemIndex };
    try {
      const rows = await runItem(context, session, keyOf, itemIndex);
      for (const json of rows) output.push({ json, pairedItem });
    } catch (error) {
      if (!context.continueOnFail()) throw nodeError(context, error, itemIndex);
      output.push({ json: errorDetails(error), pairedItem });
    }
  }
  return output;
}

async function runItem(
  context: IExecuteFunctions,
  session: ApiSession,
  keyOf: (itemIndex: number) => string,
  itemIndex: number,
): Promise<IDataObject[]> {
  const op = chosenOperation(context, itemIndex);
  const request = { ...buildRequest(context, op, itemIndex), ...timeoutOf(context, itemIndex) };
  if (op.list) return await readPages(context, session, request, limitOf(context, itemIndex), itemIndex);
  const headers = op.idempotent ? { 'Idempotency-Key': keyOf(itemIndex) } : {};
  const { status, body } = await session.send({ ...request, headers }, itemIndex);
  const rows = status === 204 ? [{ success: true }] : Array.isArray(body) ? body : [body];
  return simplify(context, op, rows as IDataObject[], itemIndex);
}

function chosenOperation(context: IExecuteFunctions, itemIndex: number): ManifestOperation {
  const resource = context.getNodeParameter('resource', itemIndex) as string;
  const operation = context.getNodeParameter('operation', itemIndex) as string;
  const found = findOperation(resource, operation);
  if (found) return found;
  throw new NodeOperationError(
    context.getNode(),
    `This version of the node has no operation ${resource}.${operation}`,
    {
      itemIndex,
      description:
        'Choose the operation again, or install the version of the node that the workflow was made with.',
    },
  );
}

function nodeError(context: IExecuteFunctions, error: unknown, itemIndex: number): NodeError {
  if (error instanceof NodeApiError) return error;
  return new NodeOperationError(context.getNode(), error as Error, { itemIndex });
}

function timeoutOf(context: IExecuteFunctions, itemIndex: number): { timeoutMs?: number } {
  const { timeout } = context.getNodeParameter('options', itemIndex, {}) as { timeout?: number };
  return timeout !== undefined && timeout > 0 ? { timeoutMs: timeout } : {};
}

function limitOf(context: IExecuteFunctions, itemIndex: number): number {
  if (context.getNodeParameter('returnAll', itemIndex, false)) return Number.POSITIVE_INFINITY;
  const limit = Number(context.getNodeParameter('limit', itemIndex, 50));
  if (Number.isInteger(limit) && limit > 0) return limit;
  throw new NodeOperationError(context.getNode(), 'Limit must be a whole number above 0', { itemIndex });
}

function simplify(
  context: IExecuteFunctions,
  op: ManifestOperation,
  rows: IDataObject[],
  itemIndex: number,
): IDataObject[] {
  if (op.simplified.length === 0 || !context.getNodeParameter('simplify', itemIndex, true)) return rows;
  return rows.map((row) =>
    Object.fromEntries(op.simplified.filter((key) => key in row).map((key) => [key, row[key]])),
  );
}
