import { type Html, html } from '../../html.ts';
import type { InboxMessage, Mailbox, MessageAttachment, MessageSummary } from '../inbox-message.ts';
import { bytes, page, time } from './page.ts';

export type MessageView = 'html' | 'text' | 'source';

interface MessageContext {
  summary: MessageSummary;
  /** Null when the mail could not be parsed; its source is shown then. */
  message: InboxMessage | null;
  source: Buffer;
  /** Null for the best there is. */
  view: MessageView | null;
  now: Date;
}

const SHOWN_SOURCE_BYTES = 256 * 1024;

/** One mail as a person would read it. */
export function messagePage({ summary, message, source, view, now }: MessageContext): Html {
  const shown = message ? (view ?? (message.html === null ? 'text' : 'html')) : 'source';
  const body = html`<article class="message">
    <p class="back"><a href="/">All messages</a></p>
    <header>
      <h1>${summary.subject ? html`<bdi>${summary.subject}</bdi>` : html`<em>No subject</em>`}</h1>
      ${facts(summary, message, now)}
    </header>
    ${message ? null : html`<p class="warning">This message could not be taken apart, so only its source is shown.</p>`}
    ${attachments(summary.id, message?.attachments ?? [])}
    ${message ? tabs(summary.id, shown) : null}
    ${content({ shown, id: summary.id, message, source })}
  </article>`;
  return page({ title: `${summary.subject || 'No subject'} - Dev inbox`, body });
}

function facts(summary: MessageSummary, message: InboxMessage | null, now: Date): Html {
  const { from, to, envelope } = summary;
  const named = [...to, ...(message?.cc ?? [])].map(({ address }) => address.toLowerCase());
  const hidden = envelope.to.filter((address) => !named.includes(address.toLowerCase()));
  return html`<dl class="facts">
    ${fact('From', from ? [from] : [{ name: '', address: envelope.from || 'unknown sender' }])}
    ${fact('To', to)}
    ${fact('Cc', message?.cc ?? [])}
    ${fact(
      'Delivered to',
      hidden.map((address) => ({ name: '', address })),
    )}
    ${fact('Reply to', message?.replyTo ?? [])}
    <div><dt>Received</dt><dd>${time(summary.receivedAt, now)}<span class="quiet">, ${bytes(summary.size)}</span></dd></div>
  </dl>`;
}

function fact(name: string, people: Mailbox[]): Html | null {
  if (people.length === 0) return null;
  return html`<div><dt>${name}</dt><dd>${people.map(fullPerson)}</dd></div>`;
}

function fullPerson({ name, address }: Mailbox): Html {
  if (!name || name === address) return html`<span class="person"><bdi>${address}</bdi></span> `;
  return html`<span class="person"><bdi>${name}</bdi> <bdi class="quiet">${address}</bdi></span> `;
}

function attachments(id: string, list: MessageAttachment[]): Html | null {
  if (list.length === 0) return null;
  return html`<section class="attachments" aria-label="Attachments"><ul>${list.map(
    ({ index, filename, contentType, size, inline }) => html`<li>
      <a href="/messages/${id}/attachments/${index}" download title="${contentType}">
        <bdi>${filename}</bdi> <span class="quiet">${bytes(size)}${inline ? ', in the text' : ''}</span>
      </a>
    </li>`,
  )}</ul></section>`;
}

function tabs(id: string, shown: MessageView): Html {
  const names = { html: 'Message', text: 'Plain text', source: 'Source' } as const;
  const views: MessageView[] = ['html', 'text', 'source'];
  return html`<nav class="tabs" aria-label="Views of this message">${views.map(
    (view) =>
      html`<a href="/messages/${id}?view=${view}" aria-current="${view === shown ? 'page' : 'false'}">${names[view]}</a>`,
  )}</nav>`;
}

function content(parts: {
  shown: MessageView;
  id: string;
  message: InboxMessage | null;
  source: Buffer;
}): Html {
  const { shown, id, message, source } = parts;
  if (shown === 'source' || !message) return sourceView(id, source);
  if (shown === 'text') {
    if (message.text === null) return html`<p class="missing">This message has no plain text part.</p>`;
    return html`<div class="sheet plain">${message.text}</div>`;
  }
  if (message.html === null) return html`<p class="missing">This message has no HTML part.</p>`;
  return html`${loadsFromNetwork(message.html) ? html`<p class="hint">Pictures from the network are not loaded.</p>` : ''}
    <iframe class="sheet" src="/messages/${id}/html" title="The message" sandbox="allow-popups allow-popups-to-escape-sandbox" referrerpolicy="no-referrer"></iframe>`;
}

function sourceView(id: string, source: Buffer): Html {
  const cut = source.length > SHOWN_SOURCE_BYTES;
  const shown = source.toString('utf8', 0, SHOWN_SOURCE_BYTES);
  return html`<p class="hint"><a href="/messages/${id}/source">Open the source alone</a>${
    cut ? html`, ${bytes(source.length)}; the beginning is shown here` : ''
  }</p>
    <pre class="sheet source" tabindex="0">${shown}</pre>`;
}

function loadsFromNetwork(markup: string): boolean {
  return /<(?:img|image|source|video|link|input)\b[^<>]{0,2000}=\s?["']?\s?(?:https?:)?\/\//i.test(markup);
}
