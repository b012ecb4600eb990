import type { Response } from 'express';
import type { Problem } from './problem.ts';

/** An answer before it is sent, in a form that can also be kept and sent again. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  /** Empty for an answer without content. */
  body: string;
}

/** The answer of an operation that succeeded. */
export function jsonReply(status: number, output: unknown): Reply {
  if (status === 204) return { status, headers: {}, body: '' };
  return {
    status,
    headers: { 'Content-Type': 'application/json; charset=utf-8' },
    body: JSON.stringify(output),
  };
}

/** A problem as its RFC 9457 document. */
export function problemReply(problem: Problem, request: { path: string; id: string }): Reply {
  return {
    status: problem.status,
    headers: {
      'Content-Type': 'application/problem+json; charset=utf-8',
      ...(problem.challenge === null ? {} : { 'WWW-Authenticate': problem.challenge }),
      ...(problem.retryAfter === undefined ? {} : { 'Retry-After': String(problem.retryAfter) }),
    },
    body: JSON.stringify(problem.document(request)),
  };
}

/** Sends an answer as it is. */
export function sendReply(response: Response, { status, headers, body }: Reply): void {
  response.status(status).set(headers);
  if (body === '') response.end();
  else response.send(body);
}
