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
 */
export async function receive(context: IWebhookFunctions): Promise<IWebhookResponseData> {
  const { rawBody } = context.getRequestObject();
  const { secret } = context.getWorkflowStaticData('node') as Subscription;
  const id = header(context, 'webhook-id');
  const signed =
    Buffer.isBuffer(rawBody) &&
    isSignedBy(
      secret,
      {
        id,
        timestamp: header(context, 'webhook-timestamp'),
        signature: header(context, 'webhook-signature'),
        rawBody,
      },
      Date.now() / 1000,
    );
  if (!signed || id === undefined) return refuse(context, 401, 'Unauthorized');
  const event = parseEvent(rawBody);
  if (!event) return refuse(context, 400, 'Bad Request');
  if (!chosen(context, event)) return { webhookResponse: { received: true, ignored: true } };
  if (!rememberDelivery(context.getWorkflowStaticData('node'), id)) {
    return { webhookResponse: { received: true, duplicate: true } };
  }
  const { type, timestamp, data } = event;
  const items = [{ json: { type, timestamp, data, deliveryId: id } }];
  return { webhookResponse: { received: true }, workflowData: [items] };
}

function chosen(context: IWebhookFunctions, event: Event): boolean {
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

function refuse(context: IWebhookFunctions, status: number, title: string): IWebhookResponseData {
  context
    .getResponseObject()
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title, status }));
  return { noWebhookResponse: true };
}
