import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Client, createClient } from '../../ai-api/src/catalogue/client.ts';
import { resources } from '../../ai-api/src/catalogue/index.ts';
import { findPostgres, runOn } from '../../bench/postgres.ts';
import {
  bootstrapN8n,
  createN8nClient,
  ensureN8nInstalled,
  keyForN8n,
  type N8nClient,
  type N8nServer,
  standardCredentials,
  startN8n,
} from '../../workflows/src/index.ts';
import { claimPort } from '../../workflows/src/ports.ts';
import { startApi } from '../start/api-process.ts';
import { buildNodes } from '../start/nodes.ts';
import { ROOT } from '../start/options.ts';
import { localSecrets } from '../start/secrets.ts';

/** A worker and the file that it logs to. */
export interface Worker {
  server: N8nServer;
  log: string;
}

/** The API with the sample company, and n8n as one main process with two workers. */
export interface QueueMode {
  client: Client;
  n8n: N8nClient;
  workers: Worker[];
  inboxUrl: string;
  startKey: string;
  stop(): Promise<void>;
}

const LOCAL = '127.0.0.1';

/** @throws Error when Redis or PostgreSQL is not installed */
export async function startQueueMode(home: string, say: (line: string) => void): Promise<QueueMode> {
  const opened: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const close of opened.splice(0).toReversed()) await close();
  };
  try {
    await ensureN8nInstalled({ onProgress: say });
    await buildNodes();
    const secrets = localSecrets(home);
    const postgres = await findPostgres();
    if (!postgres) throw new Error('PostgreSQL is not installed (Debian: apt install postgresql).');
    opened.push(postgres.stop);
    for (const name of ['api', 'n8n']) await runOn(postgres.url, `create database ${name}`);
    const redisPort = await startRedis(opened);
    const [port, inbox, smtp] = await Promise.all([0, 0, 0].map((free) => claimPort(free, LOCAL, 'the API')));
    const apiUrl = `http://${LOCAL}:${port}`;
    const api = await startApi(
      {
        PORT: String(port),
        DATA_DIR: join(home, 'api'),
        DATABASE_URL: at(postgres.url, 'api'),
        INBOX_HTTP_PORT: String(inbox),
        INBOX_SMTP_PORT: String(smtp),
        SMTP_URL: '',
        WEBHOOK_ALLOWED_HOSTS: '127.0.0.0/8,localhost',
        BOOTSTRAP_API_KEY: secrets.apiKey,
      },
      apiUrl,
      join(home, 'api.log'),
      { line: say, step: say, block: (lines) => lines.forEach(say) },
      new AbortController().signal,
    );
    opened.push(api.stop);
    const client = createClient(resources, { baseUrl: apiUrl, apiKey: secrets.apiKey, timeoutMs: 120_000 });
    await importCompany(client);
    const server = await startProcess('main', false);
    const first = await startProcess('worker-1', true);
    const second = await startProcess('worker-2', true);
    const owner = { email: 'owner@ai-manager.example', password: secrets.n8nPassword };
    const stateFile = join(home, 'bootstrap.json');
    const mail = {
      host: LOCAL,
      port: Number(smtp),
      secure: false,
      disableStartTls: true,
      user: '',
      password: '',
    };
    await bootstrapN8n({
      n8n: server.server,
      owner,
      stateFile,
      workflowsDirectory: join(ROOT, 'workflows'),
      credentials: standardCredentials({
        api: { url: apiUrl, apiKey: await keyForN8n(client) },
        mail,
        startKey: secrets.startKey,
      }),
    });
    const n8n = await createN8nClient({ url: server.server.url, ...owner, stateFile });
    say('n8n: a main process and two workers on Redis and PostgreSQL');
    const inboxUrl = `http://${LOCAL}:${inbox}`;
    return { client, n8n, workers: [first, second], inboxUrl, startKey: secrets.startKey, stop };

    async function startProcess(name: string, worker: boolean): Promise<Worker> {
      const log = join(home, `${name}.log`);
      const process = await startN8n({
        userFolder: join(home, name),
        port: 0,
        worker,
        encryptionKey: secrets.n8nEncryptionKey,
        nodePackageDir: join(ROOT, 'n8n-nodes'),
        log,
        env: {
          EXECUTIONS_MODE: 'queue',
          DB_TYPE: 'postgresdb',
          DB_POSTGRESDB_HOST: LOCAL,
          DB_POSTGRESDB_PORT: new URL(postgres?.url ?? '').port,
          DB_POSTGRESDB_USER: 'postgres',
          DB_POSTGRESDB_DATABASE: 'n8n',
          QUEUE_BULL_REDIS_HOST: LOCAL,
          QUEUE_BULL_REDIS_PORT: String(redisPort),
          // A dead worker is noticed in seconds rather than minutes.
          QUEUE_WORKER_LOCK_DURATION: '10000',
          QUEUE_WORKER_LOCK_RENEW_TIME: '2000',
          QUEUE_WORKER_STALLED_INTERVAL: '5000',
        },
      });
      opened.push(process.stop);
      return { server: process, log };
    }
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startRedis(opened: (() => Promise<unknown>)[]): Promise<number> {
  const port = await claimPort(0, LOCAL, 'Redis');
  const settings = ['--port', String(port), '--bind', LOCAL, '--save', '', '--appendonly', 'no'];
  const server = spawn('redis-server', settings, { stdio: 'ignore' });
  await once(server, 'spawn').catch(() => {
    throw new Error('Redis is not installed (Debian: apt install redis-server).');
  });
  opened.push(async () => {
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    await ended;
  });
  return port;
}

function at(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

async function importCompany(client: Client): Promise<void> {
  const read = (file: string) =>
    readFileSync(join(ROOT, 'examples', 'sample-company', `${file}.csv`), 'utf8');
  await client.people.import({
    builders: read('builders'),
    projects: read('projects'),
    metrics: read('metrics'),
    projectMetrics: read('project-metrics'),
  });
}
