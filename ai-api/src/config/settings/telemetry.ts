import { z } from 'zod';
import { parsePairs } from '../../platform/telemetry/tracing/otlp.ts';
import { checked, httpUrl, milliseconds, oneOf, text } from './types.ts';

/** Metrics, traces and logs. */
export const telemetry = {
  PROMETHEUS_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{24,200}$/, 'must be 24 to 200 characters without spaces')
    .optional()
    .describe('Bearer token that may read /metrics, in addition to keys with the role ops'),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl
    .optional()
    .describe('OpenTelemetry collector that takes OTLP over HTTP as JSON; nothing is exported by default'),
  OTEL_EXPORTER_OTLP_HEADERS: checked(parsePairs)
    .default('')
    .describe('Headers for the collector, such as authorization=Bearer%20key'),
  OTEL_EXPORTER_OTLP_TIMEOUT: milliseconds(10_000).describe('Milliseconds for one export'),
  OTEL_BSP_SCHEDULE_DELAY: milliseconds(2_000).describe('Milliseconds between two exports'),
  OTEL_SERVICE_NAME: text.default('ai-manager').describe('Name of this service in telemetry'),
  OTEL_RESOURCE_ATTRIBUTES: checked(parsePairs)
    .default('')
    .describe('Further attributes of this process, such as deployment.environment.name=staging'),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(0|1|0?\.\d+|1\.0+|0\.0+)$/, 'must be a number from 0 to 1')
    .default('0.1')
    .transform(Number)
    .describe('Share of traces that are recorded; a trace that came in is recorded when its sender does'),
  OTEL_LOGS_EXPORTER: oneOf(['otlp', 'none'])
    .default('otlp')
    .describe('none: the log is not sent to the collector'),
};
