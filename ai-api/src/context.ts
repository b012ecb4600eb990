import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import packageJson from '../package.json' with { type: 'json' };
import type { Config } from './config.ts';
import { seedKind } from './judgement/index.ts';
import type { ChatModel } from './models/chat.ts';
import { createOpenAi } from './models/openai.ts';
import { createEvaluations, evaluationKind, projectKind } from './modules/evaluations/index.ts';
import { createIdentity } from './modules/identity/index.ts';
import type { Installation } from './modules/ops/index.ts';
import {
  createBrainLift,
  createMetricsApi,
  createPeople,
  createWorkSmart,
  type Sources,
} from './modules/people/index.ts';
import { createWebhooks } from './modules/webhooks/index.ts';
import { createDatabase, type Database } from './platform/database/index.ts';
import { migrate } from './platform/database/migrate.ts';
import { openPglite } from './platform/database/pglite.ts';
import { DatabaseUnreachable, openPostgres } from './platform/database/postgres.ts';
import { createJobs } from './platform/jobs.ts';
import { openFilesystemObjects } from './platform/objects/index.ts';

export type Context = Awaited<ReturnType<typeof createContext>>;

/**
 * The composition root: builds everything from the configuration and hands it to whoever needs it.
 * @throws one clear error when a part cannot be opened; what was open by then is closed again
 */
export async function createContext(config: Config, log: Logger) {
  const database = await openDatabase(config, log);
  try {
    const migrated = await migrate(database.system('migrations run as the owner'));
    if (migrated.length > 0) log.info({ migrated }, 'database schema updated');
    return await compose(config, log, database);
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function openDatabase(config: Config, log: Logger): Promise<Database> {
  const { DATABASE_URL, DATABASE_POOL, DATA_DIR } = config;
  if (!DATABASE_URL) return createDatabase(await openPglite(DATA_DIR));
  const onError = (err: Error) => log.warn({ err }, 'database connection lost');
  const database = createDatabase(openPostgres(DATABASE_URL, DATABASE_POOL, onError));
  try {
    await database.ping();
    return database;
  } catch (error) {
    await database.close();
    throw new DatabaseUnreachable(DATABASE_URL, error);
  }
}

async function compose(config: Config, log: Logger, database: Database) {
  const publicUrl = config.PUBLIC_URL ?? `http://${config.HOST}:${config.PORT}`;
  const objects = openFilesystemObjects({
    directory: join(config.DATA_DIR, 'objects'),
    signingKey: await localKey(config.DATA_DIR, 'objects.key'),
    publicUrl,
  });
  const sources = connectSources(config);
  const model = connectModel(config);
  const jobs = createJobs(database, { heartbeatSeconds: config.JOB_HEARTBEAT_SECONDS, log });
  const identity = createIdentity(database);
  const people = createPeople(database, sources);
  const webhooks = createWebhooks(database, jobs, { retrySeconds: config.WEBHOOK_RETRY_SECONDS });
  const settings = { concurrency: config.EVALUATION_CONCURRENCY, model, now: () => new Date() };
  const evaluations = createEvaluations(database, jobs, people, webhooks, settings);
  await seedTenant(config, database, identity);
  const installation: Installation = {
    version: packageJson.version,
    engine: model ? 'model' : 'rules',
    model: model?.name ?? null,
    drivers: {
      database: database.driver,
      jobs: jobs.driver,
      objects: objects.driver,
      mail: config.SMTP_URL ? 'smtp' : 'dev-inbox',
    },
    sources: Object.fromEntries(
      Object.entries(sources).map(([name, source]) => [name, source ? 'connected' : 'imported data only']),
    ),
  };
  return {
    config,
    log,
    publicUrl,
    database,
    jobs,
    objects,
    identity,
    people,
    webhooks,
    evaluations,
    installation,
  };
}

async function seedTenant(config: Config, database: Database, identity: ReturnType<typeof createIdentity>) {
  const tenantId = await identity.ensureTenant(config.TENANT);
  if (config.BOOTSTRAP_API_KEY)
    await identity.ensureKey(tenantId, 'bootstrap', config.BOOTSTRAP_API_KEY, ['admin']);
  await database.withTenant(tenantId, async (transaction) => {
    await seedKind(transaction, evaluationKind);
    await seedKind(transaction, projectKind);
  });
}

function connectSources(config: Config): Sources {
  const timeoutMs = config.SOURCE_TIMEOUT_MS;
  const connect = <T>(
    create: (options: { baseUrl: string; apiKey: string; timeoutMs: number }) => T,
    baseUrl?: string,
    apiKey?: string,
  ) => (baseUrl && apiKey ? create({ baseUrl, apiKey, timeoutMs }) : null);
  return {
    worksmart: connect(createWorkSmart, config.WORKSMART_URL, config.WORKSMART_API_KEY),
    brainlift: connect(createBrainLift, config.BRAINLIFT_URL, config.BRAINLIFT_API_KEY),
    metrics: connect(createMetricsApi, config.METRICS_URL, config.METRICS_API_KEY),
  };
}

function connectModel(config: Config): ChatModel | null {
  if (!config.OPENAI_API_KEY) return null;
  return createOpenAi({
    apiKey: config.OPENAI_API_KEY,
    baseUrl: config.OPENAI_BASE_URL,
    model: config.OPENAI_MODEL,
    timeoutMs: config.MODEL_TIMEOUT_MS,
  });
}

/** A random key kept in a file that only its owner reads; made at the first start. */
async function localKey(directory: string, name: string): Promise<Buffer> {
  const file = join(directory, name);
  await mkdir(directory, { recursive: true });
  const key = randomBytes(32).toString('hex');
  await writeFile(file, key, { flag: 'wx', mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  return Buffer.from((await readFile(file, 'utf8')).trim(), 'hex');
}
