import type { ExportResult } from '@opentelemetry/core';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';

export interface OtlpOptions {
  url: string;
  headers: Record<string, string>;
  /** Milliseconds for one request, to the last byte of its response. */
  timeoutMs: number;
}

/** Spans were not taken. `code` is the status of the response, null when there was none. */
class OtlpError extends Error {
  readonly code: number | null;

  constructor(message: string, code: number | null, cause?: unknown) {
    super(message, { cause });
    this.name = 'OtlpError';
    this.code = code;
  }
}

/**
 * Sends spans by OTLP/HTTP as JSON, once. They count as taken when the response says so: a page, another 2xx, or a
 * partial success with spans that were rejected is a failure.
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
 */
export function otlpExporter(options: OtlpOptions): SpanExporter {
  const open = new Set<Promise<void>>();
  return {
    export: (spans: ReadableSpan[], done: (result: ExportResult) => void) => {
      const sent: Promise<void> = post(spans, options)
        .then(
          () => done({ code: 0 }),
          (error: Error) => done({ code: 1, error }),
        )
        .finally(() => open.delete(sent));
      open.add(sent);
    },
    shutdown: async () => {
      await Promise.all(open);
    },
    forceFlush: async () => {
      await Promise.all(open);
    },
  };
}

async function post(spans: ReadableSpan[], { url, headers, timeoutMs }: OtlpOptions): Promise<void> {
  const body = JsonTraceSerializer.serializeRequest(spans);
  if (!body) throw new OtlpError('The spans could not be written.', null);
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: Buffer.from(body),
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((cause: unknown) => {
    throw new OtlpError('The receiver of traces could not be reached.', null, cause);
  });
  const text = await response.text();
  const fault = faultOf(response.status, text);
  if (fault !== null) throw new OtlpError(fault, response.status);
}

/** Why a response does not say that every span was taken; null when it does. */
export function faultOf(status: number, text: string): string | null {
  if (status !== 200) return `The receiver of traces answered ${status}.`;
  if (text.trim() === '') return null;
  let answer: { partialSuccess?: { rejectedSpans?: unknown; errorMessage?: unknown } | null } | null;
  try {
    answer = JSON.parse(text);
  } catch {
    return 'The receiver of traces answered 200 with something other than JSON.';
  }
  if (typeof answer !== 'object' || answer === null || 'error' in answer)
    return 'The receiver of traces answered 200 with something other than a success.';
  const rejected = Number(answer.partialSuccess?.rejectedSpans ?? 0);
  return rejected === 0 ? null : `The receiver of traces rejected ${rejected} spans.`;
}
