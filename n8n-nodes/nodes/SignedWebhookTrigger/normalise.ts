import { createHash } from 'node:crypto';
import type { IDataObject } from 'n8n-workflow';
import type { CustomScheme } from './custom-scheme.ts';
import { type Incoming, secondsOf } from './incoming.ts';
import type { Provider } from './schemes.ts';

/** A delivery as every provider's looks here. */
export interface NormalisedDelivery extends IDataObject {
  provider: Provider;
  /** What happened, as the provider calls it, such as `pull_request.opened` or `invoice.paid`. */
  event: string;
  /** The provider's id of the event, the same in every delivery of it; null where it has none. */
  id: string | null;
  /** Names this delivery, the same when it is repeated. */
  deliveryId: string;
  /** When it was sent, ISO 8601; null where the provider signs no time. */
  timestamp: string | null;
  payload: IDataObject;
}

/** Reads a delivery that was verified. */
export function normalise(
  provider: Provider,
  incoming: Incoming,
  payload: IDataObject,
  custom: CustomScheme,
): NormalisedDelivery {
  const { header, rawBody } = incoming;
  const { event, id, deliveryId, time } = READERS[provider](header, payload, custom);
  return {
    provider,
    event: event ?? 'unknown',
    id: id ?? null,
    deliveryId: deliveryId ?? id ?? createHash('sha256').update(rawBody).digest('hex'),
    timestamp: isoOf(time),
    payload,
  };
}

interface Read {
  event?: string | undefined;
  id?: string | undefined;
  deliveryId?: string | undefined;
  /** As the provider writes it. */
  time?: string | undefined;
}

function isoOf(time: string | undefined): string | null {
  const seconds = time === undefined ? null : secondsOf(time);
  return seconds === null ? null : new Date(seconds * 1000).toISOString();
}

type Reader = (header: Incoming['header'], payload: IDataObject, custom: CustomScheme) => Read;

const READERS: Record<Provider, Reader> = {
  github: (header, payload) => ({
    event: [header('x-github-event'), text(payload.action)].filter(Boolean).join('.'),
    id: header('x-github-delivery'),
  }),
  gitlab: readGitLab,
  gitlabToken: readGitLab,
  slack: (header, payload) => ({
    event:
      text((payload.event as IDataObject | undefined)?.type) ?? text(payload.command) ?? text(payload.type),
    id: text(payload.event_id) ?? text(payload.trigger_id),
    time: header('x-slack-request-timestamp'),
  }),
  standard: (header, payload) => ({
    event: text(payload.type),
    id: header('webhook-id'),
    time: header('webhook-timestamp'),
  }),
  stripe: (header, payload) => ({
    event: text(payload.type),
    id: text(payload.id),
    time: /(?:^|,)t=(\d+)/.exec(header('stripe-signature') ?? '')?.[1],
  }),
  custom: (header, payload, { eventHeader, idHeader, timestampHeader }) => ({
    event: (eventHeader ? header(eventHeader) : undefined) ?? text(payload.type) ?? text(payload.event),
    id: (idHeader ? header(idHeader) : undefined) ?? text(payload.id),
    time: timestampHeader ? header(timestampHeader) : undefined,
  }),
};

function readGitLab(header: Incoming['header'], payload: IDataObject): Read {
  const attributes = payload.object_attributes as IDataObject | undefined;
  const kind = text(payload.object_kind) ?? text(payload.event_name) ?? header('x-gitlab-event');
  return {
    event: [kind, text(attributes?.action)].filter(Boolean).join('.'),
    id: header('x-gitlab-event-uuid'),
    deliveryId: header('webhook-id') ?? header('idempotency-key'),
    time: header('webhook-timestamp'),
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** JSON, or the fields of a form; Slack puts JSON into the field `payload`. Other text is `{text}`. */
export function parsePayload(rawBody: Buffer, contentType: string): IDataObject | undefined {
  const body = rawBody.toString('utf8');
  if (/^application\/x-www-form-urlencoded/i.test(contentType)) {
    const fields = Object.fromEntries(new URLSearchParams(body));
    return fields.payload === undefined ? fields : parseObject(fields.payload);
  }
  if (/^text\/plain/i.test(contentType)) return { text: body };
  return parseObject(body);
}

function parseObject(text: string): IDataObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return { items: value as IDataObject[] };
    return typeof value === 'object' && value !== null ? (value as IDataObject) : undefined;
  } catch {
    return undefined;
  }
}
