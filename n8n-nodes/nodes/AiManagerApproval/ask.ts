import {
  type IDataObject,
  type IExecuteFunctions,
  type INodeExecutionData,
  NodeOperationError,
} from 'n8n-workflow';
import { openSession } from '../shared/transport.ts';
import { type Decision, outputsOf, placeOf } from './decision.ts';

const UNIT_MS: Record<string, number> = { minutes: 60_000, hours: 3_600_000, days: 86_400_000 };
/** n8n goes on by itself so much later than the API says that the time is over. */
const GRACE_MS = 10 * 60_000;

/**
 * Asks once for all input items and puts the execution to sleep. Run again for the same execution, as by Retry
 * On Fail, it finds the question that it asked already.
 */
export async function ask(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
  if (context.isToolExecution()) {
    throw new NodeOperationError(context.getNode(), 'An agent cannot wait for a decision', {
      description: 'Place this node in the workflow itself, before or after the agent.',
    });
  }
  const executionId = context.getExecutionId();
  const workflowId = context.getWorkflow().id ?? '';
  const place = placeOf(context.getInstanceId(), workflowId, executionId, context.getNode().id);
  const reference = `${place}${context.getWorkflowDataProxy(0).$runIndex}`;
  const expiresAt = new Date(Date.now() + waitOf(context)).toISOString();
  const callbackUrl = context.evaluateExpression('{{ $execution.resumeUrl }}', 0) as string;
  const { body } = await openSession(context).send(
    {
      method: 'POST',
      path: '/decisions',
      body: { ...questionOf(context), expiresAt, reference, callbackUrl },
    },
    0,
  );
  const decision = body as unknown as Decision;
  if (decision.status !== 'pending') return outputsOf(decision);
  await context.putExecutionToWait(new Date(new Date(decision.expiresAt).getTime() + GRACE_MS));
  return [context.getInputData(), [], []];
}

function questionOf(context: IExecuteFunctions): IDataObject {
  const text = (name: string) => (context.getNodeParameter(name, 0, '') as string).trim();
  const { facts = [] } = context.getNodeParameter('details', 0, {}) as {
    facts?: { name: string; value: string | number | boolean }[];
  };
  const options = context.getNodeParameter('options', 0, {}) as IDataObject;
  const message = text('message');
  const approvers = text('approvers');
  return {
    title: text('title'),
    ...(message ? { message } : {}),
    ...(approvers ? { approvers } : {}),
    ...(facts.length > 0
      ? { details: Object.fromEntries(facts.map(({ name, value }) => [name, value])) }
      : {}),
    ...options,
  };
}

function waitOf(context: IExecuteFunctions): number {
  const amount = Number(context.getNodeParameter('waitAmount', 0, 3));
  const unit = context.getNodeParameter('waitUnit', 0, 'days') as string;
  const milliseconds = amount * (UNIT_MS[unit] ?? Number.NaN);
  if (milliseconds > 0) return milliseconds;
  throw new NodeOperationError(context.getNode(), 'Wait at Most must be more than 0', { itemIndex: 0 });
}
