import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { InboxStore } from './inbox-store.ts';

const MAX_MAIL_BYTES = 10 * 1024 * 1024;
/** Their lines must fit into what the store reads of a mail's head. */
const MAX_RECIPIENTS = 500;
const IDLE_MS = 60_000;
const CLOSE_GRACE_MS = 250;

class MailTooLarge extends Error {}

export interface InboxSmtp {
  port: number;
  /** Stops listening and gives open connections a moment to end. */
  close(): Promise<void>;
}

/**
 * Takes mail of at most 10 MB from anyone under any credentials, and answers 250 only after the store has it. Rejects with
 * the socket's error when it cannot listen.
 */
export async function startInboxSmtp(
  store: InboxStore,
  { host, port, log }: { host: string; port: number; log: Logger },
): Promise<InboxSmtp> {
  const server = new SMTPServer({
    name: 'dev-inbox',
    logger: false,
    size: MAX_MAIL_BYTES,
    rejectOversized: true,
    authOptional: true,
    allowInsecureAuth: true,
    authMethods: ['PLAIN', 'LOGIN', 'CRAM-MD5', 'XOAUTH2'],
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    socketTimeout: IDLE_MS,
    closeTimeout: CLOSE_GRACE_MS,
    onAuth: (_auth, _session, callback) => callback(null, { user: 'anyone' }),
    onRcptTo: (_address, { envelope }, callback) => {
      const full = envelope.rcptTo.length >= MAX_RECIPIENTS;
      callback(full ? smtpError(452, `At most ${MAX_RECIPIENTS} recipients are taken`) : null);
    },
    onData: (stream, session, callback) => {
      receive(store, stream, session).then(
        (id) => callback(null, `OK: stored as ${id}`),
        (error: Error) => {
          stream.resume();
          if (!(error instanceof MailTooLarge)) log.error({ err: error }, 'dev inbox could not store a mail');
          callback(smtpError(451, 'The mail could not be stored'));
        },
      );
    },
  });
  server.on('error', (error) => log.debug({ err: error }, 'dev inbox SMTP connection failed'));
  server.listen(port, host);
  await once(server.server, 'listening');
  return {
    port: (server.server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

function smtpError(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

function receive(
  store: InboxStore,
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
): Promise<string> {
  const { mailFrom, rcptTo } = session.envelope;
  const envelope = { from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address) };
  return store.add(envelope, whole(stream));
}

/** The mail's bytes; throws instead of ending when it was too large, but reads to the end, as the sender only then listens. */
async function* whole(stream: SMTPServerDataStream): AsyncGenerator<Buffer> {
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    if (!stream.sizeExceeded) yield chunk;
  }
  if (stream.sizeExceeded) throw new MailTooLarge();
}
