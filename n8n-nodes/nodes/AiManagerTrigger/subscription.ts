import { type IDataObject, type IHookFunctions, NodeOperationError } from 'n8n-workflow';
import { isSigningSecret } from '../shared/standard-webhooks.ts';
import { type ApiSession, openSession } from '../shared/transport.ts';

const ENDPOINTS = '/webhooks/endpoints';

/** What the node keeps between activations, in the workflow's static data. */
export interface Subscription {
  endpointId?: string;
  /** Signs the deliveries; answered once, when the endpoint is created. */
  secret?: string;
}

interface Endpoint {
  id: string;
  url: string;
  events: string[];
}

/**
 * Whether the API still delivers the chosen events to this node. An endpoint that no longer fits, or
 * whose secret was lost, is removed, so that activation creates a new one.
 */
export async function isSubscribed(context: IHookFunctions): Promise<boolean> {
  const kept = subscriptionOf(context);
  if (!kept.endpointId) return false;
  const endpoint = await findEndpoint(openSession(context), kept.endpointId);
  const fits =
    endpoint !== undefined &&
    isSigningSecret(kept.secret) &&
    endpoint.url === context.getNodeWebhookUrl('default') &&
    sameMembers(endpoint.events, chosenEvents(context));
  if (!fits) await unsubscribe(context);
  return fits;
}

/**
 * Creates the endpoint and keeps its id and secret.
 *
 * @throws NodeOperationError when no event is chosen or the API gives no usable secret
 */
export async function subscribe(context: IHookFunctions): Promise<void> {
  const session = openSession(context);
  const url = context.getNodeWebhookUrl('default');
  const events = chosenEvents(context);
  if (events.length === 0) {
    throw new NodeOperationError(context.getNode(), 'Choose at least one event', { level: 'warning' });
  }
  if (url === undefined) throw new NodeOperationError(context.getNode(), 'This node has no webhook URL');
  await removeLeftovers(session, url);
  const { body } = await session.send({ method: 'POST', path: ENDPOINTS, body: { url, events } });
  const { id, secret } = body as { id?: unknown; secret?: unknown };
  if (typeof id === 'string') keep(context, { endpointId: id });
  if (typeof id !== 'string' || !isSigningSecret(secret)) {
    if (typeof id === 'string') await unsubscribe(context);
    throw new NodeOperationError(context.getNode(), 'The API returned no secret to verify deliveries with');
  }
  keep(context, { endpointId: id, secret });
  if (context.getActivationMode() === 'manual') await sendSample(context, session, id, events);
}

/** Asks for a made-up event. Real ones start the test too, so an API that cannot send one is no failure. */
async function sendSample(
  context: IHookFunctions,
  session: ApiSession,
  id: string,
  [event]: string[],
): Promise<void> {
  if (!context.getNodeParameter('sample', true)) return;
  const body = { event: event as string };
  await session.send({ method: 'POST', path: `${pathOf(id)}/test`, body }).catch(() => {});
}

/** Removes the endpoint; one that is gone already counts as removed. */
export async function unsubscribe(context: IHookFunctions): Promise<void> {
  const { endpointId } = subscriptionOf(context);
  if (endpointId) await removeEndpoint(openSession(context), endpointId);
  const data = context.getWorkflowStaticData('node');
  delete data.endpointId;
  delete data.secret;
}

function subscriptionOf(context: IHookFunctions): Subscription {
  return context.getWorkflowStaticData('node') as Subscription;
}

function keep(context: IHookFunctions, subscription: Subscription): void {
  Object.assign(context.getWorkflowStaticData('node'), subscription);
}

function chosenEvents(context: IHookFunctions): string[] {
  return context.getNodeParameter('events', []) as string[];
}

async function findEndpoint(session: ApiSession, id: string): Promise<Endpoint | undefined> {
  const { status, body } = await session.send({ method: 'GET', path: pathOf(id), accept: [404] });
  return status === 404 ? undefined : (body as Endpoint);
}

async function removeEndpoint(session: ApiSession, id: string): Promise<void> {
  await session.send({ method: 'DELETE', path: pathOf(id), accept: [404] });
}

/**
 * Removes endpoints with this node's URL whose id n8n does not know any more, as after a restored or
 * emptied n8n database. They would be delivered to this node in vain, each event again and again.
 */
async function removeLeftovers(session: ApiSession, url: string): Promise<void> {
  const leftovers: string[] = [];
  let query: IDataObject = {};
  do {
    const { body } = await session.send({ method: 'GET', path: ENDPOINTS, query });
    const page = body as { items?: Endpoint[]; nextCursor?: string | null };
    leftovers.push(...(page.items ?? []).filter((endpoint) => endpoint.url === url).map(({ id }) => id));
    query = page.nextCursor ? { cursor: page.nextCursor } : {};
  } while (query.cursor !== undefined);
  for (const id of leftovers) await removeEndpoint(session, id);
}

function pathOf(id: string): string {
  return `${ENDPOINTS}/${encodeURIComponent(id)}`;
}

function sameMembers(a: string[], b: string[]): boolean {
  return a.length === b.length && [...a].sort().join('\n') === [...b].sort().join('\n');
}
