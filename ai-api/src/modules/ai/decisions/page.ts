import { type Html, html } from '../../../platform/html.ts';
import { instant } from './email.ts';
import type { decisionView } from './views.ts';

type Decision = ReturnType<typeof decisionView>;

/** What a link opens. */
interface Opened {
  decision: Decision;
  /** Whose link it is. */
  email: string;
  /** Whether the time to decide is over. */
  isOver: boolean;
}

/** The page behind a link: it shows the question and asks; nothing is decided until a button is pressed. */
export function confirmationPage({ decision, email, isOver }: Opened, token: string, fault?: string): string {
  if (decision.status !== 'pending') return settledPage(decision);
  if (isOver) return notePage('The deadline has passed', decision.title);
  const button = (choice: string, label: string) =>
    html`<button name="choice" value="${choice}" class="${choice}">${label}</button>`;
  return frame(
    decision.title,
    html`<p class="quiet">Your decision is needed</p>
      <h1>${decision.title}</h1>
      ${decision.message ? html`<p class="message">${decision.message}</p>` : ''}
      ${factsTable(decision)}
      <form method="post" action="/decide">
        <input type="hidden" name="token" value="${token}" />
        <label for="reason">Reason${decision.reasonRequired ? '' : ' (optional)'}</label>
        <textarea id="reason" name="reason" rows="3" maxlength="2000"></textarea>
        ${fault ? html`<p class="fault" role="alert">${fault}</p>` : ''}
        <p class="buttons">${button('approved', decision.approveLabel)} ${button('declined', decision.declineLabel)}</p>
      </form>
      <p class="quiet">You decide as ${email}, until ${instant(new Date(decision.expiresAt))}. Asked by ${decision.requestedBy}.</p>`,
  );
}

function factsTable({ details }: Decision): Html | string {
  const facts = Object.entries(details);
  if (facts.length === 0) return '';
  return html`<table>${facts.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${String(value)}</td></tr>`)}</table>`;
}

function settledPage({ status, title, reason, decidedAt, decidedBy }: Decision): string {
  const words = {
    approved: 'Approved',
    declined: 'Declined',
    expired: 'The deadline has passed',
  } as const;
  const heading = words[status as keyof typeof words] ?? 'This decision is no longer needed';
  const who = decidedBy && decidedAt ? ` by ${decidedBy.name}, ${instant(new Date(decidedAt))}` : '';
  return notePage(`${heading}${who}`, reason ? `${title}. Reason: ${reason}` : title);
}

/** A page that only says something. */
export function notePage(heading: string, text: string): string {
  return frame(heading, html`<h1>${heading}</h1><p>${text}</p>`);
}

function frame(title: string, content: Html): string {
  return String(html`<!doctype html>
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
      textarea { box-sizing: border-box; width: 100%; padding: 0.5rem; font: inherit; border: 1px solid var(--line); border-radius: 7px; }
      .buttons { display: flex; gap: 0.7rem; flex-wrap: wrap; margin: 1rem 0 1.4rem; }
      button { padding: 0.6rem 1.5rem; border: 1px solid transparent; border-radius: 7px; font: inherit; font-weight: 600; cursor: pointer; }
      .approved { background: #0b6b47; color: #fff; }
      .declined { background: #a3262a; color: #fff; }
      .fault { margin: 0.6rem 0 0; color: #d0393e; }
    </style>
  </head>
  <body><main>${content}</main></body>
</html>`);
}
