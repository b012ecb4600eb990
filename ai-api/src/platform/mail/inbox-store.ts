import { type AddressObject, type Attachment, type ParsedMail, simpleParser } from 'mailparser';
import { v7 as uuidv7 } from 'uuid';

export interface Mailbox {
  /** '' when the mail gives none. */
  name: string;
  address: string;
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
  /** Of the SMTP conversation, which the headers need not name (RFC 5321, section 3.3); `from` is '' for a bounce. */
  envelope: { from: string; to: string[] };
}

export interface InboxMessage extends MessageSummary {
  cc: Mailbox[];
  messageId: string | null;
  /** Null when the mail has no such part, or an empty one. */
  text: string | null;
  /** The same; pictures that came with the mail are data URLs in it. */
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
  q?: string | undefined;
  /** Text within a recipient, of the header or the envelope, in any case. */
  to?: string | undefined;
  /** Text within the subject, in any case. */
  subject?: string | undefined;
}

export type InboxStore = ReturnType<typeof createInboxStore>;

const MAX_MAILS = 500;
const MAX_BYTES = 64 * 1024 * 1024;

/** The newest mails, in memory. */
export function createInboxStore() {
  let mails: StoredMail[] = [];
  /** @returns how many are gone */
  function keep(isKept: (mail: StoredMail) => boolean): number {
    const before = mails.length;
    mails = mails.filter(isKept);
    return before - mails.length;
  }
  return {
    /** Answers the id of the mail. A mail that cannot be parsed is kept with its source. */
    add: async (envelope: MessageSummary['envelope'], source: Buffer): Promise<string> => {
      const mail = await parse(envelope, source);
      mails.push(mail);
      let bytes = mails.reduce((sum, { source }) => sum + source.length, 0);
      while (mails.length > MAX_MAILS || bytes > MAX_BYTES) bytes -= mails.shift()?.source.length ?? 0;
      return mail.summary.id;
    },
    /** Newest first. */
    list: (query: MessageQuery = {}): MessageSummary[] =>
      mails
        .map(({ summary }) => summary)
        .filter((summary) => matches(summary, query))
        .reverse(),
    get: (id: string) => mails.find(({ summary }) => summary.id === id),
    /** Deletes the mails that hold any of these texts anywhere, in any case. */
    erase: (texts: readonly string[]): number =>
      keep(({ message, summary, source }) => {
        const whole = fold(`${JSON.stringify(message ?? summary)}\n${source.toString('utf8')}`);
        return !texts.some((text) => whole.includes(fold(text)));
      }),
    clear: () => keep(() => false),
  };
}

async function parse(envelope: MessageSummary['envelope'], source: Buffer): Promise<StoredMail> {
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
  return { summary, message: mail && messageOf(summary, mail), source, files };
}

function messageOf(summary: MessageSummary, mail: ParsedMail): InboxMessage {
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
    .map(({ name, address }) => ({ name: oneLine(name), address: oneLine(address ?? '') }));
}

function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}

function matches(mail: MessageSummary, { q = '', to = '', subject = '' }: MessageQuery): boolean {
  const named = (people: Mailbox[]) => people.map(({ name, address }) => `${name} <${address}>`);
  const recipients = fold([...named(mail.to), ...mail.envelope.to].join('\n'));
  const sender = fold([...named(mail.from ? [mail.from] : []), mail.envelope.from].join('\n'));
  const title = fold(mail.subject);
  const words = fold(q).split(/\s+/);
  return (
    words.every((word) => `${title}\n${recipients}\n${sender}`.includes(word)) &&
    recipients.includes(fold(to)) &&
    title.includes(fold(subject))
  );
}

function fold(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
