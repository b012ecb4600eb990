import { randomUUID } from 'node:crypto';
import {
  BrokenCircuitError,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  retry,
  wrap,
} from 'cockatiel';
import { createTransport, type NodemailerError, type SendMailOptions } from 'nodemailer';

/** `ada@example.com`, `Ada <ada@example.com>`, or its parts; the parts are the safe form for a name a person typed. */
export type MailAddress = string | { name: string; address: string };

export interface Mail {
  from: MailAddress;
  to: MailAddress | MailAddress[];
  subject: string;
  /** Empty for a mail of text alone. */
  html: string;
  text: string;
  /** `<unique@domain>`; give one to make a repeated send recognisable as the same mail. Made up when absent. */
  messageId?: string;
  /** Further headers, such as `List-Unsubscribe`; values of one line. */
  headers?: Record<string, string>;
}

/** What became of a mail that the server took. */
export interface Accepted {
  messageId: string;
  /** The server's last reply, in which some name the mail. */
  response: string;
}

export interface Mailer {
  readonly driver: 'smtp' | 'dev-inbox';
  /**
   * Resolves once the server took responsibility for the mail (RFC 5321, 4.2.5); throws {@link MailError} otherwise. A mail
   * that was handed over completely and not answered may have been taken: it is not sent again here.
   */
  send(mail: Mail): Promise<Accepted>;
  /** Resolves when the server can be reached and takes the credentials; throws {@link MailError} otherwise. */
  check(): Promise<void>;
  /** Ends idle connections; a mail under way is finished first. */
  close(): Promise<void>;
}

export interface MailerOptions {
  /** `smtp://user:password@host:587` or `smtps://...`; `?requireTLS=true` refuses servers without STARTTLS. */
  smtpUrl: string;
  /** `smtp` when absent. */
  driver?: Mailer['driver'];
  /** Tries per mail, 3 when absent. */
  attempts?: number;
  /** Pause before the second try, 500 ms when absent; it doubles from there. */
  backoffMs?: number;
  /** Limit of one try from connection to answer, 60,000 ms when absent. */
  timeoutMs?: number;
}

/** The mail was not taken. */
export class MailError extends Error {
  override name = 'MailError';
  /** True when the same mail may be taken later: no connection, a time-out, or a 4xx reply. */
  readonly retryable: boolean;
  /** True when the mail was handed over completely and the server's answer did not arrive. */
  readonly mayBeSent: boolean;
  /** The reply code of SMTP, such as 550; null without a reply. */
  readonly responseCode: number | null;

  constructor(
    message: string,
    { retryable, mayBeSent = false, cause }: { retryable: boolean; mayBeSent?: boolean; cause?: unknown },
  ) {
    super(message, { cause });
    const { responseCode = null } = (cause ?? {}) as { responseCode?: number };
    this.retryable = retryable;
    this.responseCode = responseCode;
    this.mayBeSent = mayBeSent;
  }
}

const ADDRESS = /^[^\s@<>,;:"\\\p{Cc}]+@[^\s@<>,;:"\\\p{Cc}]+$/u;
const BREAKER_FAILURES = 10;
const BREAKER_PAUSE_MS = 15_000;

/** Sends through one SMTP server over at most five connections; connects on the first mail. */
export function openMailer(options: MailerOptions): Mailer {
  const server = readUrl(options.smtpUrl);
  const { driver = 'smtp', attempts = 3, backoffMs = 500, timeoutMs = 60_000 } = options;
  const transport = createTransport({
    pool: true,
    url: options.smtpUrl,
    maxConnections: 5,
    maxRequeues: 0,
    dnsTimeout: 10_000,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const backoff = new ExponentialBackoff({ initialDelay: backoffMs, maxDelay: 10_000 });
  const tries = wrap(
    retry(
      handleWhen((error) => error instanceof MailError && error.retryable && !error.mayBeSent),
      { maxAttempts: attempts - 1, backoff },
    ),
    circuitBreaker(
      handleWhen((error) => error instanceof MailError && isUnreachable(asError(error.cause))),
      {
        breaker: new ConsecutiveBreaker(BREAKER_FAILURES),
        halfOpenAfter: BREAKER_PAUSE_MS,
      },
    ),
  );

  /** Signals of attempts whose mail was read to its end, whose last line was sent therefore. */
  const handedOver = new WeakSet<AbortSignal>();
  transport.use('stream', (mail, done) => {
    const { signal } = mail.data;
    mail.message?.processFunc((stream) => stream.once('end', () => signal && handedOver.add(signal)));
    done();
  });

  const attempt = async (message: SendMailOptions) => {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      return await transport.sendMail({ ...message, signal });
    } catch (cause) {
      throw asMailError(asError(cause), server, timeoutMs, handedOver.has(signal));
    }
  };

  const send = async (mail: Mail) => {
    const { messageId = `<${randomUUID()}@ai-manager>`, subject, html, text } = mail;
    const to = [mail.to].flat().map(oneAddress);
    const { headers = {} } = mail;
    const body = html === '' ? { text } : { html, text };
    const message = { from: oneAddress(mail.from), to, subject, ...body, messageId, headers };
    try {
      const { response } = await tries.execute(() => attempt(message));
      return { messageId, response };
    } catch (cause) {
      if (!(cause instanceof BrokenCircuitError)) throw cause;
      const reason = `Mail server ${server} failed ${BREAKER_FAILURES} times in a row and is given a pause.`;
      throw new MailError(reason, { retryable: true, cause });
    }
  };
  const check = async () => {
    await transport.verify().catch((cause: unknown) => {
      throw asMailError(asError(cause), server, timeoutMs, false);
    });
  };
  return { driver, send, check, close: async () => transport.close() };
}

function readUrl(smtpUrl: string): string {
  const url = URL.canParse(smtpUrl) ? new URL(smtpUrl) : null;
  if (!url?.hostname || !/^smtps?:$/.test(url.protocol)) {
    throw new Error('The SMTP URL must start with smtp:// or smtps:// and name a host.');
  }
  return url.host;
}

function oneAddress(given: MailAddress): { name: string; address: string } {
  const parts = typeof given === 'string' ? readAddress(given) : given;
  if (!parts || !ADDRESS.test(parts.address)) {
    throw new MailError('A mail address is not of the form "name@domain" or "Name <name@domain>".', {
      retryable: false,
    });
  }
  return parts;
}

/** Stricter than RFC 5322, so that text from outside cannot name another recipient than it seems to. */
function readAddress(text: string): { name: string; address: string } | null {
  const named = /^(?:"([^"\\\p{Cc}]*)"|([^"<>@,;:\p{Cc}]*?))\s*<([^<>]*)>$/u.exec(text.trim());
  if (!named) return { name: '', address: text.trim() };
  return { name: named[1] ?? named[2] ?? '', address: named[3] ?? '' };
}

function isUnreachable(error: NodemailerError): boolean {
  return ['ECONNECTION', 'ETIMEDOUT', 'ESOCKET', 'EDNS', 'EABORT'].includes(error.code ?? '');
}

function isRetryable(error: NodemailerError): boolean {
  return error.permanent === undefined ? isUnreachable(error) : !error.permanent;
}

/** @param isHandedOver the server has the whole mail, so that without its reply nothing is known of it */
function asMailError(
  cause: NodemailerError,
  server: string,
  timeoutMs: number,
  isHandedOver: boolean,
): MailError {
  const reason = cause.code === 'EABORT' ? `no answer within ${timeoutMs} ms` : cause.message;
  return new MailError(`Mail server ${server}: ${reason}`, {
    retryable: isRetryable(cause),
    mayBeSent: isHandedOver && cause.responseCode === undefined,
    cause,
  });
}

function asError(cause: unknown): NodemailerError {
  return cause instanceof Error ? cause : new Error(String(cause));
}
