import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import type { Logger } from 'pino';
import { createApp, createWorkerApp } from './app.ts';
import type { Overrides } from './composition/drivers.ts';
import { type Config, urlOf } from './config/index.ts';
import { type Context, createContext } from './context.ts';
import { answerClientError, MAX_HEADER_BYTES } from './http/request-size.ts';
import type { DevInbox } from './platform/mail/dev-inbox.ts';

/**
 * Longer than the load balancer in front keeps an idle connection (120 s in Terraform): a server that closes first loses
 * requests that are on their way.
 */
const KEEP_ALIVE_MS = 125_000;
/** How long running requests and jobs may take to end. */
const STOP_MS = 10_000;
/** How long telemetry that waits may take to be sent. */
const FLUSH_MS = 3_000;

export interface RunningServer {
  context: Context;
  /** Root of the API, or of a worker's probes; null in a worker without a port for them. */
  url: string | null;
  inbox: DevInbox | null;
  /** Ends requests and jobs, then closes everything. May be called again. */
  stop(): Promise<void>;
}

/**
 * Starts what the configuration's role asks for: API, worker or both, and the development inbox unless
 * SMTP is configured.
 * @param overrides parts in place of the installation's own, such as a clock that a test moves
 */
export async function startServer(
  config: Config,
  log: Logger,
  overrides: Overrides = {},
): Promise<RunningServer> {
  const context = await createContext(config, log, overrides);
  const opened: { close(): Promise<void> }[] = [{ close: () => context.database.close() }];
  opened.push({ close: () => context.sharedRedis.close() });
  opened.push({ close: () => context.disk.close() });
  opened.push({ close: async () => context.tracing?.close(FLUSH_MS) });
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= closeAll(opened.toReversed());
    return stopping;
  };
  try {
    context.disk.watch();
    opened.push({ close: () => context.webhooks.close() });
    opened.push(await context.identity.start());
    opened.push({ close: () => context.mailer.close() });
    opened.push({ close: () => context.jobs.stop(STOP_MS) });
    await context.jobs.start({ work: config.ROLE !== 'api', priorities: config.JOB_PRIORITIES });
    if (config.ROLE !== 'api') {
      await context.collections.migrate();
      const exporting = await context.traces.start();
      if (exporting) opened.push(exporting);
    }
    const inbox = config.SMTP_URL || config.ROLE === 'worker' ? null : await openInbox(config, log);
    if (inbox) opened.push(inbox);
    const http = await listen(context);
    if (http) opened.push({ close: () => closeHttp(http) });
    if (http && config.ROLE !== 'worker') opened.push(await openRealtime(context, http));
    const url = http ? urlOf(config.HOST, (http.address() as AddressInfo).port) : null;
    log.info({ url, role: config.ROLE, ...context.ops.installation }, 'ready');
    return { context, url, inbox, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Closes all parts, also after one that fails, whose error is thrown at the end. */
async function closeAll(parts: { close(): Promise<void> }[]): Promise<void> {
  const errors: unknown[] = [];
  for (const part of parts) await part.close().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}

async function openInbox(config: Config, log: Logger): Promise<DevInbox> {
  const { startDevInbox } = await import('./platform/mail/dev-inbox.ts');
  return startDevInbox({
    smtpPort: config.INBOX_SMTP_PORT,
    httpPort: config.INBOX_HTTP_PORT,
    log,
  });
}

/** The API; in a worker its probes and metrics, if a port is configured. */
async function listen(context: Context): Promise<Server | null> {
  const { ROLE, PORT, WORKER_PORT } = context.config;
  if (ROLE !== 'worker') return listenAt(context, 'PORT', PORT, createApp(context));
  if (WORKER_PORT === undefined) return null;
  return listenAt(context, 'WORKER_PORT', WORKER_PORT, createWorkerApp(context));
}

function listenAt({ config: { HOST } }: Context, name: string, port: number, app: Express): Promise<Server> {
  const server = createServer(
    {
      requestTimeout: 60_000,
      headersTimeout: 15_000,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    app,
  ).on('clientError', answerClientError);
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error);
      reject(
        new Error(`Port ${port} on ${HOST} is taken. Stop what uses it, or set ${name}.`, { cause: error }),
      );
    });
    server.listen(port, HOST, () => resolve(server));
  });
}

/** Connections that stay open; they are closed before the server waits for the others. */
async function openRealtime({ realtime }: Context, server: Server): Promise<{ close(): Promise<void> }> {
  await realtime.start();
  server.on('upgrade', (request, socket, head) => {
    const [app] = server.listeners('request') as Express[];
    // As Express does with its own requests: so that limits know the address behind trusted proxies.
    realtime.upgrade(Object.setPrototypeOf(request, app?.request ?? null), socket, head);
  });
  return { close: () => realtime.close() };
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
