import type { ErrorRequestHandler, RequestHandler } from 'express';
import 'pino-http';
import { Problem } from './problem.ts';

/** 404 for paths that no route knows. */
export const unknownPath: RequestHandler = (request) => {
  throw new Problem('NOT_FOUND', `Nothing is served at ${request.method} ${request.path}.`);
};

/** Turns whatever was thrown into one problem document; only our own bugs are logged as errors. */
export const errorHandler: ErrorRequestHandler = (error, request, response, next) => {
  if (response.headersSent) return next(error);
  const problem = toProblem(error);
  if (problem.status >= 500) request.log?.error({ err: error }, problem.code);
  if (problem.retryAfter !== undefined) response.setHeader('Retry-After', String(problem.retryAfter));
  if (problem.status === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="ai-manager"');
  response
    .status(problem.status)
    .type('application/problem+json')
    .send(JSON.stringify(problem.document({ path: request.path, id: String(request.id) })));
};

/** Shape of the errors that express.json throws (http-errors). */
interface BodyError {
  type?: string;
  status?: number;
}

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { type, status } = (error ?? {}) as BodyError;
  if (type === 'entity.parse.failed')
    return new Problem('MALFORMED_JSON', 'The body could not be read as JSON.');
  if (type === 'entity.too.large')
    return new Problem('BODY_TOO_LARGE', 'The body is larger than this operation takes.');
  if (type === 'encoding.unsupported' || type === 'charset.unsupported') {
    return new Problem('UNSUPPORTED_MEDIA_TYPE', 'Send the body as UTF-8 JSON.');
  }
  if (status === 400) return new Problem('MALFORMED_JSON', 'The request could not be read.');
  if (isDatabaseDown(error)) {
    return new Problem('SERVICE_UNAVAILABLE', 'The database does not answer. Try again.', {
      retryAfter: 5,
      cause: error,
    });
  }
  return new Problem('INTERNAL', 'The error was logged with the request id.', { cause: error });
}

const CONNECTION_ERRORS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'ENOTFOUND',
  '57P01',
  '57P03',
  '53300',
]);

function isDatabaseDown(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && CONNECTION_ERRORS.has(code);
}
