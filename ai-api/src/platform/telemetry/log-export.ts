import { ROOT_CONTEXT, SeverityNumber, TraceFlags, trace } from '@opentelemetry/api';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import type { DestinationStream } from 'pino';
import { type OtlpSettings, resourceOf, signalUrl, withDeadline } from './tracing/otlp.ts';

const SEVERITIES: Record<string, SeverityNumber> = {
  trace: SeverityNumber.TRACE,
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
  fatal: SeverityNumber.FATAL,
};

export interface LogExport {
  /** Takes the lines of the log as they are written, after everything secret was left out. */
  stream: DestinationStream;
  close(milliseconds: number): Promise<void>;
}

/** Sends the log's lines by OTLP over HTTP too. What cannot be sent is lost: standard output has every line. */
export function exportLogs(settings: OtlpSettings): LogExport {
  const { headers, timeoutMs, exportEveryMs } = settings;
  const exporter = new OTLPLogExporter({
    url: signalUrl(settings, 'logs'),
    headers,
    timeoutMillis: timeoutMs,
    concurrencyLimit: 4,
  });
  const provider = new LoggerProvider({
    resource: resourceFromAttributes(resourceOf(settings)),
    processors: [
      new BatchLogRecordProcessor({ exporter, maxQueueSize: 4096, scheduledDelayMillis: exportEveryMs }),
    ],
  });
  const logger = provider.getLogger('ai-manager', settings.serviceVersion);

  function write(line: string): void {
    const { time, level, msg, traceId, spanId, ...rest } = JSON.parse(line) as Record<string, unknown>;
    const severity = String(level);
    logger.emit({
      timestamp: new Date(String(time)),
      severityText: severity,
      severityNumber: SEVERITIES[severity] ?? SeverityNumber.UNSPECIFIED,
      body: typeof msg === 'string' ? msg : '',
      attributes: Object.fromEntries(
        Object.entries(rest).map(([key, value]) => [
          key,
          typeof value === 'object' ? JSON.stringify(value) : String(value),
        ]),
      ),
      context: contextOf(traceId, spanId),
    });
  }
  return { stream: { write }, close: (milliseconds) => withDeadline(provider.shutdown(), milliseconds) };
}

/** Ties a record to the span that wrote it. */
function contextOf(traceId: unknown, spanId: unknown) {
  if (typeof traceId !== 'string' || typeof spanId !== 'string') return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: TraceFlags.NONE });
}
