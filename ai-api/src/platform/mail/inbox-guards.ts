import type { RequestHandler } from 'express';

/** An answer other than success, said to a person. */
export class InboxProblem extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const PAGE_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "frame-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** For the HTML a stranger wrote: no scripts, no forms, nothing from the network; links open a new tab. */
export const HTML_PART_POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  'font-src data:',
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
  'sandbox allow-popups allow-popups-to-escape-sandbox',
].join('; ');

/** On loopback, answers only to loopback names, so that a page on the web cannot reach the mails by rebinding its DNS name. */
export function requireKnownHost(host: string): RequestHandler {
  const guarded = isLoopback(host);
  return (request, _response, next) => {
    const name = request.headers.host?.replace(/:\d+$/, '').toLowerCase() ?? '';
    if (guarded && !isLoopback(name)) {
      throw new InboxProblem(421, 'This inbox answers only to localhost and loopback addresses.');
    }
    next();
  };
}

/** Refuses changes that another site's page asks the browser for. */
export const forbidCrossSite: RequestHandler = (request, _response, next) => {
  const reading = request.method === 'GET' || request.method === 'HEAD';
  const site = request.headers['sec-fetch-site'] ?? 'none';
  const { origin, host } = request.headers;
  const foreign =
    (site !== 'none' && site !== 'same-origin') || (origin !== undefined && origin !== `http://${host}`);
  if (!reading && foreign) throw new InboxProblem(403, 'Only a page of this inbox may change it.');
  next();
};

/** Headers of every answer; a route may replace the policy. */
export const pageHeaders: RequestHandler = (_request, response, next) => {
  response.set({
    'content-security-policy': PAGE_POLICY,
    'cross-origin-resource-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-dns-prefetch-control': 'off',
    'cache-control': 'no-store',
  });
  next();
};

function isLoopback(host: string): boolean {
  return (
    host === '::1' || host === '[::1]' || /^127(\.\d+){3}$/.test(host) || /^(.+\.)?localhost$/.test(host)
  );
}
