import { html } from '../../../platform/html.ts';
import { mailButton, mailPage, QUIET } from '../../../platform/mail/layout.ts';
import type { DecisionRow } from './store.ts';

/** The e-mail that asks one person; `link` is theirs alone. It leads to a page, and decides nothing by itself. */
export function renderDecisionEmail(decision: DecisionRow, link: string) {
  return {
    subject: decision.title,
    html: String(page(decision, link)),
    text: plainText(decision, link),
  };
}

function page(decision: DecisionRow, link: string) {
  const facts = decision.details.map(
    ([name, value]) =>
      html`<tr><td style="padding:3px 16px 3px 0;color:${QUIET};vertical-align:top">${name}</td><td style="padding:3px 0">${String(value)}</td></tr>`,
  );
  return mailPage({
    title: decision.title,
    over: 'Your decision is needed',
    heading: decision.title,
    blocks: [
      decision.message && html`<div style="white-space:pre-line">${decision.message}</div>`,
      facts.length > 0 && html`<table role="presentation" cellpadding="0" cellspacing="0">${facts}</table>`,
      mailButton(link, 'Review and decide'),
    ],
    footer: `This link is personal: anyone who has it can decide in your name. It works until ${instant(decision.expires_at)}.`,
  });
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
