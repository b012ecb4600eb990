import { type Client, createClient } from '../ai-api/src/catalogue/client.ts';
import { resources } from '../ai-api/src/catalogue/index.ts';
import { type Company, companyFiles } from '../examples/generate.ts';
import { type ChildServer, startChild } from './child-server.ts';
import type { Home } from './homes.ts';

/** The admin key that measured servers are started with. */
export const ADMIN_KEY = `aim_benchkey_${'0123456789abcdef'.repeat(3)}`;

/**
 * The environment of a server on its own database and free ports, logging as it does by default. A benchmark loads
 * the machine on purpose, so nothing is refused for that.
 */
export function environment(home: Home, extra: Record<string, string> = {}): Record<string, string> {
  return {
    ...home.env,
    PORT: '0',
    SMTP_URL: 'smtp://127.0.0.1:2525',
    BOOTSTRAP_API_KEY: ADMIN_KEY,
    RATE_LIMITS: 'off',
    SHED_LOOP_DELAY_MS: '600000',
    ...extra,
  };
}

export function connect(url: string): Client {
  return createClient(resources, { baseUrl: url, apiKey: ADMIN_KEY, timeoutMs: 120_000 });
}

export interface Platform {
  url: string;
  client: Client;
  stop(): Promise<void>;
}

/** API and worker in a process of their own. */
export async function startPlatform(home: Home, extra: Record<string, string> = {}): Promise<Platform> {
  const server: ChildServer<'api'> = await startChild('platform-process.ts', environment(home, extra));
  return { url: server.urls.api, client: connect(server.urls.api), stop: () => server.stop() };
}

/** Weeks are imported in pieces of so many rows, far below the limit of one request. */
const PIECE = 20_000;

export async function importCompany(client: Client, company: Company): Promise<void> {
  const files = companyFiles(company);
  await client.people.import({ builders: files['builders.csv'], projects: files['projects.csv'] });
  for (const metrics of piecesOf(company.metrics)) await client.people.import({ metrics });
  for (const projectMetrics of piecesOf(company.projectMetrics))
    await client.people.import({ projectMetrics });
}

function piecesOf<T>(rows: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(rows.length / PIECE) }, (_, i) =>
    rows.slice(i * PIECE, (i + 1) * PIECE),
  );
}

export interface MeasuredRun {
  runId: string;
  builders: number;
  projects: number;
  /** Milliseconds from the start of the run to its completion, by the run's own times. */
  ms: number;
}

/**
 * Evaluates a week and waits for the end. A dry run does the same work and may be repeated.
 * @throws when a builder failed: then the time says nothing
 */
export async function runWeek(client: Client, week: string, pollMs: number): Promise<MeasuredRun> {
  const { runId } = await client.evaluation.startWeekly({ week, dryRun: true });
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    const run = await client.evaluation.getRun({ runId });
    if (run.completedAt === null) continue;
    if (run.failed > 0) throw new Error(`${run.failed} builders failed: ${run.failures[0]?.reason}`);
    const ms = Date.parse(run.completedAt) - Date.parse(run.startedAt);
    return { runId, builders: run.builders, projects: run.projects, ms };
  }
}
