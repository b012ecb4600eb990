import { type Html, type HtmlValue, html } from '../html.ts';

export const INK = '#1c2430';
export const QUIET = '#5b6675';
export const LINE = '#e3e7ec';

export interface MailPage {
  title: string;
  /** The line above the heading, in small letters. */
  over: string;
  heading: string;
  /** What follows the heading, each with a space of its own. Falsy ones are left out. */
  blocks: readonly HtmlValue[];
  /** The small print at the end. */
  footer: HtmlValue;
}

/** The layout of every HTML mail that the API writes: tables and inline styles, which mail programs understand. */
export function mailPage({ title, over, heading, blocks, footer }: MailPage): Html {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${title}</title>
  </head>
  <body style="margin:0;background:#f4f6f8;color:${INK};font:16px/1.55 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif">
    <table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:32px 16px">
      <table role="presentation" width="600" cellpadding="0" cellspacing="0" style="max-width:600px;width:100%;background:#ffffff;border:1px solid ${LINE};border-radius:10px">
        <tr><td style="padding:28px 32px 8px">
          <p style="margin:0;color:${QUIET};font-size:14px">${over}</p>
          <h1 style="margin:6px 0 0;font-size:22px;line-height:1.3">${heading}</h1>
        </td></tr>
        ${blocks.filter(Boolean).map((block) => html`<tr><td style="padding:8px 32px">${block}</td></tr>`)}
        <tr><td style="padding:16px 32px 24px;border-top:1px solid ${LINE};color:${QUIET};font-size:13px">${footer}</td></tr>
      </table>
    </td></tr></table>
  </body>
</html>`;
}

/** The one thing that a mail asks its reader to do. */
export function mailButton(link: string, label: string): Html {
  return html`<a href="${link}" style="display:inline-block;background:#1d4ed8;color:#ffffff;text-decoration:none;border-radius:8px;padding:10px 18px;margin:8px 0">${label}</a>`;
}
