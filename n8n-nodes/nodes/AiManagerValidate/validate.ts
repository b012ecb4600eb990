import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { idempotencyKeys } from '../shared/idempotency-key.ts';
import { errorDetails, nodeError } from '../shared/problem.ts';
import { type ApiSession, openSession } from '../shared/transport.ts';

/** A verdict as the API answers it; the parts that matter here. */
interface Verdict extends IDataObject {
  status: 'passed' | 'failed' | 'unsure';
  output: string | null;
}

/** A rubric may ask a model. */
const TIMEOUT_MS = 120_000;

/**
 * Judges the text of every item. An item that may be used goes on by the first output, any other by the second; each
 * carries its verdict as `validation`.
 */
export async function validate(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
  const session = openSession(context);
  const keyOf = idempotencyKeys(context);
  const passed: INodeExecutionData[] = [];
  const failed: INodeExecutionData[] = [];
  for (const [itemIndex, item] of context.getInputData().entries()) {
    try {
      const body = questionOf(context, itemIndex);
      const verdict = await ask(session, body, keyOf(itemIndex), itemIndex);
      const isUsable = body.action === 'noop' ? verdict.status === 'passed' : verdict.output !== null;
      const json = { ...item.json, validation: verdict };
      (isUsable ? passed : failed).push({ ...item, json, pairedItem: { item: itemIndex } });
    } catch (error) {
      if (!context.continueOnFail()) throw nodeError(context.getNode(), error, itemIndex);
      failed.push({ json: errorDetails(error), pairedItem: { item: itemIndex } });
    }
  }
  return [passed, failed];
}

async function ask(session: ApiSession, body: IDataObject, key: string, itemIndex: number): Promise<Verdict> {
  const headers = { 'Idempotency-Key': key };
  const request = { method: 'POST', path: '/validations', body, headers, timeoutMs: TIMEOUT_MS } as const;
  return (await session.send(request, itemIndex)).body as Verdict;
}

function questionOf(context: IExecuteFunctions, itemIndex: number): IDataObject {
  const { approvers = '', ...options } = context.getNodeParameter('options', itemIndex, {}) as {
    [name: string]: string | number;
    approvers?: string;
  };
  const given = Object.entries(options).filter(([, value]) => value !== '');
  const people = approvers.split(/[,;\s]+/).filter((address) => address !== '');
  return {
    ruleSet: context.getNodeParameter('ruleSet', itemIndex) as string,
    text: String(context.getNodeParameter('text', itemIndex, '')),
    action: context.getNodeParameter('action', itemIndex, 'exception') as string,
    ...Object.fromEntries(given),
    ...(people.length > 0 ? { approvers: people } : {}),
  };
}
