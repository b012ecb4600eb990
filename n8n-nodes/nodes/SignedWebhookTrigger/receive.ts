import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { rememberDelivery } from '../shared/deliveries.ts';
import { acknowledge, headerOf, rawBodyOf, refuse } from '../shared/webhook-answer.ts';
import type { CustomScheme } from './custom-scheme.ts';
import type { Incoming } from './incoming.ts';
import { normalise, parsePayload } from './normalise.ts';
import { isSigned, type Provider } from './schemes.ts';

const SECRET_CREDENTIAL = 'webhookSigningSecretApi';

interface Options {
  tolerance?: number;
  ignoreDuplicates?: boolean;
  events?: string;
}

/**
 * Takes one delivery. What is not signed by a secret of the credential is answered 401, whatever is wrong with
 * it. A repeated delivery is acknowledged without running the workflow.
 */
export async function receive(context: IWebhookFunctions): Promise<IWebhookResponseData> {
  const rawBody = rawBodyOf(context);
  const provider = context.getNodeParameter('provider') as Provider;
  const options = context.getNodeParameter('options', {}) as Options;
  const custom = provider === 'custom' ? customScheme(context) : ({} as CustomScheme);
  if (rawBody === undefined) return refuse(context, 401, 'Unauthorized');
  const incoming: Incoming = {
    header: (name) => headerOf(context, name),
    rawBody,
    now: Date.now() / 1000,
    tolerance: options.tolerance ?? 300,
  };
  if (!isSigned(provider, await secretsOf(context), incoming, custom)) {
    return refuse(context, 401, 'Unauthorized');
  }
  const payload = parsePayload(rawBody, headerOf(context, 'content-type') ?? '');
  if (!payload) return refuse(context, 400, 'Bad Request');
  if (provider === 'slack' && payload.type === 'url_verification') {
    return acknowledge(context, { challenge: payload.challenge as string });
  }
  const delivery = normalise(provider, incoming, payload, custom);
  if (!isWanted(delivery.event, options.events)) return acknowledge(context, { ignored: true });
  const isNew = rememberDelivery(context.getWorkflowStaticData('node'), delivery.deliveryId);
  if (!isNew && options.ignoreDuplicates !== false) return acknowledge(context, { duplicate: true });
  return { ...acknowledge(context), workflowData: [[{ json: delivery as IDataObject }]] };
}

/** `push, pull_request.*`: a name, or the beginning of names before `*`. Empty wants everything. */
function isWanted(event: string, wanted = ''): boolean {
  const patterns = wanted
    .split(',')
    .map((pattern) => pattern.trim())
    .filter((pattern) => pattern !== '');
  if (patterns.length === 0) return true;
  return patterns.some((pattern) =>
    pattern.endsWith('*') ? event.startsWith(pattern.slice(0, -1)) : event === pattern,
  );
}

/** None when there is no credential: nothing is then signed. */
async function secretsOf(context: IWebhookFunctions): Promise<string[]> {
  try {
    const { secret, previousSecret } = await context.getCredentials<{
      secret?: string;
      previousSecret?: string;
    }>(SECRET_CREDENTIAL);
    return [secret, previousSecret].filter((one) => typeof one === 'string' && one !== '') as string[];
  } catch {
    return [];
  }
}

function customScheme(context: IWebhookFunctions): CustomScheme {
  const parameter = (name: string) => context.getNodeParameter(name, '') as string;
  return {
    signatureHeader: parameter('signatureHeader'),
    algorithm: parameter('algorithm') as CustomScheme['algorithm'],
    encoding: parameter('encoding') as CustomScheme['encoding'],
    prefix: parameter('prefix'),
    signedContent: parameter('signedContent'),
    timestampHeader: parameter('timestampHeader'),
    idHeader: parameter('idHeader'),
    eventHeader: parameter('eventHeader'),
    secretEncoding: parameter('secretEncoding') as CustomScheme['secretEncoding'],
  };
}
