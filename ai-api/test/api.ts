import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { type Client, createClient } from '../src/catalogue/client.ts';
import { resources } from '../src/catalogue/index.ts';
import type { Overrides } from '../src/composition/drivers.ts';
import { readConfig } from '../src/config/index.ts';
import type { Context } from '../src/context.ts';
import { createLog } from '../src/platform/log.ts';
import { startServer } from '../src/server.ts';
import type { TestDatabase } from './databases.ts';

/** The admin key that test servers are started with. */
export const ADMIN_KEY = `aim_testtest_${'0123456789abcdef'.repeat(3)}`;

export interface TestApi {
  url: string;
  client: Client;
  /** What the server is built of, for what no operation does yet. */
  context: Context;
  stop(): Promise<void>;
}

/** The environment of a server on its own database and free ports. */
export function testEnvironment(
  testDatabase: TestDatabase,
  env: Record<string, string> = {},
): Record<string, string> {
  return {
    ...testDatabase.env,
    NODE_ENV: 'test',
    PORT: '0',
    INBOX_HTTP_PORT: '0',
    INBOX_SMTP_PORT: '0',
    SMTP_URL: 'smtp://127.0.0.1:2525',
    LOG_LEVEL: 'silent',
    RATE_LIMITS: 'off',
    SHED_LOOP_DELAY_MS: '600000',
    BOOTSTRAP_API_KEY: ADMIN_KEY,
    WEBHOOK_ALLOWED_HOSTS: '127.0.0.0/8,localhost',
    ...env,
  };
}

/**
 * Starts API, worker and inbox in this process.
 * @param overrides parts in place of the installation's own, such as a clock
 */
export async function startApi(
  testDatabase: TestDatabase,
  env: Record<string, string> = {},
  overrides: Overrides = {},
): Promise<TestApi> {
  const config = readConfig(testEnvironment(testDatabase, env));
  const server = await startServer(config, createLog(config.LOG_LEVEL), overrides);
  const url = server.url as string;
  return {
    url,
    client: createClient(resources, { baseUrl: url, apiKey: ADMIN_KEY }),
    context: server.context,
    stop: () => server.stop(),
  };
}

const sample = new URL('../../examples/sample-company/', import.meta.url);

/** The sample company as the import takes it. */
export function sampleCompany() {
  const read = (name: string) => readFileSync(new URL(name, sample), 'utf8');
  return {
    builders: read('builders.csv'),
    projects: read('projects.csv'),
    metrics: read('metrics.csv'),
    projectMetrics: read('project-metrics.csv'),
  };
}

/** The newest week of the sample company. */
export const SAMPLE_WEEK = '2026-W46';

/** The first builders of the sample company, with their weeks and the projects that they lead. */
export function partOfSampleCompany(size: number) {
  const whole = sampleCompany();
  const isOfPart = ({ builder_id = '' }: Row) => Number(builder_id.slice('b-'.length)) <= size;
  const builders = takeRows(whole.builders, isOfPart);
  const projects = takeRows(whole.projects, isOfPart);
  const ids = new Set(projects.rows.map(({ project_id }) => project_id));
  return {
    builders: builders.csv,
    projects: projects.csv,
    metrics: takeRows(whole.metrics, isOfPart).csv,
    projectMetrics: takeRows(whole.projectMetrics, ({ project_id }) => ids.has(project_id)).csv,
  };
}

type Row = Record<string, string>;

/** The rows that `isTaken` picks, with the CSV text that holds them alone. */
function takeRows(csv: string, isTaken: (row: Row) => boolean) {
  const parsed = parse(csv, { columns: true, raw: true }) as unknown as { raw: string; record: Row }[];
  const taken = parsed.filter(({ record }) => isTaken(record));
  const header = csv.slice(0, csv.indexOf('\n') + 1);
  return {
    rows: taken.map(({ record }) => record),
    csv: header + taken.map(({ raw }) => `${raw.trimEnd()}\n`).join(''),
  };
}
