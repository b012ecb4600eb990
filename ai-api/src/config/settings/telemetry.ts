import { z } from 'zod';
import { parsePairs } from '../../platform/telemetry/tracing/otlp.ts';
import { checked, httpUrl, milliseconds, oneOf, text } from './types.ts';

/** Metrics, traces and logs. */
export const telemetry = {
  PROMETHEUS_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{24,200}$/, 'must be 24 to 200 characters without spaces')
    .optional()
    .describe('Bearer token that may read /metrics, beside keys of role ops'),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl
    .optional()
    .describe('OpenTelemetry collector that takes OTLP over HTTP as JSON; nothing is exported unless set'),
  OTEL_EXPORTER_OTLP_HEADERS: checked(parsePairs)
    .default('')
    .describe('Headers for the collector, such as authorization=Bearer%20key'),
  OTEL_EXPORTER_OTLP_TIMEOUT: milliseconds(10_000).describe('Milliseconds for one export'),
  OTEL_BSP_SCHEDULE_DELAY: milliseconds(2_000).describe('Milliseconds between two exports'),
  OTEL_SERVICE_NAME: text.default('ai-manager').describe('What telemetry calls this service'),
  OTEL_RESOURCE_ATTRIBUTES: checked(parsePairs)
    .default('')
    .describe('More about this process, such as deployment.environment.name=staging'),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(0|1|0?\.\d+|1\.0+|0\.0+)$/, 'must be a number from 0 to 1')
    .default('0.1')
    .transform(Number)
    .describe('Share of traces that are recorded; a trace that came in is recorded when its sender does'),
  OTEL_LOGS_EXPORTER: oneOf(['otlp', 'none'])
    .default('otlp')
    .describe('none keeps the log off the collector'),
};
