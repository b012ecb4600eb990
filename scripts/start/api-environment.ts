import { join } from 'node:path';
import { type Sources, startSources } from '../../examples/sources.ts';
import { companyName, writeSourceFiles } from './company.ts';
import type { Options } from './options.ts';
import type { Progress } from './progress.ts';
import type { LocalSecrets } from './secrets.ts';

/** The first person of n8n and of the API. */
export const OWNER_EMAIL = 'owner@ai-manager.example';

/**
 * Simulated sources that answer from the company's files. Says which sources the environment names in their place, and what of
 * it is not used.
 */
export async function openSources(
  { company, dataDirectory }: Options,
  { sourcesKey }: LocalSecrets,
  progress: Progress,
) {
  const directory = join(dataDirectory, 'sources');
  writeSourceFiles(company, directory);
  const sources = await startSources({ directory, apiKey: sourcesKey, port: 0 });
  const own = SOURCES.filter(({ name }) => process.env[`${name}_URL`]).map(({ label }) => label);
  const simulated = SOURCES.map(({ label }) => label).filter((label) => !own.includes(label));
  if (own.length > 0) progress.line(`Sources: ${own.join(', ')} as the environment names them`);
  if (simulated.length > 0)
    progress.line(`Sources: ${simulated.join(', ')} simulated from ${company.directory}`);
  if (process.env.SMTP_URL) progress.line('SMTP_URL is not used: e-mails stay in the inbox of this machine');
  return sources;
}

const SOURCES = [
  { name: 'WORKSMART', label: 'WorkSmart', url: 'worksmartUrl' },
  { name: 'BRAINLIFT', label: 'BrainLift', url: 'brainliftUrl' },
  { name: 'METRICS', label: 'Metrics', url: 'metricsUrl' },
] as const;

/** Settings of the API: those of `npm start`, and those of the environment that it respects. */
export function apiEnvironment(
  { ports, dataDirectory, company }: Options,
  secrets: LocalSecrets,
  simulated: Sources,
) {
  const sources = SOURCES.filter(({ name }) => !process.env[`${name}_URL`]).flatMap(({ name, url }) => [
    [`${name}_URL`, simulated[url]],
    [`${name}_API_KEY`, secrets.sourcesKey],
  ]);
  return {
    TENANT: companyName(dataDirectory, company.isSample, process.env.TENANT),
    PORT: String(ports.api),
    DATA_DIR: join(dataDirectory, 'api'),
    INBOX_HTTP_PORT: String(ports.inbox),
    INBOX_SMTP_PORT: String(ports.smtp),
    SMTP_URL: '',
    LICENCE_SAMPLE: company.isSample ? 'on' : 'off',
    WEBHOOK_ALLOWED_HOSTS: '127.0.0.0/8,localhost,::1/128',
    DASHBOARDS_URL: process.env.DASHBOARDS_URL || `http://127.0.0.1:${ports.dashboards}`,
    // Everything shares this machine: while n8n starts, the API is slow and not overloaded.
    SHED_LOOP_DELAY_MS: process.env.SHED_LOOP_DELAY_MS || '60000',
    BOOTSTRAP_API_KEY: secrets.apiKey,
    BOOTSTRAP_ADMIN_EMAIL: OWNER_EMAIL,
    BOOTSTRAP_ADMIN_PASSWORD: secrets.n8nPassword,
    ...(Object.fromEntries(sources) as Record<string, string>),
  };
}
