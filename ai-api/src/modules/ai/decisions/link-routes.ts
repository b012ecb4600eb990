import express, { type RequestHandler, type Response, Router } from 'express';
import { z } from 'zod';
import { prose } from '../../../contract/schemas.ts';
import { notePage, sendPage } from '../../../http/page.ts';
import { Problem } from '../../../http/problem.ts';
import { CHOICES } from './contract.ts';
import { confirmationPage } from './page.ts';
import type { Decisions } from './service.ts';

const token = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const answer = z.object({ token, choice: z.enum(CHOICES), reason: prose(0, 2000).optional() });

/**
 * The page behind the links in e-mails. Following a link shows the question and changes nothing, because mail
 * programs and scanners follow links too; the answer is a form that a person sends.
 */
export function serveDecisionLinks(decisions: Decisions, limit: RequestHandler): Router {
  const router = Router();
  const show = async (response: Response, given: unknown, status = 200, fault?: string) => {
    const known = token.safeParse(given);
    const found = known.success ? await decisions.open(known.data) : null;
    if (!found) return sendPage(response, 404, notePage('This link is not valid', 'It may be incomplete.'));
    sendPage(response, status, confirmationPage(found, known.data as string, fault));
  };

  router.get('/', limit, async (request, response) => show(response, request.query.token));
  router.post(
    '/',
    limit,
    express.urlencoded({ extended: false, limit: '32kb' }),
    async (request, response) => {
      const given = answer.safeParse(request.body ?? {});
      if (!given.success) {
        const { token: link } = (request.body ?? {}) as { token?: unknown };
        return show(
          response,
          link,
          422,
          'Choose one of the two buttons. A reason has at most 2000 characters, and no control characters.',
        );
      }
      try {
        const { choice, reason } = given.data;
        await decisions.answer(given.data.token, choice, reason, String(request.id));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        const fault = error.code === 'INVALID_INPUT' ? 'Please give a reason.' : error.message;
        return show(response, given.data.token, error.status, fault);
      }
      await show(response, given.data.token);
    },
  );
  return router;
}
