import { type Html, html } from '../html.ts';
import type { Mailbox, MessageQuery, MessageSummary, StoredMail } from './inbox-store.ts';

const LOADS_FROM_NETWORK =
  /<(?:img|image|source|video|link|input)\b[^<>]{0,2000}=\s?["']?\s?(?:https?:)?\/\//i;

/** Mails newest first, with the search; or how to send the first one. */
export function listPage(found: MessageSummary[], query: MessageQuery, smtpUrl: string): Html {
  const isSearch = Boolean(query.q || query.to || query.subject);
  const count = `${found.length} ${isSearch ? 'matching ' : ''}${found.length === 1 ? 'message' : 'messages'}`;
  if (found.length === 0 && !isSearch) {
    const example = `printf 'Subject: Hello\\n\\nIt works.\\n' | curl ${smtpUrl} --mail-from me@example.com --mail-rcpt you@example.com -T -`;
    return page(
      'Dev inbox',
      html`<h1>No messages yet</h1>
    <p>Mail sent to <code>${smtpUrl}</code>, with any user name and password or none, appears here and is not delivered. The newest 500 are kept until the process ends.</p>
    <pre tabindex="0">${example}</pre>`,
    );
  }
  return page(
    query.q ? `${query.q} - Dev inbox` : 'Dev inbox',
    html`<form class="bar" action="/">
      <input type="search" name="q" value="${query.q}" placeholder="Search sender, recipient or subject" aria-label="Search" maxlength="200">
      ${(['to', 'subject'] as const).map((name) => query[name] && html`<input type="hidden" name="${name}" value="${query[name]}">`)}
      <button>Search</button>
    </form>
    <div class="bar">
      <h1>${found.length === 0 ? 'Nothing matches' : count}</h1>
      ${
        isSearch
          ? html`<a href="/">Clear search</a>`
          : html`<details><summary>Empty the inbox</summary>
        <form method="post" action="/empty"><button>Delete all messages</button></form></details>`
      }
    </div>
    <ol>${found.map(
      (mail) => html`<li><a href="/messages/${mail.id}">
      <strong>${subjectOf(mail)}</strong> ${timeOf(mail)}
      <span>${senderOf(mail).address} to ${peopleOf(mail).map(({ name, address }) => html`<bdi>${name || address}</bdi> `)}</span>
    </a></li>`,
    )}</ol>`,
  );
}

/** One mail as its reader would see it; without a parsed message only its source is offered. */
export function messagePage({ summary, message }: StoredMail, view: 'html' | 'text' | undefined): Html {
  const shown = view ?? (message?.html === null ? 'text' : 'html');
  const tabs = { html: 'Message', text: 'Plain text' };
  return page(
    `${summary.subject || 'No subject'} - Dev inbox`,
    html`<p><a href="/">All messages</a></p>
    <h1>${subjectOf(summary)}</h1>
    <dl>
      ${fact('From', [senderOf(summary)])} ${fact('To', summary.to)} ${fact('Cc', message?.cc ?? [])}
      ${fact('Delivered to', summary.envelope.to.map(unnamed))}
      <dt>Received</dt><dd>${timeOf(summary)}</dd>
    </dl>
    <ul>${message?.attachments.map(
      ({ index, filename, contentType, size }) =>
        html`<li><a href="/messages/${summary.id}/attachments/${index}" download title="${contentType}"><bdi>${filename}</bdi></a> ${Math.ceil(size / 1000)} kB</li>`,
    )}</ul>
    <nav class="tabs" aria-label="Views of this message">${(['html', 'text'] as const).map(
      (name) =>
        html`<a href="/messages/${summary.id}?view=${name}" aria-current="${name === shown ? 'page' : 'false'}">${tabs[name]}</a>`,
    )}<a href="/messages/${summary.id}/source">Source</a></nav>
    ${message ? content(summary.id, message[shown], shown) : html`<p>This message could not be parsed. Its source is kept.</p>`}`,
  );
}

/** Says what is wrong with a request. */
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

function content(id: string, part: string | null, shown: 'html' | 'text'): Html {
  if (part === null)
    return html`<p>This message has no ${shown === 'html' ? 'HTML' : 'plain text'} part.</p>`;
  if (shown === 'text') return html`<div class="sheet text">${part}</div>`;
  return html`${LOADS_FROM_NETWORK.test(part) && html`<p>Pictures from the network are not loaded.</p>`}
    <iframe class="sheet" src="/messages/${id}/html" title="The message" sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox" referrerpolicy="no-referrer"></iframe>
    <script src="/frame.js" defer></script>`;
}

function fact(term: string, people: Mailbox[]): Html | null {
  if (people.length === 0) return null;
  return html`<dt>${term}</dt><dd>${people.map(
    ({ name, address }) => html`<div>${name ? html`<bdi>${name}</bdi> (${address})` : address}</div>`,
  )}</dd>`;
}

function subjectOf({ subject }: MessageSummary): Html {
  return subject ? html`<bdi>${subject}</bdi>` : html`<em>No subject</em>`;
}

function senderOf({ from, envelope }: MessageSummary): Mailbox {
  return from ?? unnamed(envelope.from || 'unknown sender');
}

function peopleOf({ to, envelope }: MessageSummary): Mailbox[] {
  return (to.length > 0 ? to : envelope.to.map(unnamed)).slice(0, 3);
}

function timeOf({ receivedAt }: MessageSummary): Html {
  return html`<time datetime="${receivedAt}">${receivedAt.slice(0, 19).replace('T', ' ')} UTC</time>`;
}

function unnamed(address: string): Mailbox {
  return { name: '', address };
}
