import { readFileSync } from 'node:fs';
import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler } from 'express';
import type { Logger } from 'pino';
import { z } from 'zod';
import { htmlDocument, listPage, messagePage, problemPage } from './inbox-pages.ts';
import type { InboxStore } from './inbox-store.ts';

const words = z.string('must be given once').trim().max(200, 'must have at most 200 characters').optional();
const query = z.object({ q: words, to: words, subject: words });
/** How many the JSON has; `total` counts all. */
const limit = z.coerce
  .number('must be a whole number')
  .int('must be a whole number')
  .min(1, 'must be from 1 to 500')
  .max(500, 'must be from 1 to 500')
  .default(100);
const listQuery = query.extend({ limit });
const pageQuery = z.object({ view: z.enum(['html', 'text'], "must be 'html' or 'text'").optional() });

const PAGE_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "frame-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * For the HTML of a mail: no scripts, no forms, nothing from the network; links open a new tab. It has the origin of the
 * inbox, so that the page around it can measure its height, and nothing in it can run that could make use of it.
 */
const HTML_PART_POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  'font-src data:',
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
  'sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox',
].join('; ');

/** Makes the frame of a mail as high as the mail. */
const FRAME_SCRIPT = `const frame = document.querySelector('iframe');
const fit = () => {
  const mail = frame.contentDocument.documentElement;
  frame.style.height = mail.getBoundingClientRect().height + frame.offsetHeight - mail.clientHeight + 'px';
};
frame.addEventListener('load', fit);
addEventListener('resize', fit);
fit();
`;

class InboxProblem extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The pages and the JSON of the dev inbox. */
export function createInboxApp(
  store: InboxStore,
  { smtpUrl, log }: { smtpUrl: string; log: Logger },
): Express {
  const find = ({ params: { id } }: Request) =>
    store.get(String(id)) ?? refuse(404, 'There is no such mail; it may have been deleted.');
  const parsed = (request: Request) =>
    find(request).message ?? refuse(422, 'This mail could not be parsed. Its source can still be read.');
  const style = readFileSync(new URL('./inbox.css', import.meta.url), 'utf8');

  const app = express();
  app.disable('x-powered-by').set('query parser', 'simple').set('etag', false);
  app.use(guard);
  app.get('/health', (_request, response) => response.json({ status: 'ok', messages: store.list().length }));
  app.get('/inbox.css', (_request, response) => response.type('css').send(style));
  app.get('/frame.js', (_request, response) => response.type('js').send(FRAME_SCRIPT));
  app.get('/', (request, response) => {
    const asked = read(query, request);
    response.send(String(listPage(store.list(asked), asked, smtpUrl)));
  });
  app.post('/empty', (_request, response) => {
    store.clear();
    response.redirect(303, '/');
  });
  app.get('/messages/:id', (request, response) =>
    response.send(String(messagePage(find(request), read(pageQuery, request).view))),
  );
  app.get('/messages/:id/html', (request, response) => {
    const { html } = parsed(request);
    response.set('content-security-policy', HTML_PART_POLICY);
    response.send(htmlDocument(html ?? refuse(404, 'This mail has no HTML part.')));
  });
  app.get('/messages/:id/source', (request, response) =>
    response.type('text/plain; charset=utf-8').send(find(request).source),
  );
  app.get('/messages/:id/attachments/:index', (request, response) => {
    const index = Number(request.params.index);
    const attachment = parsed(request).attachments[index] ?? refuse(404, 'This mail has no such attachment.');
    response.attachment(attachment.filename).type('application/octet-stream');
    response.send(find(request).files[index]);
  });
  app.get('/api/messages', (request, response) => {
    const { limit, ...asked } = read(listQuery, request);
    const found = store.list(asked);
    response.json({ messages: found.slice(0, limit), total: found.length });
  });
  app.get('/api/messages/:id', (request, response) => response.json(parsed(request)));
  app.delete('/api/messages', (_request, response) => response.json({ deleted: store.clear() }));
  app.use(() => refuse(404, 'There is nothing here.'));
  app.use(answerError(log));
  return app;
}

function refuse(status: number, message: string): never {
  throw new InboxProblem(status, message);
}

function read<T>(schema: z.ZodType<T>, request: Request): T {
  const { data, error } = schema.safeParse(request.query);
  if (error) refuse(400, error.issues.map(({ path, message }) => `${path.join('.')} ${message}.`).join(' '));
  return data as T;
}

/**
 * Answers only to loopback names, so that a web page cannot read mails by rebinding its DNS name, and refuses changes
 * that a page of another site asks the browser for.
 */
const guard: RequestHandler = ({ method, headers }, response, next) => {
  response.set({
    'content-security-policy': PAGE_POLICY,
    'cross-origin-resource-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-dns-prefetch-control': 'off',
    'cache-control': 'no-store',
  });
  const name = headers.host?.replace(/:\d+$/, '').toLowerCase() ?? '';
  if (!/^(127(\.\d+){3}|\[::1\]|(.+\.)?localhost)$/.test(name)) {
    refuse(421, 'This inbox answers only to localhost and loopback addresses.');
  }
  const { origin, host, 'sec-fetch-site': site = 'none' } = headers;
  const foreign = !['none', 'same-origin'].includes(String(site)) || (origin && origin !== `http://${host}`);
  if (foreign && method !== 'GET' && method !== 'HEAD') {
    refuse(403, 'Only a page of this inbox may change it.');
  }
  next();
};

function answerError(log: Logger): ErrorRequestHandler {
  return (error, request, response, next) => {
    if (response.headersSent) return next(error);
    const { status, message } = asProblem(error);
    if (status >= 500) log.error({ err: error, path: request.path }, 'dev inbox page failed');
    response.status(status);
    if (!request.path.startsWith('/api/')) return response.send(String(problemPage(message)));
    const problem = { type: 'about:blank', status, detail: message };
    return response.type('application/problem+json').send(JSON.stringify(problem));
  };
}

function asProblem(error: unknown): InboxProblem {
  if (error instanceof InboxProblem) return error;
  if (error instanceof URIError) return new InboxProblem(400, 'This address is not valid.');
  return new InboxProblem(500, 'This could not be shown. See the log of the API.');
}
