import type { Response } from 'express';
import { type Html, html } from '../platform/html.ts';

const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/** A small page for a person who followed a link. */
export interface Page {
  title: string;
  content: Html;
}

/**
 * Sends a page that runs no script and is not kept. Its address, which may hold a secret, goes to no other site; a form
 * that is sent from it names its origin.
 */
export function sendPage(response: Response, status: number, page: Page): void {
  response.status(status).setHeader('Content-Security-Policy', POLICY);
  response.setHeader('Referrer-Policy', 'same-origin');
  response
    .setHeader('Cache-Control', 'no-store')
    .type('html')
    .send(String(frame(page)));
}

/** A page that only says something. */
export function notePage(heading: string, text: string): Page {
  return { title: heading, content: html`<h1>${heading}</h1><p>${text}</p>` };
}

function frame({ title, content }: Page): Html {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="robots" content="noindex" />
    <title>${title}</title>
    <style>
      :root { color-scheme: light dark; --line: #d5dbe2; --quiet: #5b6675; --ground: #f4f6f8; --card: #fff; }
      @media (prefers-color-scheme: dark) { :root { --line: #39424e; --quiet: #9aa7b5; --ground: #14181d; --card: #1c2229; } }
      body { margin: 0; padding: 2rem 1rem; background: var(--ground); font: 16px/1.55 system-ui, sans-serif; }
      main { max-width: 38rem; margin: 0 auto; padding: 1.5rem 2rem 2rem; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
      h1 { margin: 0.3rem 0 0.8rem; font-size: 1.4rem; line-height: 1.3; overflow-wrap: anywhere; }
      .quiet { margin: 0; color: var(--quiet); font-size: 0.9rem; }
      .message { white-space: pre-line; overflow-wrap: anywhere; }
      th { text-align: left; font-weight: 400; color: var(--quiet); padding: 0.2rem 1.2rem 0.2rem 0; vertical-align: top; }
      td { overflow-wrap: anywhere; }
      label { display: block; margin: 1.2rem 0 0.3rem; }
      textarea, input:not([type='hidden']) { box-sizing: border-box; width: 100%; padding: 0.5rem; font: inherit; border: 1px solid var(--line); border-radius: 7px; }
      .buttons { display: flex; gap: 0.7rem; flex-wrap: wrap; margin: 1rem 0 1.4rem; }
      button { padding: 0.6rem 1.5rem; border: 1px solid transparent; border-radius: 7px; background: #0b6b47; color: #fff; font: inherit; font-weight: 600; cursor: pointer; }
      .declined { background: #a3262a; }
      .fault { margin: 0.6rem 0 0; color: #d0393e; }
    </style>
  </head>
  <body><main>${content}</main></body>
</html>`;
}
