import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { rememberDelivery } from './deliveries.ts';
import { isSignedBy } from './signature.ts';
import type { Subscription } from './subscription.ts';

interface Event {
  type: string;
  timestamp: string;
  data: IDataObject;
}

/**
 * Takes one delivery. Only the bytes that arrived are verified and read. A delivery that is not ours is
 * answered 401 and nothing more; one that came before, or whose event is not chosen, is acknowledged
 * without running the workflow.
 *
 * The node answers by itself, before n8n starts the workflow: n8n stores changed static data when the
 * answer is given, and forgets that it changed once the workflow runs (n8n 2.41).
 */
export async function receive(context: IWebhookFunctions): Promise<IWebhookResponseData> {
  const { rawBody } = context.getRequestObject();
  const { secret } = context.getWorkflowStaticData('node') as Subscription;
  const id = header(context, 'webhook-id');
  const timestamp = header(context, 'webhook-timestamp');
  const signature = header(context, 'webhook-signature');
  const signed =
    Buffer.isBuffer(rawBody) && isSignedBy(secret, { id, timestamp, signature, rawBody }, Date.now() / 1000);
  if (!signed || id === undefined) return refuse(context, 401, 'Unauthorized');
  const event = parseEvent(rawBody);
  if (!event) return refuse(context, 400, 'Bad Request');
  if (!isChosen(context, event)) return acknowledge(context, { ignored: true });
  if (!rememberDelivery(context.getWorkflowStaticData('node'), id)) {
    return acknowledge(context, { duplicate: true });
  }
  const json = { type: event.type, timestamp: event.timestamp, data: event.data, deliveryId: id };
  return { ...acknowledge(context), workflowData: [[{ json }]] };
}

function isChosen(context: IWebhookFunctions, event: Event): boolean {
  return (context.getNodeParameter('events', []) as string[]).includes(event.type);
}

function header(context: IWebhookFunctions, name: string): string | undefined {
  const value = context.getHeaderData()[name];
  return typeof value === 'string' ? value : undefined;
}

function parseEvent(rawBody: Buffer): Event | undefined {
  try {
    const { type, timestamp, data } = JSON.parse(rawBody.toString('utf8')) as Partial<Event>;
    if (typeof type !== 'string' || typeof data !== 'object' || data === null) return undefined;
    return { type, timestamp: String(timestamp ?? ''), data };
  } catch {
    return undefined;
  }
}

function acknowledge(context: IWebhookFunctions, why: IDataObject = {}): IWebhookResponseData {
  context
    .getResponseObject()
    .status(200)
    .json({ received: true, ...why });
  return { noWebhookResponse: true };
}

function refuse(context: IWebhookFunctions, status: number, title: string): IWebhookResponseData {
  context
    .getResponseObject()
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title, status }));
  return { noWebhookResponse: true };
}
