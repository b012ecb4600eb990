import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { invalidToken } from './problem.ts';

/** Type of the error of a body that is not the one that was signed. */
export const NOT_SIGNED = 'body.not-signed';

/** SHA-256 of no bytes, in hex. */
const EMPTY_DIGEST = createHash('sha256').digest('hex');

/** What signed requests say of their bodies, until it was checked. */
const expected = new WeakMap<IncomingMessage, string>();

/** Has the body of a request, once it is read, held against a SHA-256 in hex that its credential covers. */
export function expectBody(request: IncomingMessage, sha256: string): void {
  expected.set(request, sha256);
}

/**
 * Holds a body that was read against what its credential says of it.
 * @throws an error that the error handler answers with UNAUTHENTICATED
 */
export function checkBody(request: IncomingMessage, body: Buffer): void {
  const sha256 = expected.get(request);
  if (sha256 === undefined) return;
  const digest = createHash('sha256').update(body).digest();
  if (!timingSafeEqual(digest, Buffer.from(sha256, 'hex')))
    throw Object.assign(new Error(NOT_SIGNED), { type: NOT_SIGNED });
  expected.delete(request);
}

/** Refuses a request without a body whose credential covers one. */
export const requireCheckedBody: RequestHandler = (request, _response, next) => {
  const sha256 = expected.get(request);
  if (sha256 !== undefined && sha256 !== EMPTY_DIGEST)
    throw invalidToken('The body is not the one that was signed.');
  next();
};
