import express, { type RequestHandler, type Router } from 'express';
import { html } from '../../../platform/html.ts';
import type { Conversations } from './service.ts';

/** `GET /shared/{token}`: a shared conversation as a page without scripts. */
export function sharePage({ shares }: Conversations, anonymous: RequestHandler): Router {
  return express.Router().get('/shared/:token', anonymous, async (request, response) => {
    const { title, markdown, expiresAt } = await shares.read(String(request.params.token));
    response
      .set({
        'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-robots-tag': 'noindex',
      })
      .type('html')
      .send(
        html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}pre{white-space:pre-wrap;font:14px/1.5 ui-monospace,monospace}</style>
<p>Shared until ${expiresAt}</p>
<pre>${markdown}</pre>
</html>
`.toString(),
      );
  });
}
