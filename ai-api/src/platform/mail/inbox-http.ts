import { readFileSync } from 'node:fs';
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
import type { Logger } from 'pino';
import { html } from '../html.ts';
import {
  forbidCrossSite,
  HTML_PART_POLICY,
  InboxProblem,
  pageHeaders,
  requireKnownHost,
} from './inbox-guards.ts';
import type { MessageQuery } from './inbox-index.ts';
import { type InboxMessage, type MessageSummary, readAttachment, readMessage } from './inbox-message.ts';
import type { InboxStore } from './inbox-store.ts';
import { htmlPart } from './pages/html-part.ts';
import { listPage } from './pages/list-page.ts';
import { type MessageView, messagePage } from './pages/message-page.ts';
import { page } from './pages/page.ts';

const STYLE = ['base', 'list', 'message'].map((name) => readAsset(`${name}.css`)).join('\n');
const ICON = readAsset('icon.svg');
const MAX_LIMIT = 500;
const MAX_SEARCH = 200;

/** The pages and the JSON of the dev inbox. */
export function createInboxApp(
  store: InboxStore,
  { smtpUrl, host, log }: { smtpUrl: string; host: string; log: Logger },
): Express {
  const app = express();
  app.disable('x-powered-by').set('query parser', 'simple').set('etag', false);
  app.use(requireKnownHost(host), pageHeaders, forbidCrossSite);

  app.get('/health', (_request, response) => {
    response.json({ status: 'ok', messages: store.size });
  });
  app.get('/inbox.css', (_request, response) => {
    response.type('css').send(STYLE);
  });
  app.get('/icon.svg', (_request, response) => {
    response.type('svg').send(ICON);
  });

  app.get('/', (request, response) => {
    const query = readQuery(request);
    response.send(String(listPage(store.list(query), { query, smtpUrl, now: new Date() })));
  });
  app.post('/empty', async (_request, response) => {
    await store.clear();
    response.redirect(303, '/');
  });
  app.get('/messages/:id', async (request, response) => {
    const { summary, source } = await find(store, request);
    const message = await readMessage(summary, source).catch(() => null);
    const view = readView(request);
    response.send(String(messagePage({ summary, message, source, view, now: new Date() })));
  });
  app.get('/messages/:id/html', async (request, response) => {
    const message = await parse(await find(store, request));
    if (message.html === null) throw new InboxProblem(404, 'This mail has no HTML part.');
    response.setHeader('content-security-policy', HTML_PART_POLICY);
    response.send(htmlPart(message.html));
  });
  app.get('/messages/:id/source', async (request, response) => {
    const { source } = await find(store, request);
    response.type('text/plain; charset=utf-8').send(source);
  });
  app.get('/messages/:id/attachments/:index', async (request, response) => {
    const { source } = await find(store, request);
    const attachment = await readAttachment(source, Number(request.params.index)).catch(refuseUnreadable);
    if (!attachment) throw new InboxProblem(404, 'This mail has no such attachment.');
    response.attachment(attachment.filename).type('application/octet-stream').send(attachment.content);
  });

  app.get('/api/messages', (request, response) => {
    response.json(store.list(readQuery(request)));
  });
  app.get('/api/messages/:id', async (request, response) => {
    response.json(await parse(await find(store, request)));
  });
  app.delete('/api/messages', async (_request, response) => {
    response.json({ deleted: await store.clear() });
  });

  app.use(() => {
    throw new InboxProblem(404, 'There is nothing here.');
  });
  app.use(answerError(log));
  return app;
}

async function find(store: InboxStore, request: Request) {
  const found = await store.read(String(request.params.id));
  if (!found) throw new InboxProblem(404, 'There is no such mail; it may have been deleted.');
  return found;
}

function parse({ summary, source }: { summary: MessageSummary; source: Buffer }): Promise<InboxMessage> {
  return readMessage(summary, source).catch(refuseUnreadable);
}

function refuseUnreadable(): never {
  throw new InboxProblem(422, 'This mail could not be taken apart. Its source can still be read.');
}

function readQuery(request: Request): MessageQuery {
  const query: MessageQuery = {};
  for (const name of ['q', 'to', 'subject'] as const) {
    const value = parameter(request, name);
    if (value) query[name] = value.slice(0, MAX_SEARCH);
  }
  const cursor = parameter(request, 'cursor');
  if (cursor) {
    if (!/^[0-9a-f-]{36}$/.test(cursor))
      throw new InboxProblem(400, 'cursor is not one that this inbox gave out.');
    query.cursor = cursor;
  }
  const limit = parameter(request, 'limit');
  if (limit) {
    query.limit = Number(limit);
    if (!/^\d+$/.test(limit) || query.limit < 1 || query.limit > MAX_LIMIT) {
      throw new InboxProblem(400, `limit must be a whole number from 1 to ${MAX_LIMIT}.`);
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
  if (Array.isArray(value)) throw new InboxProblem(400, `${name} is given more than once.`);
  return typeof value === 'string' ? value.trim() : undefined;
}

function readAsset(name: string): string {
  return readFileSync(new URL(`./pages/${name}`, import.meta.url), 'utf8');
}

function answerError(log: Logger): ErrorRequestHandler {
  return (error, request, response, next) => {
    if (response.headersSent) return next(error);
    const problem = asProblem(error);
    if (problem.status >= 500) log.error({ err: error, path: request.path }, 'dev inbox page failed');
    sendProblem(request, response.status(problem.status), problem);
  };
}

function sendProblem(request: Request, response: Response, { status, message }: InboxProblem): void {
  if (request.path.startsWith('/api/')) {
    response
      .type('application/problem+json')
      .send(JSON.stringify({ type: 'about:blank', status, detail: message }));
    return;
  }
  const body = html`<section class="notice">
    <h1>${message}</h1>
    <p><a class="button" href="/">Back to the inbox</a></p>
  </section>`;
  response.send(String(page({ title: message, body })));
}

function asProblem(error: unknown): InboxProblem {
  if (error instanceof InboxProblem) return error;
  if (error instanceof URIError) return new InboxProblem(400, 'This address is not valid.');
  return new InboxProblem(500, 'This could not be shown. The log of the dev inbox says why.');
}
