import type { Mailbox, MessageSummary } from './inbox-message.ts';

export interface MessageQuery {
  /** Words that must all occur in subject, sender or recipients, in any case. */
  q?: string;
  /** Text within a recipient, of the header or the envelope, in any case. */
  to?: string;
  /** Text within the subject, in any case. */
  subject?: string;
  /** `nextCursor` of the page before: the id of its last mail. */
  cursor?: string;
  /** Mails per page, 1 to 500; 50 when absent. */
  limit?: number;
}

export interface MessagePage {
  /** Newest first. */
  messages: MessageSummary[];
  /** Mails that match, on all pages. */
  total: number;
  /** Null on the last page. */
  nextCursor: string | null;
}

export interface InboxIndex {
  readonly size: number;
  get(id: string): MessageSummary | undefined;
  add(message: MessageSummary): void;
  list(query?: MessageQuery): MessagePage;
  /** Forgets everything and returns the ids that were there. */
  clear(): string[];
}

interface Entry {
  message: MessageSummary;
  subject: string;
  recipients: string;
  everything: string;
}

const DEFAULT_PAGE = 50;

/** Mails by their time-ordered ids, with their searchable text in lower case. */
export function createInboxIndex(messages: MessageSummary[]): InboxIndex {
  let entries = messages.map(toEntry).sort((a, b) => (a.message.id < b.message.id ? -1 : 1));
  let byId = new Map(entries.map(({ message }) => [message.id, message]));
  return {
    get size() {
      return entries.length;
    },
    get: (id) => byId.get(id),
    add(message) {
      byId.set(message.id, message);
      entries.splice(positionOf(entries, message.id), 0, toEntry(message));
    },
    list: (query = {}) => list(entries, query),
    clear() {
      const ids = [...byId.keys()];
      entries = [];
      byId = new Map();
      return ids;
    },
  };
}

function list(
  entries: Entry[],
  { q = '', to = '', subject = '', cursor, limit = DEFAULT_PAGE }: MessageQuery,
): MessagePage {
  const words = fold(q).split(/\s+/).filter(Boolean);
  const matches = (entry: Entry) =>
    words.every((word) => entry.everything.includes(word)) &&
    entry.recipients.includes(fold(to)) &&
    entry.subject.includes(fold(subject));
  const matching = words.length > 0 || to || subject ? entries.filter(matches) : entries;
  const end = cursor === undefined ? matching.length : positionOf(matching, cursor);
  const page = matching.slice(Math.max(0, end - limit), end).reverse();
  const nextCursor = end > limit ? (page.at(-1)?.message.id ?? null) : null;
  return { messages: page.map(({ message }) => message), total: matching.length, nextCursor };
}

/** Where `id` is among the entries, or belongs. */
function positionOf(entries: Entry[], id: string): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.message.id ?? '') < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

function toEntry(message: MessageSummary): Entry {
  const text = ({ name, address }: Mailbox) => `${name} <${address}>`;
  const subject = fold(message.subject);
  const recipients = fold([...message.to.map(text), ...message.envelope.to].join('\n'));
  const sender = fold(`${message.from ? text(message.from) : ''}\n${message.envelope.from}`);
  return { message, subject, recipients, everything: [subject, recipients, sender].join('\n') };
}

function fold(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
