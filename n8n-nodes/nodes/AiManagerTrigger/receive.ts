import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { rememberDelivery } from '../shared/deliveries.ts';
import { isSignedBy } from '../shared/standard-webhooks.ts';
import { acknowledge, headerOf, rawBodyOf, refuse } from '../shared/webhook-answer.ts';
import { type EventFilter, passes } from './filters.ts';
import type { Subscription } from './subscription.ts';

interface Event {
  type: string;
  timestamp: string;
  data: IDataObject;
  /** Made up, for a test in the editor. */
  sample?: true;
}

/**
 * Takes one delivery. Only the bytes that arrived are verified and read. A delivery that is not ours is
 * answered 401 and nothing more; one that came before, or whose event is not wanted, is acknowledged
 * without running the workflow.
 */
export async function receive(context: IWebhookFunctions): Promise<IWebhookResponseData> {
  const rawBody = rawBodyOf(context);
  const { secret } = context.getWorkflowStaticData('node') as Subscription;
  const id = headerOf(context, 'webhook-id');
  const timestamp = headerOf(context, 'webhook-timestamp');
  const signature = headerOf(context, 'webhook-signature');
  const signed =
    rawBody !== undefined && isSignedBy(secret, { id, timestamp, signature, rawBody }, Date.now() / 1000);
  if (!signed || id === undefined) return refuse(context, 401, 'Unauthorized');
  const event = parseEvent(rawBody);
  if (!event) return refuse(context, 400, 'Bad Request');
  const wanted = context.getMode() === 'manual' ? (sampleIn(event) ?? event) : event;
  if (!isWanted(context, wanted)) return acknowledge(context, { ignored: true });
  if (!rememberDelivery(context.getWorkflowStaticData('node'), id)) {
    return acknowledge(context, { duplicate: true });
  }
  return { ...acknowledge(context), workflowData: [[{ json: { ...wanted, deliveryId: id } }]] };
}

/** A sample passes whatever the filters say: it is there to show what comes. */
function isWanted(context: IWebhookFunctions, event: Event): boolean {
  const events = context.getNodeParameter('events', []) as string[];
  if (!events.includes(event.type)) return false;
  const { conditions = [] } = context.getNodeParameter('filters', {}) as { conditions?: EventFilter[] };
  return event.sample === true || passes(event.data, conditions);
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

function sampleIn({ type, timestamp, data }: Event): Event | undefined {
  const sample = data.sample as Partial<Event> | undefined;
  if (type !== 'endpoint.test' || typeof sample?.type !== 'string' || !sample.data) return undefined;
  return { type: sample.type, timestamp, data: sample.data, sample: true };
}
