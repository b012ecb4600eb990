import { type Html, html } from '../../html.ts';
import type { MessagePage, MessageQuery } from '../inbox-index.ts';
import type { Mailbox, MessageSummary } from '../inbox-message.ts';
import { page, person, time } from './page.ts';

interface ListContext {
  query: MessageQuery;
  smtpUrl: string;
  now: Date;
}

/** Mails newest first, with the search; or how to send the first one. */
export function listPage(found: MessagePage, context: ListContext): Html {
  const { query } = context;
  const searching = Boolean(query.q || query.to || query.subject);
  const tools = found.total > 0 || searching ? searchForm(query) : undefined;
  const title = query.q ? `${query.q} - Dev inbox` : 'Dev inbox';
  return page({ title, body: listBody(found, context, searching), ...(tools ? { tools } : {}) });
}

function listBody(found: MessagePage, context: ListContext, searching: boolean): Html {
  if (found.total === 0) return searching ? nothingFound() : emptyInbox(context.smtpUrl);
  return html`
    <div class="bar">
      <h1>${count(found.total, searching)}</h1>
      ${searching ? html`<a href="/">Clear search</a>` : emptyForm()}
    </div>
    ${found.messages.length === 0 ? html`<p class="notice">Nothing older than this.</p>` : ''}
    <ol class="mails">${found.messages.map((message) => row(message, context.now))}</ol>
    ${pager(found, context.query)}`;
}

function count(total: number, searching: boolean): string {
  const number = new Intl.NumberFormat('en').format(total);
  const noun = total === 1 ? 'message' : 'messages';
  return searching ? `${number} matching ${noun}` : `${number} ${noun}`;
}

function searchForm({ q, to, subject }: MessageQuery): Html {
  return html`<search><form class="search" action="/">
    <label class="hidden" for="q">Search messages</label>
    <input id="q" type="search" name="q" value="${q}" placeholder="Search sender, recipient or subject" autocomplete="off" maxlength="200">
    ${to ? html`<input type="hidden" name="to" value="${to}">` : ''}
    ${subject ? html`<input type="hidden" name="subject" value="${subject}">` : ''}
    <button class="button">Search</button>
  </form></search>`;
}

function emptyForm(): Html {
  return html`<details class="empty-form">
    <summary>Empty the inbox</summary>
    <form method="post" action="/empty">
      <p>Delete every message for good?</p>
      <button class="button danger">Delete all</button>
    </form>
  </details>`;
}

function row(message: MessageSummary, now: Date): Html {
  const sender = message.from ?? unnamed(message.envelope.from || 'unknown sender');
  const recipients = message.to.length > 0 ? message.to : message.envelope.to.map(unnamed);
  const [first = unnamed('nobody named'), ...others] = recipients;
  return html`<li><a class="mail" href="/messages/${message.id}">
    <span class="initial" aria-hidden="true">${initial(first)}</span>
    <span class="subject">${message.subject ? html`<bdi>${message.subject}</bdi>` : html`<em>No subject</em>`}</span>
    <span class="people"><span class="hidden">From</span> ${person(sender)} <span class="quiet">to</span> ${person(first)}${
      others.length > 0 ? html` <span class="quiet">and ${others.length} more</span>` : ''
    }</span>
    <span class="when">${time(message.receivedAt, now)}</span>
  </a></li>`;
}

function pager({ nextCursor }: MessagePage, query: MessageQuery): Html | null {
  if (!nextCursor && !query.cursor) return null;
  return html`<nav class="pager" aria-label="Pages">
    ${query.cursor ? html`<a class="button" href="${address(query, null)}">Newest</a>` : html`<span></span>`}
    ${nextCursor ? html`<a class="button" rel="next" href="${address(query, nextCursor)}">Older</a>` : ''}
  </nav>`;
}

function address(query: MessageQuery, cursor: string | null): string {
  const parameters = new URLSearchParams();
  for (const name of ['q', 'to', 'subject', 'limit'] as const) {
    if (query[name] !== undefined) parameters.set(name, String(query[name]));
  }
  if (cursor) parameters.set('cursor', cursor);
  return parameters.size > 0 ? `/?${parameters}` : '/';
}

function nothingFound(): Html {
  return html`<section class="notice">
    <h1>Nothing matches</h1>
    <p>The search looks at sender, recipient and subject; every word must occur.</p>
    <p><a class="button" href="/">Show all messages</a></p>
  </section>`;
}

function emptyInbox(smtpUrl: string): Html {
  const command = `printf 'Subject: Hello\\n\\nIt works.\\n' | curl ${smtpUrl} \\
  --mail-from me@example.com --mail-rcpt you@example.com -T -`;
  return html`<section class="notice">
    <h1>No messages yet</h1>
    <p>Everything sent to this address appears here and is delivered to nobody. It takes any user name and password, or none.</p>
    <p><code class="address">${smtpUrl}</code></p>
    <p>Try it from a shell, then reload this page:</p>
    <pre tabindex="0"><code>${command}</code></pre>
  </section>`;
}

function unnamed(address: string): Mailbox {
  return { name: '', address };
}

function initial({ name, address }: Mailbox): string {
  return (/[\p{L}\p{N}]/u.exec(name || address)?.[0] ?? '?').toUpperCase();
}
