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
      resource: z.object({ attributes: z.array(attribute) }),
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

/** A span as the server keeps it. */
export interface RecordedSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  name: string;
  startedNs: string;
  /** `service.name` of the resource that it came from. */
  service: string;
  attributes: Record<string, unknown>;
}

export interface TraceRecorder {
  routes: Route[];
  /** By span id, the newest row of each. */
  spans: Map<string, RecordedSpan>;
  /**
   * Every row as it came in. A real server merges rows of one id whenever its database does; until then they are read
   * and counted twice.
   */
  rows: RecordedSpan[];
  /** Spans of one trace, the root first. */
  spansOf(traceId: string): RecordedSpan[];
  /** Requests with more characters are answered 413. */
  limit: number;
}

/** The routes that take OTLP and read observations, for `startLangfuseRecorder`. */
export function traceRecorder(): TraceRecorder {
  const spans = new Map<string, RecordedSpan>();
  const rows: RecordedSpan[] = [];
  const recorder: TraceRecorder = {
    spans,
    rows,
    limit: Number.POSITIVE_INFINITY,
    spansOf: (traceId) =>
      [...spans.values()]
        .filter((span) => span.traceId === traceId)
        .toSorted(
          (a, b) =>
            Number(Boolean(a.parentSpanId)) - Number(Boolean(b.parentSpanId)) ||
            Number(BigInt(a.startedNs) - BigInt(b.startedNs)),
        ),
    routes: [
      {
        method: 'POST',
        path: '/api/public/otel/v1/traces',
        answer: ({ body }) => {
          if (JSON.stringify(body).length > recorder.limit) return { status: 413 };
          const sent = otlp.safeParse(body);
          if (!sent.success) return { status: 400, body: { message: z.prettifyError(sent.error) } };
          for (const row of spansIn(sent.data)) {
            rows.push(row);
            spans.set(row.spanId, row);
          }
          return { status: 200, body: {} };
        },
      },
      {
        method: 'DELETE',
        path: '/api/public/traces',
        answer: ({ body }) => {
          const asked = z.object({ traceIds: z.array(z.string()).min(1) }).safeParse(body);
          if (!asked.success) return { status: 400, body: { message: z.prettifyError(asked.error) } };
          const gone = new Set(asked.data.traceIds);
          for (const [id, span] of spans) if (gone.has(span.traceId)) spans.delete(id);
          rows.splice(0, rows.length, ...rows.filter(({ traceId }) => !gone.has(traceId)));
          return { status: 200, body: { message: 'Traces deleted successfully' } };
        },
      },
      {
        method: 'GET',
        path: '/api/public/v2/observations',
        answer: ({ query }) => ({ status: 200, body: { data: observationsOf(rows, query), meta: {} } }),
      },
    ],
  };
  return recorder;
}

function spansIn({ resourceSpans }: z.output<typeof otlp>): RecordedSpan[] {
  const sent = resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(named(resource.attributes)['service.name'] ?? '');
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ ...span, service })));
  });
  return sent.map(
    ({ traceId, spanId, parentSpanId, name, startTimeUnixNano: startedNs, service, ...span }) => {
      return { traceId, spanId, parentSpanId, name, startedNs, service, attributes: named(span.attributes) };
    },
  );
}

function named(attributes: readonly z.output<typeof attribute>[]) {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));
}

/** The fields that a server answers when none are asked for. */
function observationsOf(rows: readonly RecordedSpan[], query: URLSearchParams): object[] {
  const traceId = query.get('traceId');
  const onlyRoots = query.get('isRootObservation') === 'true';
  const isOfTrace = (row: RecordedSpan) =>
    (traceId === null || row.traceId === traceId) && !(onlyRoots && row.parentSpanId);
  return rows
    .filter(isOfTrace)
    .slice(0, Number(query.get('limit') ?? 50))
    .map(({ spanId: id, traceId: ofTrace, parentSpanId, name, attributes }) => ({
      id,
      traceId: ofTrace,
      parentObservationId: parentSpanId ?? null,
      name,
      type: String(attributes['langfuse.observation.type'] ?? 'SPAN').toUpperCase(),
    }));
}

function plain(value: z.output<typeof attribute>['value']): unknown {
  if ('arrayValue' in value) return (value.arrayValue.values ?? []).map(({ stringValue }) => stringValue);
  return Object.values(value)[0];
}
