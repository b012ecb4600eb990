import { notePage, type Page } from '../../../http/page.ts';
import { type Html, html } from '../../../platform/html.ts';
import { instant } from '../../../platform/text/instant.ts';
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
export function confirmationPage({ decision, email, isOver }: Opened, token: string, fault?: string): Page {
  if (decision.status !== 'pending') return settledPage(decision);
  if (isOver) return notePage('The deadline has passed', decision.title);
  const button = (choice: string, label: string) =>
    html`<button name="choice" value="${choice}" class="${choice}">${label}</button>`;
  return {
    title: decision.title,
    content: html`<p class="quiet">Your decision is needed</p>
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
  };
}

function factsTable({ details }: Decision): Html | string {
  const facts = Object.entries(details);
  if (facts.length === 0) return '';
  return html`<table>${facts.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${String(value)}</td></tr>`)}</table>`;
}

function settledPage({ status, title, reason, decidedAt, decidedBy }: Decision): Page {
  const words = {
    approved: 'Approved',
    declined: 'Declined',
    expired: 'The deadline has passed',
  } as const;
  const heading = words[status as keyof typeof words] ?? 'This decision is no longer needed';
  const who = decidedBy && decidedAt ? ` by ${decidedBy.name}, ${instant(new Date(decidedAt))}` : '';
  return notePage(`${heading}${who}`, reason ? `${title}. Reason: ${reason}` : title);
}
