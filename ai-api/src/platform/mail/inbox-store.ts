import { type AddressObject, type Attachment, type ParsedMail, simpleParser } from 'mailparser';
import { v7 as uuidv7 } from 'uuid';

export interface Mailbox {
  /** '' when the mail gives none. */
  name: string;
  address: string;
}

/** Sender and recipients of the SMTP conversation, which the headers need not name (RFC 5321, section 3.3). */
export interface Envelope {
  /** '' for the null sender of a bounce. */
  from: string;
  to: string[];
}

export interface MessageSummary {
  /** Ids sort by the time of receipt. */
  id: string;
  /** UTC, ISO 8601. */
  receivedAt: string;
  from: Mailbox | null;
  to: Mailbox[];
  subject: string;
  /** Bytes. */
  size: number;
  envelope: Envelope;
}

export interface InboxMessage extends MessageSummary {
  cc: Mailbox[];
  messageId: string | null;
  /** Null when the mail has no plain text part, or an empty one. */
  text: string | null;
  /** Null when the mail has no HTML part, or an empty one. Pictures that came with the mail are data URLs in it. */
  html: string | null;
  attachments: { index: number; filename: string; contentType: string; size: number }[];
}

export interface StoredMail {
  summary: MessageSummary;
  /** Null when the parser failed, for example on megabytes of headers. */
  message: InboxMessage | null;
  source: Buffer;
  /** Decoded bytes of the attachments, by their index. */
  files: Buffer[];
}

export interface MessageQuery {
  /** Words that must all occur in subject, sender or recipients, in any case. */
  q?: string;
  /** Text within a recipient, of the header or the envelope, in any case. */
  to?: string;
  /** Text within the subject, in any case. */
  subject?: string;
  /** `nextCursor` of the page before. */
  cursor?: string;
  /** Mails per page, 1 to 500; 100 by default. */
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

/** The newest mails, in memory. */
export interface InboxStore {
  readonly size: number;
  /** Resolves with the id of the mail. Never throws: a mail that cannot be parsed is stored with its source. */
  add(envelope: Envelope, source: Buffer): Promise<string>;
  list(query?: MessageQuery): MessagePage;
  get(id: string): StoredMail | undefined;
  /** Deletes the mails that hold any of these texts anywhere, in any case, and returns how many there were. */
  erase(texts: readonly string[]): number;
  /** Deletes every mail and returns how many there were. */
  clear(): number;
}

const MAX_MAILS = 500;
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_ADDRESSES = 100;

export function createInboxStore(): InboxStore {
  let mails: StoredMail[] = [];
  return {
    get size() {
      return mails.length;
    },
    async add(envelope, source) {
      const mail = await parse(envelope, source);
      mails.push(mail);
      let bytes = mails.reduce((sum, { source }) => sum + source.length, 0);
      while (mails.length > MAX_MAILS || bytes > MAX_BYTES) bytes -= mails.shift()?.source.length ?? 0;
      return mail.summary.id;
    },
    list({ cursor, limit = 100, ...search } = {}) {
      const matching = mails
        .map(({ summary }) => summary)
        .filter(matcher(search))
        .reverse();
      const older = cursor ? matching.filter(({ id }) => id < cursor) : matching;
      const messages = older.slice(0, limit);
      const nextCursor = older.length > limit ? (messages.at(-1)?.id ?? null) : null;
      return { messages, total: matching.length, nextCursor };
    },
    get: (id) => mails.find(({ summary }) => summary.id === id),
    erase(texts) {
      const folded = texts.map(fold);
      const before = mails.length;
      mails = mails.filter((mail) => {
        const whole = fold(
          `${JSON.stringify(mail.message ?? mail.summary)}\n${mail.source.toString('utf8')}`,
        );
        return !folded.some((text) => whole.includes(text));
      });
      return before - mails.length;
    },
    clear() {
      const count = mails.length;
      mails = [];
      return count;
    },
  };
}

async function parse(envelope: Envelope, source: Buffer): Promise<StoredMail> {
  const parsed = await simpleParser(source, { skipHtmlToText: true, skipTextToHtml: true }).catch(() => null);
  const mail = parsed?.headerLines ? parsed : null;
  const summary: MessageSummary = {
    id: uuidv7(),
    receivedAt: new Date().toISOString(),
    from: mailboxes(mail?.from)[0] ?? null,
    to: mailboxes(mail?.to),
    subject: oneLine(mail?.subject ?? ''),
    size: source.length,
    envelope,
  };
  const files = mail?.attachments.map(({ content }) => content) ?? [];
  return { summary, message: mail && inFull(summary, mail), source, files };
}

function inFull(summary: MessageSummary, mail: ParsedMail): InboxMessage {
  return {
    ...summary,
    cc: mailboxes(mail.cc),
    messageId: mail.messageId ?? null,
    text: mail.text || null,
    html: mail.html || null,
    attachments: mail.attachments.map((attachment, index) => ({
      index,
      filename: safeFilename(attachment) || `attachment-${index + 1}`,
      contentType: oneLine(attachment.contentType),
      size: attachment.size,
    })),
  };
}

/** Without directories, control characters, and the marks that make `gpj.exe` read as `exe.jpg`. */
function safeFilename({ filename = '' }: Attachment): string {
  const name = filename.replace(/[\p{Cc}\p{Bidi_Control}]/gu, '').replace(/^.*[/\\]/s, '');
  return /^\.*$/.test(name) ? '' : name.toWellFormed().slice(0, 200);
}

function mailboxes(given: AddressObject | AddressObject[] = []): Mailbox[] {
  return [given]
    .flat()
    .flatMap(({ value }) => value.flatMap((address) => address.group ?? [address]))
    .slice(0, MAX_ADDRESSES)
    .map(({ name, address }) => ({ name: oneLine(name), address: oneLine(address ?? '') }));
}

function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}

function matcher({ q = '', to = '', subject = '' }: MessageQuery): (mail: MessageSummary) => boolean {
  const words = fold(q).split(/\s+/).filter(Boolean);
  return (mail) => {
    const recipients = fold([...mail.to.map(nameAndAddress), ...mail.envelope.to].join('\n'));
    const title = fold(mail.subject);
    const sender = fold(`${mail.from ? nameAndAddress(mail.from) : ''}\n${mail.envelope.from}`);
    const all = [title, recipients, sender].join('\n');
    return (
      words.every((word) => all.includes(word)) &&
      recipients.includes(fold(to)) &&
      title.includes(fold(subject))
    );
  };
}

function nameAndAddress({ name, address }: Mailbox): string {
  return `${name} <${address}>`;
}

function fold(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
