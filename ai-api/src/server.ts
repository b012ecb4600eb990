import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { createApp } from './app.ts';
import type { Config } from './config.ts';
import { type Context, createContext } from './context.ts';
import { type DevInbox, startDevInbox } from './platform/mail/index.ts';

/** How long running requests and jobs may take to end. */
const STOP_MS = 10_000;

export interface RunningServer {
  context: Context;
  /** Root of the API; null in a worker. */
  url: string | null;
  inbox: DevInbox | null;
  /** Ends requests and jobs, then closes everything. May be called again. */
  stop(): Promise<void>;
}

/**
 * Starts what the configuration's role asks for: API, worker or both, and the development inbox unless
 * SMTP is configured.
 */
export async function startServer(config: Config, log: Logger): Promise<RunningServer> {
  const context = await createContext(config, log);
  const opened: { close(): Promise<void> }[] = [{ close: () => context.database.close() }];
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= closeAll(opened.toReversed());
    return stopping;
  };
  try {
    await context.jobs.start({ work: config.ROLE !== 'api' });
    opened.push({ close: () => context.jobs.stop(STOP_MS) });
    const inbox = config.SMTP_URL || config.ROLE === 'worker' ? null : await openInbox(config, log);
    if (inbox) opened.push(inbox);
    const http = config.ROLE === 'worker' ? null : await listen(context);
    if (http) opened.push({ close: () => closeHttp(http) });
    const url = http ? `http://${config.HOST}:${(http.address() as AddressInfo).port}` : null;
    log.info({ url, role: config.ROLE, ...context.installation }, 'ready');
    return { context, url, inbox, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function closeAll(parts: { close(): Promise<void> }[]): Promise<void> {
  for (const part of parts) await part.close();
}

function openInbox(config: Config, log: Logger): Promise<DevInbox> {
  return startDevInbox({
    host: '127.0.0.1',
    smtpPort: config.INBOX_SMTP_PORT,
    httpPort: config.INBOX_HTTP_PORT,
    directory: join(config.DATA_DIR, 'inbox'),
    log,
  });
}

function listen(context: Context): Promise<Server> {
  const { HOST, PORT } = context.config;
  const server = createServer({ requestTimeout: 60_000, headersTimeout: 15_000 }, createApp(context));
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error);
      reject(
        new Error(`Port ${PORT} on ${HOST} is taken. Stop what uses it, or set PORT.`, { cause: error }),
      );
    });
    server.listen(PORT, HOST, () => resolve(server));
  });
}

function closeHttp(server: Server): Promise<void> {
  const force = setTimeout(() => server.closeAllConnections(), STOP_MS);
  return new Promise((resolve) => {
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}
