import cors from 'cors';
import type { RequestHandler } from 'express';

/** What pages of other origins may read of a response beside its body. */
const EXPOSED = [
  'ETag',
  'Link',
  'Location',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'Upload-Expires',
  'Upload-Length',
  'Upload-Offset',
  'WWW-Authenticate',
  'X-Request-Id',
];
const PREFLIGHT_SECONDS = 600;

/**
 * Lets pages of some origins call the API with a token or a key. Cookies are never taken from them: a session belongs to
 * our own pages. `/mcp` has a list of its own.
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export function allowOrigins(origins: readonly string[]): RequestHandler {
  if (origins.length === 0) return (_request, _response, next) => next();
  const answer = cors({
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: EXPOSED,
    credentials: false,
    maxAge: PREFLIGHT_SECONDS,
  });
  return (request, response, next) => {
    // Other OPTIONS, such as those of tus, are answered by what they ask.
    const isPlain = request.method === 'OPTIONS' && !request.get('access-control-request-method');
    return isPlain || request.path === '/mcp' ? next() : answer(request, response, next);
  };
}
