import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { openSession } from '../shared/transport.ts';
import { acknowledge, refuse } from '../shared/webhook-answer.ts';
import { type Decision, outputsOf, placeOf } from './decision.ts';

/**
 * Goes on with a decision. The call only says that there may be one: what was decided is asked of the API, and
 * it has to be the decision that this very execution waits for.
 */
export async function resume(context: IWebhookFunctions): Promise<IWebhookResponseData> {
  const { decisionId } = context.getBodyData() as { decisionId?: unknown };
  if (typeof decisionId !== 'string') return refuse(context, 400, 'Bad Request');
  const decision = await readDecision(context, decisionId);
  const executionId = context.getExecutionId();
  const workflowId = context.getWorkflow().id ?? '';
  const place = placeOf(context.getInstanceId(), workflowId, executionId, context.getNode().id);
  if (!decision?.reference?.startsWith(place)) return refuse(context, 404, 'Not Found');
  if (decision.status === 'pending') return refuse(context, 409, 'Conflict');
  return { ...acknowledge(context), workflowData: outputsOf(decision) };
}

async function readDecision(context: IWebhookFunctions, id: string): Promise<Decision | undefined> {
  const path = `/decisions/${encodeURIComponent(id)}`;
  const { status, body } = await openSession(context).send({ method: 'GET', path, accept: [404, 422] });
  return status < 300 ? (body as unknown as Decision) : undefined;
}
