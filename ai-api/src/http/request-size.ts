import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RequestHandler } from 'express';
import { type ErrorCode, PROBLEMS } from '../contract/errors.ts';
import { Problem } from './problem.ts';

/** Longest path and query, in bytes as sent. */
export const MAX_URL_LENGTH = 8_192;
/** Request line and headers together, in bytes; Node refuses more before any of our code runs. */
export const MAX_HEADER_BYTES = 16_384;

/** 414 for a URL that no client of ours would make. */
export const limitUrl: RequestHandler = (request, _response, next) => {
  if (request.originalUrl.length > MAX_URL_LENGTH)
    throw new Problem('URL_TOO_LONG', `The URL is longer than ${MAX_URL_LENGTH} characters.`);
  next();
};

/**
 * For express.json: refuses a body that is not UTF-8, or nested deeper than `maxDepth`, before it is parsed.
 * Looks at UTF-8 bytes; brackets inside strings do not count.
 */
export function limitDepth(maxDepth: number) {
  return (_request: IncomingMessage, _response: ServerResponse, body: Buffer, encoding: string): void => {
    if (encoding !== 'utf-8') throw bodyError('charset.unsupported');
    // Read as UTF-8 all the same, other bytes would overwrite a name with replacement characters.
    if (!isUtf8(body)) throw bodyError('entity.not.utf8');
    if (depthExceeds(body, maxDepth)) throw bodyError('entity.too.deep');
  };
}

/** An error as express.json throws them; the error handler knows it by its type. */
function bodyError(type: string): Error {
  return Object.assign(new Error(type), { type });
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

function depthExceeds(body: Buffer, maxDepth: number): boolean {
  let depth = 0;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at];
    if (byte === QUOTE) at = endOfString(body, at);
    else if (byte === 0x5b || byte === 0x7b) depth += 1;
    else if (byte === 0x5d || byte === 0x7d) depth -= 1;
    if (depth > maxDepth) return true;
  }
  return false;
}

/** Where the string that begins at `start` ends; the body's end when it does not. */
function endOfString(body: Buffer, start: number): number {
  for (let at = body.indexOf(QUOTE, start + 1); at !== -1; at = body.indexOf(QUOTE, at + 1)) {
    let escapes = 0;
    while (body[at - 1 - escapes] === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return at;
  }
  return body.length;
}

/** Answers requests that are not valid HTTP, or too large a head, with a problem document before the socket closes. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const code = codeOf(error.code);
  const { status, title } = PROBLEMS[code];
  const problem = new Problem(code, title);
  const { instance: _, ...document } = problem.document({ path: '', id: '' });
  const body = JSON.stringify(document);
  const head = [
    `HTTP/1.1 ${status} ${title}`,
    'Connection: close',
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function codeOf(code: string | undefined): ErrorCode {
  if (code === 'HPE_HEADER_OVERFLOW') return 'HEADERS_TOO_LARGE';
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'REQUEST_TOO_SLOW' : 'MALFORMED_HTTP';
}
