import type { Span } from '@opentelemetry/api';
import type { Current, TraceHeaders } from './current.ts';

export { inSpan, runIn, spanOfStatement, type TraceHeaders, traceHeaders, traceIds } from './current.ts';
export type { OtlpSettings } from './otlp.ts';

/** Traces of this process, exported by OTLP over HTTP. Nothing that runs ever waits for an export. */
export interface Tracing {
  /** Begins the span of a request that came in, in the trace that its headers tell or in a new one. */
  begin(name: string, headers: TraceHeaders): { span: Span; place: Current };
  /** Runs a job as part of the trace that enqueued it. */
  job<T>(queue: string, headers: TraceHeaders, work: () => Promise<T>): Promise<T>;
  /** Sends what is left, for at most `milliseconds`. */
  close(milliseconds: number): Promise<void>;
}
