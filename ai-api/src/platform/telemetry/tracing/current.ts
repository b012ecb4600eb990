import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Attributes,
  type Context,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';

/** The place of the running work in its trace. Not the API's global context, which others may set. */
export interface Current {
  tracer: Tracer;
  context: Context;
}

/** A trace's place as it travels in headers and jobs. @see https://www.w3.org/TR/trace-context/ */
export type TraceHeaders = { traceparent?: string; tracestate?: string };

const current = new AsyncLocalStorage<Current>();
const propagator = new W3CTraceContextPropagator();

const plainGetter: TextMapGetter<TraceHeaders> = {
  keys: (carrier) => Object.keys(carrier),
  get: (carrier, key) => carrier[key as keyof TraceHeaders],
};
const plainSetter = {
  set: (carrier: TraceHeaders, key: string, value: string) => {
    carrier[key as keyof TraceHeaders] = value;
  },
};

/** `parent` with the place that headers tell, if they tell one that is well-formed. */
export function continued(parent: Context, headers: TraceHeaders): Context {
  return propagator.extract(parent, headers, plainGetter);
}

/** Runs `work` as part of a trace. */
export function runIn<T>(place: Current, work: () => T): T {
  return current.run(place, work);
}

/** What a call or a job carries so that its trace goes on there; empty outside of any trace. */
export function traceHeaders(): TraceHeaders {
  const place = current.getStore();
  const headers: TraceHeaders = {};
  if (place) propagator.inject(place.context, headers, plainSetter);
  return headers;
}

/** Trace and span of the work that runs now, as lines of the log name them; empty outside of any trace. */
export function traceIds(): { traceId?: string; spanId?: string } {
  const place = current.getStore();
  const { traceId, spanId } = (place && trace.getSpanContext(place.context)) ?? {};
  return traceId && spanId ? { traceId, spanId } : {};
}

function recordingPlace(): Current | undefined {
  const place = current.getStore();
  return place && trace.getSpan(place.context)?.isRecording() ? place : undefined;
}

export interface SpanOptions {
  kind?: 'client' | 'internal' | 'producer';
  /** Names, counts and statuses; never what people wrote, values of statements, or secrets. */
  attributes?: Attributes;
}

const KINDS = { client: SpanKind.CLIENT, internal: SpanKind.INTERNAL, producer: SpanKind.PRODUCER };

/**
 * Runs `work` in a span below the work that runs now. Outside of a trace, or in one that is not sampled, it
 * just runs; the span is then null.
 */
export async function inSpan<T>(
  name: string,
  { kind = 'internal', attributes = {} }: SpanOptions,
  work: (span: Span | null) => Promise<T>,
): Promise<T> {
  const place = recordingPlace();
  if (!place) return work(null);
  const span = place.tracer.startSpan(name, { kind: KINDS[kind], attributes }, place.context);
  return endedBy(span, () =>
    current.run({ ...place, context: trace.setSpan(place.context, span) }, () => work(span)),
  );
}

/** Ends a span with its work; what is thrown marks it by the error's name and code, never by its message. */
export async function endedBy<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    fail(span, error);
    throw error;
  } finally {
    span.end();
  }
}

function fail(span: Span, error: unknown): void {
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
  span.setAttribute('error.type', typeof code === 'string' ? code : String(name ?? 'unknown'));
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** A statement that ended just now, as a span: its text has placeholders in place of values. */
export function spanOfStatement(
  text: string,
  operation: string,
  milliseconds: number,
  error?: unknown,
): void {
  const place = recordingPlace();
  if (!place) return;
  const endTime = Date.now();
  const attributes = {
    'db.system.name': 'postgresql',
    'db.operation.name': operation,
    'db.query.text': text.length > MAX_STATEMENT_LENGTH ? `${text.slice(0, MAX_STATEMENT_LENGTH)}…` : text,
  };
  const options = { kind: SpanKind.CLIENT, attributes, startTime: endTime - milliseconds };
  const span = place.tracer.startSpan(operation, options, place.context);
  if (error !== undefined) fail(span, error);
  span.end(endTime);
}

const MAX_STATEMENT_LENGTH = 2_000;
