import { z } from 'zod';
import type { Route } from './recorder.ts';

const attribute = z.object({
  key: z.string(),
  value: z.union([
    z.object({ stringValue: z.string() }),
    z.object({ boolValue: z.boolean() }),
    z.object({ intValue: z.union([z.number(), z.string()]) }),
    z.object({ doubleValue: z.number() }),
    z.object({
      arrayValue: z.object({ values: z.array(z.object({ stringValue: z.string() })).optional() }),
    }),
  ]),
});

const otlp = z.object({
  resourceSpans: z.array(
    z.object({
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              traceId: z.string().regex(/^[0-9a-f]{32}$/),
              spanId: z.string().regex(/^[0-9a-f]{16}$/),
              parentSpanId: z.string().optional(),
              name: z.string(),
              startTimeUnixNano: z.string(),
              endTimeUnixNano: z.string(),
              attributes: z.array(attribute),
            }),
          ),
        }),
      ),
    }),
  ),
});

/** A span as the server keeps it: written again, it is the same one. */
export interface RecordedSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  name: string;
  startedNs: string;
  attributes: Record<string, unknown>;
}

export interface TraceRecorder {
  route: Route;
  /** By span id. */
  spans: Map<string, RecordedSpan>;
  /** Spans of one trace, the root first. */
  spansOf(traceId: string): RecordedSpan[];
  /** Requests with more characters are answered 413. */
  limit: number;
}

/** The route that takes OTLP, for `startLangfuseRecorder`. */
export function traceRecorder(): TraceRecorder {
  const spans = new Map<string, RecordedSpan>();
  const recorder: TraceRecorder = {
    spans,
    limit: Number.POSITIVE_INFINITY,
    spansOf: (traceId) =>
      [...spans.values()]
        .filter((span) => span.traceId === traceId)
        .toSorted(
          (a, b) =>
            Number(Boolean(a.parentSpanId)) - Number(Boolean(b.parentSpanId)) ||
            Number(BigInt(a.startedNs) - BigInt(b.startedNs)),
        ),
    route: {
      method: 'POST',
      path: '/api/public/otel/v1/traces',
      answer: ({ body }) => {
        if (JSON.stringify(body).length > recorder.limit) return { status: 413 };
        const sent = otlp.safeParse(body);
        if (!sent.success) return { status: 400, body: { message: z.prettifyError(sent.error) } };
        for (const span of sent.data.resourceSpans
          .flatMap(({ scopeSpans }) => scopeSpans)
          .flatMap((s) => s.spans)) {
          const { traceId, spanId, parentSpanId, name } = span;
          const startedNs = span.startTimeUnixNano;
          const attributes = Object.fromEntries(span.attributes.map(({ key, value }) => [key, plain(value)]));
          spans.set(spanId, { traceId, spanId, parentSpanId, name, startedNs, attributes });
        }
        return { status: 200, body: {} };
      },
    },
  };
  return recorder;
}

function plain(value: z.output<typeof attribute>['value']): unknown {
  if ('arrayValue' in value) return (value.arrayValue.values ?? []).map(({ stringValue }) => stringValue);
  return Object.values(value)[0];
}
