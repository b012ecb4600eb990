import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import { continued, endedBy, runIn, type TraceHeaders } from './current.ts';
import type { Tracing } from './index.ts';
import { complaining, type OtlpSettings, resourceOf, signalUrl, withDeadline } from './otlp.ts';

const MAX_WAITING = 4096;

/** The provider is this process's own: nothing is registered with the API's globals. */
export function createTracing(settings: OtlpSettings, log: Logger): Tracing {
  const { headers, timeoutMs, exportEveryMs, sampleRatio, serviceVersion } = settings;
  const exporter = new OTLPTraceExporter({
    url: signalUrl(settings, 'traces'),
    headers,
    timeoutMillis: timeoutMs,
    concurrencyLimit: 4,
  });
  const processor = new BatchSpanProcessor({
    exporter: complaining(exporter, 'traces', log),
    maxQueueSize: MAX_WAITING,
    scheduledDelayMillis: exportEveryMs,
    exportTimeoutMillis: timeoutMs + 1_000,
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes(resourceOf(settings)),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampleRatio) }),
    spanProcessors: [processor],
    spanLimits: { attributeValueLengthLimit: 4_096 },
  });
  const tracer = provider.getTracer('ai-manager', serviceVersion);

  function begin(name: string, kind: SpanKind, carried: TraceHeaders, attributes = {}) {
    const parent = continued(ROOT_CONTEXT, carried);
    const span = tracer.startSpan(name, { kind, attributes }, parent);
    return { span, place: { tracer, context: trace.setSpan(parent, span) } };
  }

  return {
    begin: (name, carried) => begin(name, SpanKind.SERVER, carried),
    job: (queue, carried, work) => {
      const attributes = { 'messaging.system': 'pg-boss', 'messaging.destination.name': queue };
      const { span, place } = begin(`process ${queue}`, SpanKind.CONSUMER, carried, attributes);
      return endedBy(span, () => runIn(place, work));
    },
    close: (milliseconds) => withDeadline(provider.shutdown(), milliseconds),
  };
}
