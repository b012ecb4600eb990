import type { Request as HttpRequest, Response as HttpResponse } from 'express';

/**
 * An Express request as the web's `Request`, without its body, which was read already. Aborts when the client
 * disconnects.
 */
export function toWebRequest(request: HttpRequest, response: HttpResponse, url: string): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined && !DROPPED.has(name)) headers.set(name, String(value));
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  return new Request(url, { method: request.method, headers, body: '', signal: controller.signal });
}

/** What belongs to the connection or to our own authentication is not for the protocol's code to see. */
const DROPPED = new Set(['authorization', 'connection', 'content-length', 'cookie', 'transfer-encoding']);

/** Sends the web's `Response`. It is one message: nothing is sent before the result of a call. */
export async function sendWebResponse(answer: Response, response: HttpResponse): Promise<void> {
  const body = Buffer.from(await answer.arrayBuffer());
  response.status(answer.status);
  for (const [name, value] of answer.headers) response.setHeader(name, value);
  response.end(body);
}
