import express, { type RequestHandler, type Response, Router } from 'express';
import { z } from 'zod';
import { email, newCompany, newPassword } from '../../../contract/accounts.ts';
import { sendPage } from '../../../http/page.ts';
import { notFound, Problem } from '../../../http/problem.ts';
import { exchangeOf } from '../../../http/router.ts';
import type { Identity } from '../identity/index.ts';
import { donePage } from './page.ts';
import type { Invitations } from './service.ts';
import { expiredPage, forgottenPage, openPage, providerPage, sentPage, signUpPage } from './sign-up-page.ts';

const person = z.object({ email, name: z.string().trim().min(1).max(200) });
const opening = z
  .object({ token: z.string().max(4_000), company: newCompany, password: newPassword, repeated: z.string() })
  .refine(({ password, repeated }) => password === repeated, {
    path: ['password'],
    message: 'is not the same in both fields',
  });

type Parts = Pick<Invitations, 'register' | 'forgotPassword' | 'readLink' | 'companies'> & {
  providers: Identity['providers'];
  /** Where people open the dashboards; null when that is not configured. */
  dashboardsUrl: string | null;
};

/** The pages where people sign up, open their company and ask for a new password. */
export function serveSignUp(parts: Parts, limit: RequestHandler): Router {
  const { register, forgotPassword, readLink, companies, dashboardsUrl } = parts;
  const router = Router();
  const form = express.urlencoded({ extended: false, limit: '16kb' });
  const open = parts.providers.filter(({ tenant }) => tenant === undefined);

  router.use('/sign-up', limit, (_request, _response, next) => {
    if (!companies.isOpen) throw notFound('page', '/sign-up');
    next();
  });

  const showLink = (response: Response, token: unknown, status = 200, wrong?: string) => {
    const read = typeof token === 'string' ? readLink(token) : null;
    if (!read) return sendPage(response, 404, expiredPage);
    sendPage(response, status, openPage(read, token as string, wrong));
  };

  router.get('/sign-up', (request, response) => {
    if (request.query.token !== undefined) return showLink(response, request.query.token);
    sendPage(response, 200, signUpPage(open));
  });

  router.post('/sign-up', form, async (request, response) => {
    const { data, error } = person.safeParse(request.body ?? {});
    if (!data) return sendPage(response, 422, signUpPage(open, faultOf(error)));
    const { message } = await register({ exchange: exchangeOf(request, response) }, data);
    sendPage(response, 202, sentPage(message));
  });

  router.post('/sign-up/at/:provider', form, (request, response) => {
    const provider = open.find(({ id }) => id === request.params.provider);
    if (!provider) throw notFound('provider', String(request.params.provider));
    const { data, error } = z.object({ company: newCompany }).safeParse(request.body ?? {});
    if (!data) return sendPage(response, 422, signUpPage(open, faultOf(error)));
    sendPage(response, 200, providerPage(provider, data.company));
  });

  router.post('/sign-up/open', form, async (request, response) => {
    const { data, error } = opening.safeParse(request.body ?? {});
    const token = (request.body as { token?: unknown } | undefined)?.token;
    if (!data) return showLink(response, token, 422, faultOf(error));
    const read = readLink(data.token);
    if (!read) return sendPage(response, 404, expiredPage);
    try {
      const { email: address, name } = read;
      const { token: secret, company, password } = data;
      const exchange = exchangeOf(request, response);
      await companies.openWithPassword(exchange, { token: secret, company, email: address, name, password });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const wrong = error.errors?.map(({ field, message }) => `The ${field} ${message}.`).join(' ');
      return showLink(response, token, error.status, wrong ?? error.message);
    }
    sendPage(response, 200, donePage(dashboardsUrl));
  });

  router.get('/forgotten-password', limit, (_request, response) => sendPage(response, 200, forgottenPage()));
  router.post('/forgotten-password', limit, form, async (request, response) => {
    const { data, error } = person.pick({ email: true }).safeParse(request.body ?? {});
    if (!data) return sendPage(response, 422, forgottenPage(faultOf(error)));
    const { message } = await forgotPassword({ exchange: exchangeOf(request, response) }, data);
    sendPage(response, 202, sentPage(message));
  });

  return router;
}

function faultOf(error: z.ZodError | undefined): string {
  const [issue] = error?.issues ?? [];
  return issue ? `The ${issue.path.join('.')} ${issue.message}.` : 'The form is incomplete.';
}
