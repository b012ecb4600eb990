import { LangfuseSpanProcessor } from '@langfuse/otel';
import type { ExportResult } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { z } from 'zod';
import { createLangfuseClient } from '../client.ts';
import { otlpExporter } from './otlp.ts';
import type { TraceRecord } from './record.ts';
import { pinnedIds, writeTrace } from './write-trace.ts';

export type { SpanRecord, SpanType, TraceRecord } from './record.ts';

export interface TracingOptions {
  baseUrl: string;
  publicKey: string;
  secretKey: string;
  /** Letters, digits, `-` and `_`, such as `production`. */
  environment: string;
  release: string;
  /** Milliseconds for one request, and a second longer for all that belongs to it. */
  timeoutMs: number;
  mask: (text: string) => string;
}

/** What became of a trace: `tooLarge` will never be taken as it is. */
export type Delivery = 'exported' | 'failed' | 'tooLarge';

export interface TraceExporter {
  /**
   * Whether Langfuse has each of these traces, by their roots: their answer may have been lost, and it counts twice
   * what is sent twice. Those that could not be looked up are missing. Never rejects.
   */
  known(ids: readonly string[]): Promise<Map<string, boolean>>;
  /** Why the last request failed; null after one that did not. */
  fault(): { reason: string; isKeyRefused: boolean } | null;
  /** Sends traces and answers what became of each, by id. Never rejects, and ends in a time that is known. */
  export(records: readonly TraceRecord[]): Promise<Map<string, Delivery>>;
  close(): Promise<void>;
}

/** Who sends the traces, as Langfuse shows it with each of them. */
const SERVICE_NAME = 'ai-manager';

/** Traces that are looked for at the same time. */
const AT_ONCE = 10;
/**
 * Spans of one flush, which is one request: a trace arrives whole or not at all, so that its root says whether it did.
 * Only a trace of more spans is split.
 */
const SPANS_IN_REQUEST = 200;
/** Characters of an input or output; of a trace that was refused as too large, the second. */
const MAX_LENGTH = { usual: 100_000, refused: 2_000 };

/** Sends traces by OTLP, on a tracer provider that nobody else uses. */
export function createTraceExporter(options: TracingOptions): TraceExporter {
  const ids = pinnedIds();
  const watched = watch(langfuseExporter(options));
  const processor = new LangfuseSpanProcessor({
    exporter: watched.exporter,
    publicKey: options.publicKey,
    secretKey: options.secretKey,
    baseUrl: options.baseUrl,
    environment: options.environment,
    release: options.release,
    flushAt: SPANS_IN_REQUEST,
    // Everything is flushed by hand.
    flushInterval: 3_600,
    mediaUploadEnabled: false,
    shouldExportSpan: () => true,
  });
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': SERVICE_NAME, 'service.version': options.release }),
    spanProcessors: [processor],
    idGenerator: ids,
  });
  const tracer = provider.getTracer('langfuse-sdk');
  let last: Promise<unknown> = Promise.resolve();
  const client = createLangfuseClient({ ...options, fetchTimeoutMs: options.timeoutMs, maxRetries: 0 });

  async function isKnown(traceId: string): Promise<boolean> {
    const { data } = await client.send({
      what: 'read a trace',
      request: (api, limits) =>
        api.observations.getMany({ traceId, isRootObservation: true, limit: 1 }, limits),
      schema: roots,
      isIdempotent: true,
    });
    return data.length > 0;
  }

  async function flush(records: readonly TraceRecord[], longest: number): Promise<Map<string, Delivery>> {
    watched.reset();
    for (const record of records) writeTrace(record, { tracer, ids, mask: options.mask, longest });
    // A flush does not wait for batches that the processor began to send by itself.
    await within(options.timeoutMs + 1_000, processor.forceFlush().finally(watched.idle));
    return watched.deliveries(records);
  }

  async function send(records: readonly TraceRecord[]): Promise<Map<string, Delivery>> {
    const deliveries = new Map<string, Delivery>();
    for (const part of parts(records)) {
      for (const [id, delivery] of await flush(part, MAX_LENGTH.usual)) deliveries.set(id, delivery);
      const large = part.filter(({ id }) => deliveries.get(id) === 'tooLarge');
      // Alone and short they may pass.
      for (const record of large) {
        const again = await flush([record], MAX_LENGTH.refused);
        deliveries.set(record.id, again.get(record.id) ?? 'failed');
      }
      // The rest would only wait for the same.
      if (part.every(({ id }) => deliveries.get(id) === 'failed')) break;
    }
    for (const { id } of records) if (!deliveries.has(id)) deliveries.set(id, 'failed');
    return deliveries;
  }

  return {
    known: async (ids) => {
      const found = new Map<string, boolean>();
      for (let from = 0; from < ids.length; from += AT_ONCE) {
        const some = ids.slice(from, from + AT_ONCE);
        const answers = await Promise.allSettled(some.map(isKnown));
        for (const [index, answer] of answers.entries())
          if (answer.status === 'fulfilled') found.set(some[index] ?? '', answer.value);
        // The rest would only wait for the same.
        if (answers.every(({ status }) => status === 'rejected')) break;
      }
      return found;
    },
    fault: watched.fault,
    export: (records) => {
      const sent = last.then(() => send(records));
      last = sent.catch(() => {});
      return sent;
    },
    close: async () => {
      await last;
      await within(1_000, provider.shutdown());
    },
  };
}

const roots = z.object({ data: z.array(z.unknown()) });

function langfuseExporter({ baseUrl, publicKey, secretKey, timeoutMs }: TracingOptions): SpanExporter {
  const credentials = Buffer.from(`${publicKey}:${secretKey}`).toString('base64');
  return otlpExporter({
    url: `${baseUrl.replace(/\/+$/, '')}/api/public/otel/v1/traces`,
    headers: { authorization: `Basic ${credentials}`, 'x-langfuse-ingestion-version': '4' },
    timeoutMs,
  });
}

/** The same exporter, whose results are counted: the processor keeps them to itself. */
function watch(inner: SpanExporter) {
  const accepted = new Map<string, number>();
  const refused = new Set<string>();
  let fault: ReturnType<TraceExporter['fault']> = null;
  let open = 0;
  let settled = () => {};
  const exporter: SpanExporter = {
    export: (spans: ReadableSpan[], done: (result: ExportResult) => void) => {
      open += 1;
      inner.export(spans, (result) => {
        const status = (result.error as { code?: unknown } | undefined)?.code;
        const isTooLarge = status === 413;
        if (result.code === 0) fault = null;
        else if (!isTooLarge) {
          const isKeyRefused = status === 401 || status === 403;
          const reason = isKeyRefused
            ? `Langfuse rejected the keys (${status})`
            : (result.error?.message ?? 'Langfuse did not take traces');
          fault = { reason, isKeyRefused };
        }
        for (const span of spans) {
          const { traceId } = span.spanContext();
          if (result.code === 0) accepted.set(traceId, (accepted.get(traceId) ?? 0) + 1);
          else if (isTooLarge) refused.add(traceId);
        }
        done(result);
        open -= 1;
        if (open === 0) settled();
      });
    },
    shutdown: () => inner.shutdown(),
    forceFlush: async () => inner.forceFlush?.(),
  };
  return {
    exporter,
    fault: () => fault,
    /** Settles when nothing is under way. */
    idle: () =>
      new Promise<void>((resolve) => {
        settled = resolve;
        if (open === 0) resolve();
      }),
    reset: () => {
      accepted.clear();
      refused.clear();
    },
    deliveries: (records: readonly TraceRecord[]) =>
      new Map(
        records.map(({ id, spans }): [string, Delivery] => {
          if ((accepted.get(id) ?? 0) > spans.length) return [id, 'exported'];
          return [id, refused.has(id) ? 'tooLarge' : 'failed'];
        }),
      ),
  };
}

function parts(records: readonly TraceRecord[]): TraceRecord[][] {
  const made: TraceRecord[][] = [];
  let size = 0;
  for (const record of records) {
    const spans = record.spans.length + 1;
    if (made.length === 0 || size + spans > SPANS_IN_REQUEST) {
      made.push([]);
      size = 0;
    }
    made.at(-1)?.push(record);
    size += spans;
  }
  return made;
}

/** Waits for work that may fail or never end, so long. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work.catch(() => {}), late]);
  clearTimeout(timer);
}
