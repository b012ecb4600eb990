import { type AddressObject, type Attachment, type EmailAddress, simpleParser } from 'mailparser';

export interface Mailbox {
  /** '' when the mail gives none. */
  name: string;
  address: string;
}

/** Who the SMTP conversation was between, which the mail's own headers need not tell (RFC 5321, section 3.3). */
export interface Envelope {
  /** '' for the null sender of a bounce. */
  from: string;
  to: string[];
}

/** What the list knows of a mail. */
export interface MessageSummary {
  id: string;
  /** UTC, ISO 8601. */
  receivedAt: string;
  from: Mailbox | null;
  to: Mailbox[];
  subject: string;
  /** Bytes, with the envelope lines that the inbox puts in front. */
  size: number;
  envelope: Envelope;
}

export interface MessageAttachment {
  index: number;
  filename: string;
  contentType: string;
  /** Bytes. */
  size: number;
  /** Part of the HTML, such as a picture in it. */
  inline: boolean;
}

/** One mail in full. */
export interface InboxMessage extends MessageSummary {
  cc: Mailbox[];
  replyTo: Mailbox[];
  messageId: string | null;
  headers: { name: string; value: string }[];
  /** Null when the mail has no plain text part, or an empty one. */
  text: string | null;
  /** Null when the mail has no HTML part, or an empty one. Pictures that came with the mail are data URLs in it. */
  html: string | null;
  attachments: MessageAttachment[];
}

const MAX_ADDRESSES = 100;
const PARSING = { skipHtmlToText: true, skipTextToHtml: true } as const;

/**
 * The lines in front of a stored mail that keep its envelope: one `X-Envelope-To` each, then `Return-Path`, which ends
 * them, so that a mail's own header of that name counts for nothing.
 */
export function envelopeLines({ from, to }: Envelope): string {
  const lines = [
    ...to.map((address) => `X-Envelope-To: <${oneLine(address)}>`),
    `Return-Path: <${oneLine(from)}>`,
  ];
  return lines.map((line) => `${line}\r\n`).join('');
}

/** Reads a mail's head, of which `start` holds at least the beginning. Never throws: whatever came must be listed. */
export async function summarize(id: string, start: Buffer, size: number): Promise<MessageSummary> {
  const end = start.indexOf('\r\n\r\n');
  const head = end < 0 ? start : start.subarray(0, end + 4);
  const mail = await simpleParser(head, PARSING).catch(() => null);
  return {
    id,
    receivedAt: receivedAt(id).toISOString(),
    from: mailboxes(mail?.from)[0] ?? null,
    to: mailboxes(mail?.to),
    subject: oneLine(mail?.subject ?? ''),
    size,
    envelope: readEnvelope(head),
  };
}

/** Parses a whole mail; throws when it is beyond the parser, such as one with megabytes of headers. */
export async function readMessage(summary: MessageSummary, source: Buffer): Promise<InboxMessage> {
  const mail = await simpleParser(source, PARSING);
  if (!mail.headerLines) throw new Error('The head of the mail is too large to parse.');
  return {
    ...summary,
    cc: mailboxes(mail.cc),
    replyTo: mailboxes(mail.replyTo),
    messageId: mail.messageId ?? null,
    headers: mail.headerLines.map(({ line }) => readHeaderLine(line)),
    text: mail.text || null,
    html: mail.html || null,
    attachments: mail.attachments.map(describeAttachment),
  };
}

/** The decoded bytes of one attachment; null when there is no such one. */
export async function readAttachment(
  source: Buffer,
  index: number,
): Promise<(MessageAttachment & { content: Buffer }) | null> {
  const { attachments } = await simpleParser(source, PARSING);
  const attachment = attachments[index];
  return attachment ? { ...describeAttachment(attachment, index), content: attachment.content } : null;
}

/** The time that a UUIDv7 carries (RFC 9562, section 5.7). */
export function receivedAt(id: string): Date {
  return new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16));
}

function describeAttachment(attachment: Attachment, index: number): MessageAttachment {
  return {
    index,
    filename: safeFilename(attachment.filename) || `attachment-${index + 1}`,
    contentType: oneLine(attachment.contentType),
    size: attachment.size,
    inline: attachment.related === true,
  };
}

/** Without directories, control characters, and the marks that make `gpj.exe` read as `exe.jpg`. */
function safeFilename(given: string | undefined): string {
  const name = (given ?? '').replace(/[\p{Cc}\p{Bidi_Control}]/gu, '').replace(/^.*[/\\]/s, '');
  return /^\.*$/.test(name) ? '' : name.toWellFormed().slice(0, 200);
}

function mailboxes(given: AddressObject | AddressObject[] | undefined): Mailbox[] {
  const addresses = [given ?? []].flat().flatMap(({ value }) => value.flatMap(members));
  return addresses
    .slice(0, MAX_ADDRESSES)
    .map(({ name, address }) => ({ name: oneLine(name), address: oneLine(address ?? '') }));
}

function members(address: EmailAddress): EmailAddress[] {
  return address.group ? address.group : [address];
}

function readEnvelope(head: Buffer): Envelope {
  const to: string[] = [];
  for (const line of head.toString('utf8').split('\r\n')) {
    const [, name, address = ''] = /^(X-Envelope-To|Return-Path): <(.*)>$/.exec(line) ?? [];
    if (name === 'Return-Path') return { from: address, to };
    if (!name) break;
    to.push(address);
  }
  return { from: '', to: [] };
}

function readHeaderLine(line: string): { name: string; value: string } {
  const colon = line.indexOf(':');
  return { name: line.slice(0, colon), value: line.slice(colon + 1).trim() };
}

function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}
