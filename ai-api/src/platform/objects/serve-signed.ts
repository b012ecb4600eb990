import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FilesystemObjects } from './filesystem.ts';
import { InvalidObjectInput } from './validation.ts';

const DEFAULT_MAX_BYTES = 100 * 1024 * 1024;

const REFUSALS = {
  malformed: [400, 'This is not a signed object URL.'],
  'wrong-method': [405, 'This URL was signed for another method.'],
  'bad-signature': [403, 'The signature of this URL is not valid.'],
  expired: [403, 'This URL has expired.'],
} as const;

class BodyTooLarge extends Error {}

/**
 * Answers requests for the URLs that the filesystem store signs: GET and HEAD download, PUT stores the body
 * (at most `maxBytes`, 100 MiB when absent) under the request's content type. It needs the URL as the client sent it and
 * a body that is not read yet, so it goes before body parsers. Downloads are never rendered by a browser.
 */
export function serveSignedObjects(
  store: FilesystemObjects,
  { maxBytes = DEFAULT_MAX_BYTES }: { maxBytes?: number } = {},
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const verdict = store.verifySignedUrl(request.url ?? '', request.method ?? '');
    if (!verdict.ok) {
      const [status, message] = REFUSALS[verdict.reason];
      return refuse(response, status, message);
    }
    try {
      if (verdict.method === 'PUT') await upload(store, verdict.key, maxBytes, request, response);
      else await download(store, verdict.key, request, response);
    } catch (error) {
      if (error instanceof BodyTooLarge)
        return refuse(response, 413, `At most ${maxBytes} bytes are accepted.`);
      if (error instanceof InvalidObjectInput) return refuse(response, 400, error.message);
      if (request.destroyed || response.destroyed) return;
      throw error;
    }
  };
}

async function download(
  store: FilesystemObjects,
  key: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const object = await store.get(key);
  if (!object) return refuse(response, 404, 'There is no such object.');
  const name = key.slice(key.lastIndexOf('/') + 1);
  response.writeHead(200, {
    'content-type': object.contentType,
    'content-length': object.size,
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, percent)}`,
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, no-store',
  });
  if (request.method === 'HEAD') {
    object.body.destroy();
    response.end();
    return;
  }
  await pipeline(object.body, response);
}

async function upload(
  store: FilesystemObjects,
  key: string,
  maxBytes: number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw new BodyTooLarge();
  const contentType = request.headers['content-type'];
  const body = Readable.from(limited(request, maxBytes));
  await store.put(key, body, contentType === undefined ? {} : { contentType });
  response.writeHead(204).end();
}

/** Leaves the request open when it ends early, so that the refusal can still be sent. */
async function* limited(request: IncomingMessage, maxBytes: number): AsyncGenerator<Buffer> {
  let seen = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    seen += chunk.length;
    if (seen > maxBytes) throw new BodyTooLarge();
    yield chunk;
  }
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function refuse(response: ServerResponse, status: number, message: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response
    .writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
    .end(`${message}\n`);
}
