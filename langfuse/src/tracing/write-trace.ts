import { createHash } from 'node:crypto';
import {
  createObservationAttributes,
  createTraceAttributes,
  type LangfuseGenerationAttributes,
} from '@langfuse/tracing';
import { type Attributes, context, type Span, type Tracer, trace as traces } from '@opentelemetry/api';
import type { IdGenerator } from '@opentelemetry/sdk-trace-base';
import type { SpanRecord, TraceRecord } from './record.ts';

/** Hands out the ids that were asked for, so that a trace that is written again is the same trace. */
export interface PinnedIds extends IdGenerator {
  next: { traceId: string; spanId: string };
}

export function pinnedIds(): PinnedIds {
  const ids: PinnedIds = {
    next: { traceId: '', spanId: '' },
    generateTraceId: () => ids.next.traceId,
    generateSpanId: () => ids.next.spanId,
  };
  return ids;
}

export interface WriteOptions {
  tracer: Tracer;
  ids: PinnedIds;
  mask: (text: string) => string;
  /** Longest input or output, in characters. */
  longest: number;
}

/** Longest name, tag or id that Langfuse takes, in characters. */
const MAX_NAME_LENGTH = 200;

/** Makes the spans of a trace that is over. Nothing of it leaves unmasked: not names, tags or ids either. */
export function writeTrace(record: TraceRecord, options: WriteOptions): void {
  const { tracer, ids, mask } = options;
  const short = (text: string) => mask(text).slice(0, MAX_NAME_LENGTH);
  const shared: Attributes = {
    'langfuse.trace.name': short(record.name),
    ...(record.person ? { 'user.id': short(record.person) } : {}),
    ...(record.sessionId ? { 'session.id': short(record.sessionId) } : {}),
    'langfuse.trace.tags': record.tags.map(short),
  };
  const attributesOf = (type: SpanRecord['type'], given: LangfuseGenerationAttributes): Attributes =>
    maskAll({ ...createObservationAttributes(type as 'generation', given), ...shared }, options);

  ids.next = { traceId: record.id, spanId: spanIdOf(record.id, 'root') };
  const root = tracer.startSpan(short(record.name), {
    root: true,
    startTime: record.startedAt,
    attributes: {
      ...attributesOf('chain', { metadata: record.metadata, input: record.input, output: record.output }),
      ...maskAll(createTraceAttributes({ input: record.input, output: record.output }), options),
    },
  });
  const inside = traces.setSpan(context.active(), root);
  for (const span of record.spans) {
    ids.next = { traceId: record.id, spanId: spanIdOf(record.id, span.key) };
    const child: Span = tracer.startSpan(
      short(span.name),
      { startTime: span.startedAt, attributes: attributesOf(span.type, detailsOf(span)) },
      inside,
    );
    child.end(span.endedAt);
  }
  // The last to end: what follows an ended parent would count as a root.
  root.end(record.endedAt);
}

/** 16 hex digits, never all zero. */
function spanIdOf(traceId: string, key: string): string {
  const digits = createHash('sha256').update(`${traceId}:${key}`).digest('hex').slice(0, 16);
  return /[1-9a-f]/.test(digits) ? digits : '0000000000000001';
}

function detailsOf(span: SpanRecord): LangfuseGenerationAttributes {
  const { input, output, metadata = {}, error, model, usage, costMicros, prompt } = span;
  return {
    input,
    output,
    metadata,
    ...(error ? { level: 'ERROR', statusMessage: error } : {}),
    ...(model ? { model } : {}),
    ...(usage && { usageDetails: usageDetails(usage) }),
    ...(costMicros === null || costMicros === undefined
      ? {}
      : { costDetails: { total: costMicros / 1_000_000 } }),
    ...(prompt && { prompt: { ...prompt, isFallback: false } }),
  };
}

/** Langfuse adds the parts up, so that what was cached must not count twice. */
function usageDetails({ tokensIn, tokensOut, tokensCached }: NonNullable<SpanRecord['usage']>) {
  return {
    input: tokensIn - tokensCached,
    output: tokensOut,
    ...(tokensCached > 0 ? { input_cached_tokens: tokensCached } : {}),
  };
}

function maskAll(attributes: Attributes, { mask, longest }: WriteOptions): Attributes {
  const entries = Object.entries(attributes).map(([name, value]): [string, Attributes[string]] => {
    if (typeof value !== 'string') return [name, value];
    const cut = value.length > longest ? `${value.slice(0, longest)}… (${value.length} characters)` : value;
    return [name, mask(cut)];
  });
  return Object.fromEntries(entries);
}
