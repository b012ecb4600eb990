import { type Html, html } from '../html.ts';
import type { Mailbox, MessagePage, MessageQuery, MessageSummary, StoredMail } from './inbox-store.ts';

export type MessageView = 'html' | 'text' | 'source';

const MAX_SHOWN_SOURCE_BYTES = 256 * 1024;

/** Mails newest first, with the search; or how to send the first one. */
export function listPage(found: MessagePage, query: MessageQuery, smtpUrl: string): Html {
  const searching = Boolean(query.q || query.to || query.subject);
  if (found.total === 0 && !searching) return page('Dev inbox', emptyInbox(smtpUrl));
  const count = `${found.total} ${searching ? 'matching ' : ''}${found.total === 1 ? 'message' : 'messages'}`;
  const body = html`<form class="bar" action="/">
      <input type="search" name="q" value="${query.q}" placeholder="Search sender, recipient or subject" aria-label="Search" maxlength="200">
      ${(['to', 'subject'] as const).map((name) => query[name] && html`<input type="hidden" name="${name}" value="${query[name]}">`)}
      <button>Search</button>
    </form>
    <div class="bar">
      <h1>${found.total === 0 ? 'Nothing matches' : count}</h1>
      ${searching ? html`<a href="/">Clear search</a>` : emptyForm()}
    </div>
    <ol>${found.messages.map(row)}</ol>
    <nav class="bar" aria-label="Pages">
      ${query.cursor && html`<a href="${address(query, null)}">Newest</a>`}
      ${found.nextCursor && html`<a rel="next" href="${address(query, found.nextCursor)}">Older</a>`}
    </nav>`;
  return page(query.q ? `${query.q} - Dev inbox` : 'Dev inbox', body);
}

/** One mail as its reader would see it; its source when it could not be parsed. */
export function messagePage(mail: StoredMail, view: MessageView | null): Html {
  const { summary, message } = mail;
  const shown = message ? (view ?? (message.html === null ? 'text' : 'html')) : 'source';
  const tabs = { html: 'Message', text: 'Plain text', source: 'Source' } as const;
  const body = html`<p><a href="/">All messages</a></p>
    <h1>${subject(summary)}</h1>
    <dl>
      ${fact('From', [summary.from ?? unnamed(summary.envelope.from || 'unknown sender')])}
      ${fact('To', summary.to)}
      ${fact('Cc', message?.cc ?? [])}
      ${fact('Delivered to', summary.envelope.to.map(unnamed))}
      <dt>Received</dt><dd>${time(summary)}</dd>
    </dl>
    ${message ? '' : html`<p>This message could not be parsed, so only its source is shown.</p>`}
    <ul>${message?.attachments.map(
      ({ index, filename, contentType, size }) =>
        html`<li><a href="/messages/${summary.id}/attachments/${index}" download title="${contentType}"><bdi>${filename}</bdi></a> ${bytes(size)}</li>`,
    )}</ul>
    <nav class="tabs" aria-label="Views of this message">${(['html', 'text', 'source'] as const).map(
      (name) =>
        html`<a href="/messages/${summary.id}?view=${name}" aria-current="${name === shown ? 'page' : 'false'}">${tabs[name]}</a>`,
    )}</nav>
    ${content(mail, shown)}`;
  return page(`${summary.subject || 'No subject'} - Dev inbox`, body);
}

export function problemPage(message: string): Html {
  return page(message, html`<h1>${message}</h1><p><a href="/">Back to the inbox</a></p>`);
}

/** The document for the sandboxed frame: the mail's own HTML, unchanged, behind our defaults; links open a new tab. */
export function htmlDocument(markup: string): string {
  return `<!doctype html><meta charset="utf-8"><base target="_blank"><style>
html { background: #fff; color: #1d2124; color-scheme: light; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 24px; overflow-wrap: anywhere; }
img { max-width: 100%; }
</style>${markup}`;
}

function page(title: string, body: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${title}</title>
  <link rel="stylesheet" href="/inbox.css">
</head>
<body><header><a href="/">Dev inbox</a></header><main>${body}</main></body>
</html>`;
}

function content({ summary: { id }, message, source }: StoredMail, shown: MessageView): Html {
  if (shown === 'source' || !message) {
    const cut = source.length > MAX_SHOWN_SOURCE_BYTES ? `, ${bytes(source.length)}; its beginning:` : '';
    return html`<p><a href="/messages/${id}/source">Open the source</a>${cut}</p>
      <pre class="sheet" tabindex="0">${source.toString('utf8', 0, MAX_SHOWN_SOURCE_BYTES)}</pre>`;
  }
  if (shown === 'text') {
    if (message.text === null) return html`<p>This message has no plain text part.</p>`;
    return html`<div class="sheet text">${message.text}</div>`;
  }
  if (message.html === null) return html`<p>This message has no HTML part.</p>`;
  return html`${loadsFromNetwork(message.html) && html`<p>Pictures from the network are not loaded.</p>`}
    <iframe class="sheet" src="/messages/${id}/html" title="The message" sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox" referrerpolicy="no-referrer"></iframe>
    <script src="/frame.js" defer></script>`;
}

function row(message: MessageSummary): Html {
  const recipients = message.to.length > 0 ? message.to : message.envelope.to.map(unnamed);
  return html`<li><a href="/messages/${message.id}">
    <strong>${subject(message)}</strong> ${time(message)}
    <span>${(message.from ?? unnamed(message.envelope.from || 'unknown sender')).address} to ${recipients
      .slice(0, 3)
      .map(
        (to) => html`<bdi>${to.name || to.address}</bdi> `,
      )}${recipients.length > 3 ? `and ${recipients.length - 3} more` : ''}</span>
  </a></li>`;
}

function emptyForm(): Html {
  return html`<details><summary>Empty the inbox</summary>
    <form method="post" action="/empty"><button>Delete all messages</button></form></details>`;
}

function emptyInbox(smtpUrl: string): Html {
  return html`<h1>No messages yet</h1>
    <p>Mail sent to <code>${smtpUrl}</code>, with any user name and password or none, appears here and is not delivered. The newest 500 are kept until the process ends.</p>
    <pre tabindex="0">printf 'Subject: Hello\\n\\nIt works.\\n' | curl ${smtpUrl} --mail-from me@example.com --mail-rcpt you@example.com -T -</pre>`;
}

function fact(name: string, people: Mailbox[]): Html | null {
  if (people.length === 0) return null;
  const named = people.map(({ name, address }) => (name ? html`<bdi>${name}</bdi> (${address})` : address));
  return html`<dt>${name}</dt><dd>${named.map((person) => html`<div>${person}</div>`)}</dd>`;
}

function subject(message: MessageSummary): Html {
  return message.subject ? html`<bdi>${message.subject}</bdi>` : html`<em>No subject</em>`;
}

function time({ receivedAt }: MessageSummary): Html {
  return html`<time datetime="${receivedAt}">${receivedAt.slice(0, 19).replace('T', ' ')} UTC</time>`;
}

function bytes(count: number): string {
  return `${Math.ceil(count / 1000)} kB`;
}

function unnamed(address: string): Mailbox {
  return { name: '', address };
}

function address(query: MessageQuery, cursor: string | null): string {
  const given = Object.entries({ ...query, cursor }).filter(([, value]) => value != null);
  return `/?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

function loadsFromNetwork(markup: string): boolean {
  return /<(?:img|image|source|video|link|input)\b[^<>]{0,2000}=\s?["']?\s?(?:https?:)?\/\//i.test(markup);
}
