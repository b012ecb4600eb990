import express, { type RequestHandler, type Response, Router } from 'express';
import { z } from 'zod';
import { newPassword } from '../../../contract/accounts.ts';
import { sendPage } from '../../../http/page.ts';
import { Problem } from '../../../http/problem.ts';
import { exchangeOf } from '../../../http/router.ts';
import type { Identity } from '../identity/index.ts';
import { donePage, invalidPage, passwordPage } from './page.ts';

const token = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const form = z
  .object({ token, password: newPassword, repeated: z.string() })
  .refine(({ password, repeated }) => password === repeated, {
    path: ['password'],
    message: 'is not the same in both fields',
  });

interface Parts {
  login: Pick<Identity['login'], 'openInvitation' | 'setPassword'>;
  providers: Identity['providers'];
  /** Where people open the dashboards; null when that is not configured. */
  dashboardsUrl: string | null;
}

/**
 * The page behind the link of an invitation. Following the link changes nothing, because mail programs and scanners follow
 * links too; the password is set by a form that a person sends.
 */
export function serveInvitations({ login, providers, dashboardsUrl }: Parts, limit: RequestHandler): Router {
  const router = Router();
  const show = async (response: Response, link: unknown, status = 200, fault?: string) => {
    const known = token.safeParse(link);
    const invited = known.success ? await login.openInvitation(known.data) : null;
    if (!invited) return sendPage(response, 404, invalidPage);
    sendPage(
      response,
      status,
      passwordPage(
        invited,
        known.data as string,
        providers.filter(({ tenant }) => tenant === undefined || tenant === invited.company),
        fault,
      ),
    );
  };

  router.get('/', limit, async (request, response) => show(response, request.query.token));
  router.get('/done', limit, (_request, response) => sendPage(response, 200, donePage(dashboardsUrl)));
  router.post(
    '/',
    limit,
    express.urlencoded({ extended: false, limit: '8kb' }),
    async (request, response) => {
      const { success, data, error: wrong } = form.safeParse(request.body ?? {});
      const link = (request.body as { token?: unknown } | undefined)?.token;
      if (!success) return show(response, link, 422, `The password ${wrong.issues[0]?.message}.`);
      try {
        await login.setPassword(exchangeOf(request, response), data);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        if (error.code === 'UNAUTHENTICATED') return sendPage(response, 404, invalidPage);
        const weak = error.errors?.map(({ message }) => `The password ${message}.`).join(' ');
        return show(response, link, error.status, weak ?? error.message);
      }
      sendPage(response, 200, donePage(dashboardsUrl));
    },
  );
  return router;
}
