import { readFileSync } from 'node:fs';
import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler } from 'express';
import type { Logger } from 'pino';
import { htmlDocument, listPage, type MessageView, messagePage, problemPage } from './inbox-pages.ts';
import type { InboxStore, MessageQuery } from './inbox-store.ts';

const MAX_LIMIT = 500;
const MAX_SEARCH = 200;

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

  const app = express();
  app.disable('x-powered-by').set('query parser', 'simple').set('etag', false);
  app.use(guard);
  app.get('/health', (_request, response) => {
    response.json({ status: 'ok', messages: store.size });
  });
  const style = readFileSync(new URL('./inbox.css', import.meta.url), 'utf8');
  app.get('/inbox.css', (_request, response) => {
    response.type('css').send(style);
  });
  app.get('/frame.js', (_request, response) => {
    response.type('js').send(FRAME_SCRIPT);
  });
  app.get('/', (request, response) => {
    const query = readQuery(request);
    response.send(String(listPage(store.list(query), query, smtpUrl)));
  });
  app.post('/empty', (_request, response) => {
    store.clear();
    response.redirect(303, '/');
  });
  app.get('/messages/:id', (request, response) => {
    response.send(String(messagePage(find(request), readView(request))));
  });
  app.get('/messages/:id/html', (request, response) => {
    const { html } = parsed(request);
    response.set('content-security-policy', HTML_PART_POLICY);
    response.send(htmlDocument(html ?? refuse(404, 'This mail has no HTML part.')));
  });
  app.get('/messages/:id/source', (request, response) => {
    response.type('text/plain; charset=utf-8').send(find(request).source);
  });
  app.get('/messages/:id/attachments/:index', (request, response) => {
    const index = Number(request.params.index);
    const attachment = parsed(request).attachments[index] ?? refuse(404, 'This mail has no such attachment.');
    response.attachment(attachment.filename).type('application/octet-stream');
    response.send(find(request).files[index]);
  });
  app.get('/api/messages', (request, response) => {
    response.json(store.list(readQuery(request)));
  });
  app.get('/api/messages/:id', (request, response) => {
    response.json(parsed(request));
  });
  app.delete('/api/messages', (_request, response) => {
    response.json({ deleted: store.clear() });
  });
  app.use(() => refuse(404, 'There is nothing here.'));
  app.use(answerError(log));
  return app;
}

function refuse(status: number, message: string): never {
  throw new InboxProblem(status, message);
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

function readQuery(request: Request): MessageQuery {
  const query: MessageQuery = {};
  for (const name of ['q', 'to', 'subject'] as const) {
    const value = parameter(request, name);
    if (value) query[name] = value.slice(0, MAX_SEARCH);
  }
  const cursor = parameter(request, 'cursor');
  if (cursor) {
    if (!/^[0-9a-f-]{36}$/.test(cursor)) refuse(400, 'cursor is not one that this inbox returned.');
    query.cursor = cursor;
  }
  const limit = parameter(request, 'limit');
  if (limit) {
    query.limit = Number(limit);
    if (!/^\d+$/.test(limit) || query.limit < 1 || query.limit > MAX_LIMIT) {
      refuse(400, `limit must be a whole number from 1 to ${MAX_LIMIT}.`);
    }
  }
  return query;
}

function readView(request: Request): MessageView | null {
  const view = parameter(request, 'view');
  return view === 'html' || view === 'text' || view === 'source' ? view : null;
}

function parameter(request: Request, name: string): string | undefined {
  const value = request.query[name];
  if (Array.isArray(value)) refuse(400, `${name} is given more than once.`);
  return typeof value === 'string' ? value.trim() : undefined;
}

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
