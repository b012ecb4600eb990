import { join } from 'node:path';
import { type ApiError, type Client, createClient } from '../../ai-api/src/catalogue/client.ts';
import { resources } from '../../ai-api/src/catalogue/index.ts';
import { keyForN8n } from '../../workflows/src/api-key.ts';
import { bootstrapN8n } from '../../workflows/src/bootstrap.ts';
import { ensureN8nInstalled } from '../../workflows/src/install.ts';
import { startN8n } from '../../workflows/src/server.ts';
import { standardCredentials } from '../../workflows/src/standard-credentials.ts';
import type { SamplePerson } from '../sample/index.ts';
import { apiEnvironment, OWNER_EMAIL, openSources } from './api-environment.ts';
import { startApi } from './api-process.ts';
import { companyIn, type Fault, keepCompany, notImported } from './company.ts';
import { startDashboards } from './dashboards.ts';
import { buildNodes } from './nodes.ts';
import { type Options, ROOT } from './options.ts';
import { requireFreePorts } from './ports.ts';
import type { Progress } from './progress.ts';
import { liveSample } from './sample.ts';
import { type LocalSecrets, localSecrets } from './secrets.ts';
import { StartError } from './start-error.ts';

/** Everything that runs. */
export interface System {
  options: Options;
  secrets: LocalSecrets;
  client: Client;
  /** Without dashboards where only one evaluation is run. */
  urls: { api: string; n8n: string; inbox: string; dashboards: string | null };
  owner: { email: string; password: string };
  /** Of the sample company, who sign in. */
  people: readonly SamplePerson[];
  stop(): Promise<void>;
}

/**
 * Installs what is missing and starts the sources, the API with its inbox, and n8n with our nodes and
 * workflows. What had started is stopped again when a later part fails.
 */
export async function startEverything(
  options: Options,
  progress: Progress,
  signal: AbortSignal,
): Promise<System> {
  await requireFreePorts(options.once ? withoutDashboards(options.ports) : options.ports);
  const secrets = localSecrets(options.dataDirectory);
  const opened: { close(): Promise<void> }[] = [];
  const stop = async () => {
    for (const part of opened.splice(0).toReversed()) await part.close();
  };
  const tell = (line: string) => (isPassing(line) ? progress.step(line) : progress.line(line));
  try {
    await ensureN8nInstalled({ onProgress: tell });
    signal.throwIfAborted();
    progress.step('n8n nodes: building');
    await buildNodes();
    const sources = await openSources(options, secrets, progress);
    opened.push(sources);
    const apiUrl = `http://127.0.0.1:${options.ports.api}`;
    const logFile = join(options.dataDirectory, 'logs', 'api.log');
    const api = await startApi(apiEnvironment(options, secrets, sources), apiUrl, logFile, progress, signal);
    opened.push({ close: api.stop });
    progress.line(`API: ready on ${apiUrl}`);
    const client = createClient(resources, { baseUrl: apiUrl, apiKey: secrets.apiKey, timeoutMs: 120_000 });
    await importCompany(client, options, progress);
    signal.throwIfAborted();
    // n8n takes its time to start, and must not hear of weeks of the past.
    const living = options.company.isSample ? liveSample(options, secrets, apiUrl, progress) : [];
    const starting = startN8n({
      userFolder: join(options.dataDirectory, 'n8n'),
      port: options.ports.n8n,
      encryptionKey: secrets.n8nEncryptionKey,
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      nodePackageDir: join(ROOT, 'n8n-nodes'),
      log: join(options.dataDirectory, 'logs', 'n8n.log'),
      onProgress: tell,
    });
    const [started, lived] = await Promise.allSettled([starting, living]);
    if (started.status === 'rejected') throw started.reason;
    const n8n = started.value;
    opened.push({ close: n8n.stop });
    if (lived.status === 'rejected') throw lived.reason;
    signal.throwIfAborted();
    const owner = { email: OWNER_EMAIL, password: secrets.n8nPassword };
    const { apiKey, workflows } = await bootstrapN8n({
      n8n,
      owner,
      credentials: async () =>
        credentials(options, secrets, { url: apiUrl, apiKey: await keyForN8n(client) }),
      workflowsDirectory: join(ROOT, 'workflows'),
      timezone: (await client.tenant.get({})).settings.timezone,
      stateFile: join(options.dataDirectory, 'n8n', 'bootstrap.json'),
      onProgress: (line) => (isException(line) ? progress.line(line) : progress.step(line)),
    });
    const active = workflows.filter((workflow) => workflow.active).length;
    progress.line(`n8n: ready on ${n8n.url} with ${workflows.length} workflows, ${active} active`);
    const urls = { api: apiUrl, n8n: n8n.url, inbox: `http://127.0.0.1:${options.ports.inbox}` };
    const dashboards = options.once
      ? null
      : await startDashboards({
          port: options.ports.dashboards,
          api: { url: apiUrl, key: secrets.apiKey },
          n8n: { url: n8n.url, key: apiKey },
          people: lived.value,
        });
    if (dashboards) {
      opened.push({ close: dashboards.stop });
      progress.line(`Dashboards: ready on ${dashboards.url}`);
    }
    return {
      options,
      secrets,
      client,
      urls: { ...urls, dashboards: dashboards?.url ?? null },
      owner,
      people: lived.value,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function withoutDashboards({
  dashboards: _,
  ...ports
}: Options['ports']): Omit<Options['ports'], 'dashboards'> {
  return ports;
}

/** Lines that the next one makes out of date. */
function isPassing(line: string): boolean {
  return /still starting|packages|compiling|lockfile/.test(line);
}

/** Lines on workflows that are not as their files say. */
function isException(line: string): boolean {
  return /was edited|stays inactive/.test(line);
}

async function importCompany(
  client: Client,
  { company, dataDirectory }: Options,
  progress: Progress,
): Promise<void> {
  const { directory, tables } = company;
  const counts = await client.people.import(tables as never).catch((error: ApiError) => {
    const faults = (error.document?.errors ?? []) as unknown as Fault[];
    throw faults.length > 0 ? notImported(directory, faults) : new StartError(error.message);
  });
  const isSeeded = companyIn(dataDirectory)?.isSeeded ?? false;
  keepCompany(dataDirectory, { directory, isSeeded });
  const sum = (rows: typeof counts.builders) => rows.inserted + rows.updated + rows.unchanged;
  const { builders, projects, metrics } = counts;
  progress.line(
    `Company: ${sum(builders)} builders, ${sum(projects)} projects, ${sum(metrics)} weeks of metrics`,
  );
}

function credentials({ ports }: Options, { startKey }: LocalSecrets, api: { url: string; apiKey: string }) {
  const host = '127.0.0.1';
  const mail = { host, port: ports.smtp, secure: false, disableStartTls: true, user: '', password: '' };
  return standardCredentials({ api, mail, startKey });
}
