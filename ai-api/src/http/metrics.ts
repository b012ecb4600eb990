import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import type { Gauges, Metrics } from '../platform/telemetry/metrics.ts';
import type { ConnectionGate } from './limits/connection-gate.ts';
import { Problem } from './problem.ts';

/** Counts and times every request under the id of the operation that answered it (RED). */
export function countRequests(metrics: Metrics): RequestHandler {
  return (request, response, next) => {
    const began = performance.now();
    response.once('close', () => {
      const operation: unknown = response.locals.operation;
      // There is no response when the client disconnected first; 499 as nginx writes it.
      const status = response.writableFinished ? response.statusCode : 499;
      const endpoint = typeof operation === 'string' ? operation : 'other';
      metrics.request(request.method, endpoint, status, (performance.now() - began) / 1000);
    });
    next();
  };
}

/** `GET /metrics` in Prometheus' text format, for the scraper's token and for the roles admin and ops. */
export function serveMetrics(
  metrics: Metrics,
  gauges: Gauges,
  token: string | undefined,
  gate: ConnectionGate,
): RequestHandler {
  return async (request, response) => {
    response.locals.operation = 'metrics';
    if (!isScraper(request, token)) {
      const caller = await gate.verify(request, response);
      if (!caller) throw new Problem('UNAUTHENTICATED', 'Send the metrics token, or a key of role ops.');
      if (!caller.roles.some((role) => role === 'ops' || role === 'admin'))
        throw new Problem('FORBIDDEN', 'This needs one of the roles admin, ops.');
    }
    const { type, text } = await metrics.expose(gauges);
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('Content-Type', type);
    response.end(text);
  };
}

function isScraper(request: Request, token: string | undefined): boolean {
  const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined || given === undefined) return false;
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}
