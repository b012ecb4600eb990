import { SpanStatusCode } from '@opentelemetry/api';
import type { Request, RequestHandler, Response } from 'express';
import { runIn, type Tracing, traceIds } from '../platform/telemetry/tracing/index.ts';
import type { Caller } from './caller.ts';
import { isProbe } from './probe.ts';

/**
 * Makes each request a span, in the trace that its `traceparent` names or in a new one, under the id of the
 * operation that answered it. Probes and scrapes are left out.
 */
export function traceRequests(tracing: Tracing | null): RequestHandler {
  return (request, response, next) => {
    if (!tracing || isProbe(request.path)) return next();
    const { span, place } = tracing.begin(request.method, carriedBy(request));
    response.once('close', () => {
      const { operation, caller } = response.locals as { operation?: string; caller?: Caller };
      if (operation) span.updateName(operation);
      span.setAttributes({
        'http.request.method': request.method,
        'http.response.status_code': response.statusCode,
        ...(request.route?.path ? { 'http.route': String(request.route.path) } : {}),
        ...(caller ? { 'ai_manager.tenant_id': caller.tenantId } : {}),
        'ai_manager.request_id': String(request.id),
      });
      if (response.statusCode >= 500 || !response.writableFinished)
        span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
    runIn(place, () => {
      response.locals.trace = traceIds();
      next();
    });
  };
}

function carriedBy({ headers }: Request) {
  const { traceparent, tracestate } = headers;
  return {
    ...(typeof traceparent === 'string' ? { traceparent } : {}),
    ...(typeof tracestate === 'string' ? { tracestate } : {}),
  };
}

/** Trace and span of a request's own line in the log, which is written after its work. */
export function tracedLine<T extends object>(response: Response, line: T): T {
  return { ...line, ...(response.locals?.trace as object | undefined) };
}
