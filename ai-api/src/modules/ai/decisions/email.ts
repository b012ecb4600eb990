import { html } from '../../../platform/html.ts';
import type { DecisionRow } from './store.ts';

const INK = '#1c2430';
const QUIET = '#5b6675';
const LINE = '#e3e7ec';

/** The e-mail that asks one person; `link` is theirs alone. It leads to a page, and decides nothing by itself. */
export function renderDecisionEmail(decision: DecisionRow, link: string) {
  return {
    subject: decision.title,
    html: String(page(decision, link)),
    text: plainText(decision, link),
  };
}

/** Tables and inline styles: what mail programs understand. */
function page(decision: DecisionRow, link: string) {
  const facts = decision.details;
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${decision.title}</title>
  </head>
  <body style="margin:0;background:#f4f6f8;color:${INK};font:16px/1.55 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif">
    <table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:32px 16px">
      <table role="presentation" width="600" cellpadding="0" cellspacing="0" style="max-width:600px;width:100%;background:#ffffff;border:1px solid ${LINE};border-radius:10px">
        <tr><td style="padding:28px 32px 8px">
          <p style="margin:0;color:${QUIET};font-size:14px">Your decision is needed</p>
          <h1 style="margin:6px 0 0;font-size:22px;line-height:1.3">${decision.title}</h1>
        </td></tr>
        ${decision.message ? html`<tr><td style="padding:12px 32px;white-space:pre-line">${decision.message}</td></tr>` : ''}
        ${facts.length > 0 ? html`<tr><td style="padding:4px 32px 12px"><table role="presentation" cellpadding="0" cellspacing="0">${facts.map(([name, value]) => html`<tr><td style="padding:3px 16px 3px 0;color:${QUIET};vertical-align:top">${name}</td><td style="padding:3px 0">${String(value)}</td></tr>`)}</table></td></tr>` : ''}
        <tr><td style="padding:12px 32px 24px">
          <a href="${link}" style="display:inline-block;background:#1d5f8a;color:#ffffff;text-decoration:none;padding:11px 22px;border-radius:7px;font-weight:600">Look and decide</a>
        </td></tr>
        <tr><td style="padding:16px 32px 24px;border-top:1px solid ${LINE};color:${QUIET};font-size:13px">
          This link is personal: anyone who has it can decide in your name. It works until ${instant(decision.expires_at)}.
        </td></tr>
      </table>
    </td></tr></table>
  </body>
</html>`;
}

function plainText(decision: DecisionRow, link: string): string {
  const facts = decision.details.map(([name, value]) => `${name}: ${String(value)}`);
  return [
    'Your decision is needed',
    decision.title,
    decision.message ?? '',
    facts.join('\n'),
    `Review and decide: ${link}`,
    `This link is personal: anyone who has it can decide in your name. It works until ${instant(decision.expires_at)}.`,
  ]
    .filter(Boolean)
    .join('\n\n');
}

/** `2026-11-16 08:00 UTC`. */
export function instant(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
