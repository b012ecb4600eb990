import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Client, createClient } from '../../ai-api/src/catalogue/client.ts';
import { resources } from '../../ai-api/src/catalogue/index.ts';
import { startSources } from '../../examples/sources.ts';
import { bootstrapN8n } from '../../workflows/src/bootstrap.ts';
import { ensureN8nInstalled } from '../../workflows/src/install.ts';
import { startN8n } from '../../workflows/src/server.ts';
import { startApi } from './api-process.ts';
import { importConversations } from './conversations.ts';
import { buildNodes } from './nodes.ts';
import { type Options, ROOT } from './options.ts';
import { requireFreePorts } from './ports.ts';
import { startProcesses } from './processes.ts';
import type { Progress } from './progress.ts';
import { type LocalSecrets, localSecrets } from './secrets.ts';
import { StartError } from './start-error.ts';

/** Everything that runs. */
export interface System {
  options: Options;
  secrets: LocalSecrets;
  client: Client;
  urls: { api: string; n8n: string; inbox: string };
  owner: { email: string; password: string };
  stop(): Promise<void>;
}

/** The first person of n8n and of the API. */
const OWNER_EMAIL = 'owner@ai-manager.example';

/** The header that starts the workflow from outside. */
export const START_HEADER = 'X-Start-Key';

/**
 * Installs what is missing and starts the sources, the API with its inbox, and n8n with our nodes and
 * workflows. What had started is stopped again when a later part fails.
 */
export async function startEverything(
  options: Options,
  progress: Progress,
  signal: AbortSignal,
): Promise<System> {
  await requireFreePorts(options.ports);
  const secrets = localSecrets(options.dataDirectory);
  const opened: { close(): Promise<void> }[] = [];
  const stop = async () => {
    for (const part of opened.splice(0).toReversed()) await part.close();
  };
  try {
    await ensureN8nInstalled({ onProgress: progress.line });
    signal.throwIfAborted();
    progress.line('n8n nodes: building');
    await buildNodes();
    const sources = await startSources({ directory: options.company, apiKey: secrets.sourcesKey, port: 0 });
    opened.push(sources);
    progress.line(`Sources: WorkSmart, BrainLift and Metrics simulated from ${options.company}`);
    const apiUrl = `http://127.0.0.1:${options.ports.api}`;
    const logFile = join(options.dataDirectory, 'logs', 'api.log');
    const api = await startApi(apiEnvironment(options, secrets, sources), apiUrl, logFile, progress, signal);
    opened.push({ close: api.stop });
    progress.line(`API: ready on ${apiUrl}`);
    const client = createClient(resources, { baseUrl: apiUrl, apiKey: secrets.apiKey, timeoutMs: 120_000 });
    await importCompany(client, options.company, progress);
    if (options.isSample) {
      const imported = await importConversations(client, { baseUrl: apiUrl, apiKey: secrets.apiKey });
      progress.line(`Conversations: ${imported} of the sample company imported`);
    }
    await startProcesses(client, progress.line);
    signal.throwIfAborted();
    const n8n = await startN8n({
      userFolder: join(options.dataDirectory, 'n8n'),
      port: options.ports.n8n,
      encryptionKey: secrets.n8nEncryptionKey,
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      nodePackageDir: join(ROOT, 'n8n-nodes'),
      log: join(options.dataDirectory, 'logs', 'n8n.log'),
      onProgress: progress.line,
    });
    opened.push({ close: n8n.stop });
    const owner = { email: OWNER_EMAIL, password: secrets.n8nPassword };
    await bootstrapN8n({
      n8n,
      owner,
      credentials: credentials(options, secrets, apiUrl),
      workflowsDirectory: join(ROOT, 'workflows'),
      stateFile: join(options.dataDirectory, 'n8n', 'bootstrap.json'),
      onProgress: progress.line,
    });
    const urls = { api: apiUrl, n8n: n8n.url, inbox: `http://127.0.0.1:${options.ports.inbox}` };
    return { options, secrets, client, urls, owner, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type SourceUrls = { worksmartUrl: string; brainliftUrl: string; metricsUrl: string };

function apiEnvironment(
  { ports, dataDirectory, company }: Options,
  secrets: LocalSecrets,
  sources: SourceUrls,
) {
  const { sourcesKey } = secrets;
  return {
    PORT: String(ports.api),
    DATA_DIR: join(dataDirectory, 'api'),
    INBOX_HTTP_PORT: String(ports.inbox),
    INBOX_SMTP_PORT: String(ports.smtp),
    SMTP_URL: '',
    LICENCE_SAMPLE: company === join(ROOT, 'examples', 'sample-company') ? 'on' : 'off',
    WEBHOOK_ALLOWED_HOSTS: '127.0.0.0/8,localhost,::1/128',
    BOOTSTRAP_API_KEY: secrets.apiKey,
    BOOTSTRAP_ADMIN_EMAIL: OWNER_EMAIL,
    BOOTSTRAP_ADMIN_PASSWORD: secrets.n8nPassword,
    WORKSMART_URL: sources.worksmartUrl,
    WORKSMART_API_KEY: sourcesKey,
    BRAINLIFT_URL: sources.brainliftUrl,
    BRAINLIFT_API_KEY: sourcesKey,
    METRICS_URL: sources.metricsUrl,
    METRICS_API_KEY: sourcesKey,
  };
}

async function importCompany(client: Client, directory: string, progress: Progress): Promise<void> {
  const read = (file: string) => readFileSync(join(directory, file), 'utf8');
  const counts = await client.people
    .import({
      builders: read('builders.csv'),
      projects: read('projects.csv'),
      metrics: read('metrics.csv'),
      projectMetrics: read('project-metrics.csv'),
    })
    .catch((error: Error) => {
      throw new StartError(`${directory}: ${error.message}`);
    });
  const sum = (rows: typeof counts.builders) => rows.inserted + rows.updated + rows.unchanged;
  const { builders, projects, metrics } = counts;
  progress.line(
    `Company: ${sum(builders)} builders, ${sum(projects)} projects, ${sum(metrics)} weeks of metrics`,
  );
}

function credentials({ ports }: Options, { apiKey, startKey }: LocalSecrets, apiUrl: string) {
  return [
    { name: 'AI Manager API', type: 'aiManagerApi', data: { baseUrl: apiUrl, apiKey } },
    {
      name: 'Start workflows from outside',
      type: 'httpHeaderAuth',
      data: { name: START_HEADER, value: startKey },
    },
    {
      name: 'Mail server',
      type: 'smtp',
      data: {
        host: '127.0.0.1',
        port: ports.smtp,
        secure: false,
        disableStartTls: true,
        user: '',
        password: '',
      },
    },
  ];
}
