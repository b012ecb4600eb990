import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Logger } from 'pino';
import { SMTPServer } from 'smtp-server';
import { createInboxApp } from './inbox-http.ts';
import { createInboxStore, type InboxStore, type MessageQuery, type MessageSummary } from './inbox-store.ts';
import { registerInbox } from './open-inboxes.ts';

export interface DevInboxOptions {
  /** Port of SMTP; 0 takes any free one. */
  smtpPort: number;
  /** Port of the pages; 0 takes any free one. */
  httpPort: number;
  log: Logger;
}

export interface DevInbox {
  smtpPort: number;
  httpPort: number;
  /** Of the list page. */
  url: string;
  smtpUrl: string;
  /** Mails that match, newest first. */
  messages(query?: MessageQuery): MessageSummary[];
  /** Finishes what is being received, then stops. May be called again. */
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const MAX_MAIL_BYTES = 10 * 1024 * 1024;
const MAX_RECIPIENTS = 500;
const IDLE_MS = 60_000;
const CLOSE_GRACE_MS = 250;

/**
 * Starts a mail server for development on loopback: it takes every mail, delivers none, keeps the newest in memory
 * and shows them on a web page. Rejects with one line that names the port when a port cannot be had.
 */
export async function startDevInbox({ smtpPort, httpPort, log }: DevInboxOptions): Promise<DevInbox> {
  const store = createInboxStore();
  const forget = registerInbox(store);
  const smtp = createSmtp(store, log);
  smtp.listen(smtpPort, HOST);
  await once(smtp.server, 'listening').catch((error: unknown) => {
    throw portError(error, smtpPort, "the dev inbox's SMTP");
  });
  const closeSmtp = () => new Promise<void>((resolve) => smtp.close(resolve));
  const { port } = smtp.server.address() as AddressInfo;
  const smtpUrl = `smtp://${HOST}:${port}`;
  const http = createServer(createInboxApp(store, { smtpUrl, log }));
  await once(http.listen(httpPort, HOST), 'listening').catch(async (error: unknown) => {
    await closeSmtp();
    throw portError(error, httpPort, "the dev inbox's web page");
  });
  const address = http.address() as AddressInfo;
  let closing: Promise<unknown> | undefined;
  return {
    smtpPort: port,
    httpPort: address.port,
    url: `http://${HOST}:${address.port}`,
    smtpUrl,
    messages: store.list,
    async close() {
      forget();
      closing ??= Promise.all([closeSmtp(), closeHttp(http)]);
      await closing;
    },
  };
}

/** Takes mail of at most 10 MB from anyone under any credentials. */
function createSmtp(store: InboxStore, log: Logger): SMTPServer {
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
      callback(full ? smtpError(452, `At most ${MAX_RECIPIENTS} recipients are accepted`) : null);
    },
    onData: (stream, { envelope: { mailFrom, rcptTo } }, callback) => {
      const envelope = { from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address) };
      const receive = async () => {
        const source = await buffer(stream);
        if (stream.sizeExceeded) throw smtpError(552, 'The mail is too large');
        return store.add(envelope, source);
      };
      receive().then((id) => callback(null, `OK: stored as ${id}`), callback);
    },
  });
  server.on('error', (error) => log.debug({ err: error }, 'dev inbox SMTP connection failed'));
  return server;
}

function smtpError(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

function portError(error: unknown, port: number, use: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const reason = { EADDRINUSE: 'is already in use', EACCES: 'needs privileges' }[String(code)];
  return reason ? new Error(`Port ${port} on ${HOST}, for ${use}, ${reason}.`, { cause: error }) : error;
}

function closeHttp(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 1000).unref();
  });
}
