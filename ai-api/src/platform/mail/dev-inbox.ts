import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { createInboxApp } from './inbox-http.ts';
import type { MessagePage, MessageQuery } from './inbox-index.ts';
import { startInboxSmtp } from './inbox-smtp.ts';
import { openInboxStore } from './inbox-store.ts';

export interface DevInboxOptions {
  /** Port of SMTP; 0 takes any free one. */
  smtpPort: number;
  /** Port of the pages; 0 takes any free one. */
  httpPort: number;
  /** `127.0.0.1` when absent. Anyone who can reach another address can read and delete every mail. */
  host?: string;
  /** Where the mails are kept; created when absent. One inbox at a time. */
  directory: string;
  log: Logger;
}

export interface DevInbox {
  smtpPort: number;
  httpPort: number;
  /** Of the list page. */
  url: string;
  smtpUrl: string;
  /** Mails that match, newest first. */
  messages(query?: MessageQuery): MessagePage;
  /** Finishes what is being received, then stops. May be called again. */
  close(): Promise<void>;
}

/**
 * Starts a mail server for development: it takes every mail, keeps it on disk and delivers none, and shows them on a web page.
 * Rejects with one line that names the port when a port cannot be had.
 */
export async function startDevInbox(options: DevInboxOptions): Promise<DevInbox> {
  const { host = '127.0.0.1', directory, log } = options;
  const store = await openInboxStore(directory);
  const smtp = await startInboxSmtp(store, { host, port: options.smtpPort, log }).catch((error: Error) => {
    throw portError(error, { host, port: options.smtpPort, use: "the dev inbox's SMTP" });
  });
  const smtpUrl = `smtp://${reachable(host)}:${smtp.port}`;
  const http = createServer(createInboxApp(store, { smtpUrl, host, log }));
  try {
    await once(http.listen(options.httpPort, host), 'listening');
  } catch (error) {
    await smtp.close();
    throw portError(error, { host, port: options.httpPort, use: "the dev inbox's web page" });
  }
  const httpPort = (http.address() as AddressInfo).port;
  let closing: Promise<void> | undefined;
  const stop = async () => {
    await Promise.all([smtp.close(), closeHttp(http)]);
    await store.close();
  };
  return {
    smtpPort: smtp.port,
    httpPort,
    url: `http://${reachable(host)}:${httpPort}`,
    smtpUrl,
    messages: store.list,
    close() {
      closing ??= stop();
      return closing;
    },
  };
}

function portError(
  error: unknown,
  { host, port, use }: { host: string; port: number; use: string },
): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE')
    return new Error(`Port ${port} on ${host}, for ${use}, is already in use.`, { cause: error });
  if (code === 'EACCES')
    return new Error(`Port ${port} on ${host}, for ${use}, needs privileges.`, { cause: error });
  return error;
}

/** The name under which a listener on `host` is reached from this machine. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

function closeHttp(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 1000).unref();
  });
}
