import type { ErrorRequestHandler, RequestHandler } from 'express';
import 'pino-http';
import { DataElsewhere } from '../platform/database/residency.ts';
import { NOT_SIGNED } from './body-digest.ts';
import { diskFull } from './disk-space.ts';
import { invalidField, invalidToken, Problem } from './problem.ts';

/** 404 for paths that no route knows. */
export const unknownPath: RequestHandler = (request) => {
  throw new Problem('NOT_FOUND', `Nothing is served at ${request.method} ${request.path}.`);
};

/** Turns whatever was thrown into one problem document; only our own bugs are logged as errors. */
export const errorHandler: ErrorRequestHandler = (error, request, response, next) => {
  if (response.headersSent) return next(error);
  const problem = toProblem(error);
  if (problem.status >= 500 && problem.code !== 'OVERLOADED')
    request.log?.error({ err: error }, problem.code);
  if (problem.retryAfter !== undefined) response.setHeader('Retry-After', String(problem.retryAfter));
  if (problem.challenge !== null) response.setHeader('WWW-Authenticate', problem.challenge);
  response
    .status(problem.status)
    .type('application/problem+json')
    .send(JSON.stringify(problem.document({ path: request.path, id: String(request.id) })));
};

/** What the errors of express.json (http-errors) and of the database drivers (SQLSTATE) have in common. */
interface Coded {
  type?: unknown;
  status?: unknown;
  code?: unknown;
  message?: unknown;
}

/** The problem for any thrown value. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof DataElsewhere) return wrongRegion(error);
  const { type, status, code } = (error ?? {}) as Coded;
  if (type === NOT_SIGNED) return invalidToken('The body is not the one that was signed.');
  if (type === 'entity.parse.failed')
    return new Problem('MALFORMED_JSON', 'The body could not be read as JSON.');
  if (type === 'entity.not.utf8')
    return new Problem(
      'MALFORMED_JSON',
      'The body is not UTF-8, as JSON has to be. Save or send it as UTF-8.',
    );
  if (type === 'entity.too.deep') return new Problem('BODY_TOO_DEEP', 'The JSON body is nested too deeply.');
  if (type === 'entity.too.large')
    return new Problem('BODY_TOO_LARGE', 'The body is larger than this operation accepts.');
  if (type === 'encoding.unsupported' || type === 'charset.unsupported') {
    return new Problem('UNSUPPORTED_MEDIA_TYPE', 'Send the body as UTF-8 JSON.');
  }
  if (error instanceof URIError) return invalidField('(path)', 'is not valid percent-encoding');
  if (typeof code === 'string' && UNSTORABLE.test(code))
    return invalidField('(input)', 'has a character that cannot be stored');
  if (status === 400) return new Problem('MALFORMED_JSON', 'The request could not be read.');
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === DATABASE_DISK_FULL) return diskFull(error);
  if (isDatabaseDown(error)) {
    return new Problem('SERVICE_UNAVAILABLE', 'The database is busy or does not answer. Try again.', {
      retryAfter: 5,
      cause: error,
    });
  }
  return new Problem('INTERNAL', 'The error was logged with the request id.', { cause: error });
}

/** 421 with where to send the request instead. @see https://www.rfc-editor.org/rfc/rfc9110#section-15.5.20 */
function wrongRegion(error: DataElsewhere): Problem {
  const { region, url } = error;
  return new Problem('WRONG_REGION', error.message, { residency: { region, url }, cause: error });
}

/** What PostgreSQL says of NUL in text and in JSON. @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
const UNSTORABLE = /^(22021|22P05)$/;

const DATABASE_DISK_FULL = '53100';

/** Sockets that fail, SQLSTATE classes 08 (connection), 53 (resources) and 57P (shutdown), and deadlock victims. */
const OVERLOAD_CODES =
  /^(E(CONNREFUSED|CONNRESET|TIMEDOUT|NOTFOUND|AI_AGAIN|HOSTUNREACH|PIPE)|08...|53...|57P0.|57014|40P01)$/;

/** What `pg` throws without a code. */
const LOST_CONNECTION =
  /^(timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error)/;

function isDatabaseDown(error: unknown): boolean {
  const { code, message } = (error ?? {}) as Coded;
  if (typeof code === 'string') return OVERLOAD_CODES.test(code);
  return typeof message === 'string' && LOST_CONNECTION.test(message);
}
