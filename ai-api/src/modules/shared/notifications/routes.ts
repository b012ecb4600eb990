import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import type { Logger } from 'pino';
import { z } from 'zod';
import { notePage, type Page, sendPage } from '../../../http/page.ts';
import { html } from '../../../platform/html.ts';
import { type Sns, SnsRefused } from './channels/sns.ts';
import type { Twilio } from './channels/twilio.ts';
import type { Unsubscribing } from './preferences/unsubscribing.ts';
import type { Reports } from './sending/reports.ts';

interface RouteParts {
  unsubscribing: Unsubscribing;
  reports: Reports;
  sns: Sns;
  twilio: Twilio | null;
  publicUrl: string;
  log: Logger;
}

const form = express.urlencoded({ extended: false, limit: '32kb' });
const fields = z.record(z.string(), z.string());

/** What mail programs, SES and Twilio call: unsubscribe links, reports and answers. */
export function routesOf(parts: RouteParts, limit: RequestHandler): Router {
  return Router()
    .use('/unsubscribe', unsubscribeRoutes(parts, limit))
    .use('/callbacks', callbackRoutes(parts, limit));
}

/** POST acts at once, as mail programs do it (RFC 8058); GET shows a page, because scanners follow links. */
function unsubscribeRoutes({ unsubscribing }: RouteParts, limit: RequestHandler): Router {
  const router = Router();
  router.get('/', limit, async (request, response) => {
    const found = await unsubscribing.find(request.query.token);
    if (!found) return sendPage(response, 404, notePage('This link is not valid', 'It may be incomplete.'));
    if (found.isOff) return sendPage(response, 200, unsubscribed(found.what));
    sendPage(response, 200, {
      title: 'Unsubscribe?',
      content: html`<h1>Unsubscribe?</h1>
        <p>You will get no more e-mails about ${found.what} at ${found.address}.</p>
        <form method="post" action="/unsubscribe?token=${String(request.query.token)}"><button>Unsubscribe</button></form>`,
    });
  });
  router.post('/', limit, form, async (request, response) => {
    const done = await unsubscribing.unsubscribe(request.query.token, String(request.id));
    if (!done) return sendPage(response, 404, notePage('This link is not valid', 'It may be incomplete.'));
    sendPage(response, 200, unsubscribed(done.what));
  });
  return router;
}

function unsubscribed(what: string): Page {
  return notePage(
    'You are unsubscribed',
    `No more e-mails about ${what} are sent to you. You can change this in your notification preferences.`,
  );
}

/** What is signed is not limited, because providers report in bursts; what is refused counts against its address. */
function callbackRoutes({ reports, sns, twilio, publicUrl, log }: RouteParts, limit: RequestHandler): Router {
  const router = Router();
  router.post('/ses', express.text({ type: () => true, limit: '256kb' }), async (request, response) => {
    try {
      const message = await sns.read(String(request.body), () => counted(limit, request, response));
      if (message.Type === 'SubscriptionConfirmation') await sns.confirm(message);
      if (message.Type === 'Notification') await reports.ofSes(message.Message);
      response.status(204).end();
    } catch (error) {
      if (!(error instanceof SnsRefused)) throw error;
      await counted(limit, request, response);
      log.warn({ reason: error.message }, 'a message to the callback of SES was refused');
      response.status(403).end();
    }
  });

  const signed =
    (handle: (request: Request, given: Record<string, string>) => Promise<void>): RequestHandler =>
    async (request, response) => {
      const given = fields.safeParse(request.body ?? {});
      const url = `${publicUrl.replace(/\/+$/, '')}${request.originalUrl}`;
      const signature = request.header('x-twilio-signature') ?? '';
      if (!twilio || !given.success || !twilio.isSigned(url, given.data, signature)) {
        await counted(limit, request, response);
        log.warn({ path: request.path }, 'a message to a callback of Twilio was refused');
        response.status(403).end();
        return;
      }
      await handle(request, given.data);
      response.type('text/xml').send('<Response></Response>');
    };
  router.post(
    '/twilio/status',
    form,
    signed(async ({ query }, given) => {
      const id = z.uuid().safeParse(query.delivery);
      if (id.success) await reports.ofTwilio(id.data, String(query.attempt), given);
    }),
  );
  router.post(
    '/twilio/inbound',
    form,
    signed((_request, { From = '', Body = '' }) => reports.ofPhone(From, Body)),
  );
  return router;
}

/** Takes a request from the budget of its address. @throws {import('../../../http/problem.ts').Problem} RATE_LIMITED */
async function counted(limit: RequestHandler, request: Request, response: Response): Promise<void> {
  await limit(request, response, (error?: unknown) => {
    if (error) throw error;
  });
}
