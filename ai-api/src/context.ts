import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import packageJson from '../package.json' with { type: 'json' };
import { type Config, otlpSettings, urlOf } from './config.ts';
import { connectLangfuse, createConnections } from './connections.ts';
import { ACT_AS } from './contract/scopes.ts';
import { createGuards } from './http/guards.ts';
import { limitedDoor } from './http/limits/door.ts';
import { parseSignInProviders, parseTokenIssuers } from './http/sign-in-settings.ts';
import { seedKind, storeJudgementsWith } from './judgement/index.ts';
import { createCollections } from './models/embeddings/collections.ts';
import { createEmbedder, embeddersOf } from './models/embeddings/index.ts';
import { createLedger, readPrices } from './models/ledger/index.ts';
import { createTraces, type TraceSettings } from './models/tracing/index.ts';
import { agentModels, createAgents } from './modules/agents/index.ts';
import { approvalKind, openApprovals } from './modules/approvals/index.ts';
import { createAudit, record, systemActor } from './modules/audit/index.ts';
import { createDecisions } from './modules/decisions/index.ts';
import { createEvaluations, evaluationKind, projectKind } from './modules/evaluations/index.ts';
import { createIdentity, type Identity } from './modules/identity/index.ts';
import { createKnowledge } from './modules/knowledge/index.ts';
import { gaugesOf, type Installation } from './modules/ops/index.ts';
import { createPeople } from './modules/people/index.ts';
import { createPerformance } from './modules/performance/index.ts';
import { createPrompts, type Prompts } from './modules/prompts/index.ts';
import { createQuality, forwardToLangfuse } from './modules/quality/index.ts';
import { createRealtime } from './modules/realtime/index.ts';
import { createRules } from './modules/rules/index.ts';
import { createStageGates, seedGates, stageGateKind } from './modules/stage-gates/index.ts';
import { createTenancy } from './modules/tenancy/index.ts';
import { createUsage } from './modules/usage/index.ts';
import { createEventLog, createWebhooks } from './modules/webhooks/index.ts';
import { createDatabase, type Database } from './platform/database/index.ts';
import { migrate } from './platform/database/migrate.ts';
import { openPglite } from './platform/database/pglite.ts';
import { DatabaseUnreachable, openPostgres } from './platform/database/postgres.ts';
import { createJobs } from './platform/jobs.ts';
import { openMailer } from './platform/mail/index.ts';
import { openObjects } from './platform/objects/index.ts';
import { createOutboundGuard, parseAllowedHosts } from './platform/outbound/index.ts';
import { createSealer, parseKeys } from './platform/sealing.ts';
import { openShared } from './platform/shared.ts';
import { createMetrics, type Metrics } from './platform/telemetry/metrics.ts';
import type { OnQuery } from './platform/telemetry/query-type.ts';
import { createTracing } from './platform/telemetry/tracing/index.ts';

export { RegionMismatch } from './modules/tenancy/index.ts';

export type Context = Awaited<ReturnType<typeof createContext>>;

/** Every kind of judgement. */
const KINDS = [evaluationKind, projectKind, approvalKind];

/** What time it is; a test moves it. */
interface Clock {
  now(): Date;
}

/**
 * The composition root: builds everything from the configuration and hands it to whoever needs it.
 * @throws one clear error when a part cannot be opened; what was open by then is closed again
 */
export async function createContext(config: Config, log: Logger) {
  const metrics = createMetrics();
  const database = await openDatabase(config, log, metrics.query);
  try {
    const migrated = await migrate(database.system('migrations run as the owner'));
    if (migrated.length > 0) log.info({ migrated }, 'database schema updated');
    return await compose(config, log, database, metrics);
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** The database that the configuration names. */
export async function openDatabase(config: Config, log: Logger, onQuery?: OnQuery): Promise<Database> {
  const { DATABASE_URL, DATABASE_POOL, DATA_DIR } = config;
  if (!DATABASE_URL) return createDatabase(await openPglite(DATA_DIR, onQuery));
  const onError = (err: Error) => log.warn({ err }, 'database connection lost');
  const database = createDatabase(openPostgres(DATABASE_URL, DATABASE_POOL, onError, onQuery));
  try {
    await database.ping();
    return database;
  } catch (error) {
    await database.close();
    throw new DatabaseUnreachable(DATABASE_URL, error);
  }
}

async function compose(config: Config, log: Logger, database: Database, metrics: Metrics) {
  const publicUrl = config.PUBLIC_URL ?? urlOf(config.HOST, config.PORT);
  const objects = await openObjects({
    bucket: config.OBJECTS_BUCKET,
    region: config.OBJECTS_REGION,
    endpoint: config.OBJECTS_ENDPOINT,
    files: async () => ({
      directory: join(config.DATA_DIR, 'objects'),
      signingKey: await localKey(config.DATA_DIR, 'objects.key'),
      publicUrl,
    }),
  });
  const otlp = otlpSettings(config);
  const tracing = otlp && createTracing(otlp, log);
  const ledger = createLedger(database, {
    prices: readPrices(config.MODEL_PRICES),
    dailyMicros: config.MODEL_DAILY_BUDGET ?? null,
  });
  const { sources, model, routes, vectorizer, useKey } = createConnections(
    config,
    metrics,
    ledger,
    (route, state) =>
      log[state === 'refused' ? 'error' : 'info']({ route }, `the model provider ${state} our key`),
  );
  const embedder = createEmbedder(vectorizer, { database, books: ledger, onCall: metrics.modelCall });
  const traces = createTraces(database, traceSettings(config, log, metrics));
  const jobs = createJobs(database, {
    heartbeatSeconds: config.JOB_HEARTBEAT_SECONDS,
    log,
    onAttempt: metrics.jobAttempt,
    tracing,
  });
  const collections = createCollections(database, jobs, embeddersOf(embedder, { database, books: ledger }));
  const { cache, limits } = openShared(config, log, () => metrics.storeFailure('cache'));
  const guards = createGuards(config, log, database, limits, () => metrics.storeFailure('limits'));
  const secrets = await installationKeys(config);
  const identity = await createIdentity(database, {
    publicUrl,
    tenant: config.TENANT,
    secrets,
    issuers: parseTokenIssuers(config.TOKEN_ISSUERS),
    providers: parseSignInProviders(config.SIGN_IN_PROVIDERS),
    limiter: guards.limiter,
    log,
  });
  const tenancy = createTenancy(database, config.DATA_REGION ?? null);
  await tenancy.checkRegions();
  const people = createPeople(database, sources);
  const guard = guardOf(config);
  const sealer = createSealer(secrets);
  const webhooks = createWebhooks(database, jobs, {
    retrySeconds: config.WEBHOOK_RETRY_SECONDS,
    disableHours: config.WEBHOOK_DISABLE_HOURS,
    guard,
    sealer,
    onDelivery: metrics.delivery,
  });
  await webhooks.prepare();
  const mailer = openMailer({
    smtpUrl: config.SMTP_URL ?? `smtp://127.0.0.1:${config.INBOX_SMTP_PORT}`,
    driver: config.SMTP_URL ? 'smtp' : 'dev-inbox',
  });
  const asking = { publicUrl, mailer, mailFrom: config.MAIL_FROM, guard, sealer };
  const decisions = createDecisions(database, jobs, webhooks, asking);
  const door = limitedDoor(identity.authenticate, guards.limiter);
  const realtime = createRealtime(createEventLog(database), database, door, {
    heartbeatMs: config.REALTIME_HEARTBEAT_SECONDS * 1000,
    connectionsPerTenant: config.REALTIME_CONNECTIONS,
    bufferBytes: config.REALTIME_BUFFER_BYTES,
    replay: config.REALTIME_REPLAY,
    rolesNow: identity.rolesNow,
    onChange: identity.onChange,
    log,
  });
  const forward = forwardToLangfuse(database, jobs, connectLangfuse(config), config.LANGFUSE_RETRY_SECONDS);
  const quality = createQuality(database, forward);
  const clock: Clock = { now: () => new Date() };
  const settings = {
    concurrency: config.EVALUATION_CONCURRENCY,
    model,
    now: () => clock.now(),
    storeJudgement: storeJudgementsWith(quality.reviews.sample),
    onJudged: metrics.judged,
    settingsOf: tenancy.settingsOf,
  };
  const prompts = createPrompts(database, jobs, {
    kinds: [...KINDS, stageGateKind],
    model,
    concurrency: config.EVALUATION_CONCURRENCY,
    langfuse: connectLangfuse(config, config.LANGFUSE_PROMPT_TIMEOUT_MS),
    log,
  });
  const evaluations = createEvaluations(database, jobs, people, webhooks, cache, { ...settings, prompts });
  const modelsOfAgents = agentModels({
    ...{ routes, ledger, onCall: metrics.modelCall, prompts },
    settingsOf: tenancy.settingsOf,
  });
  const agents = createAgents(database, jobs, webhooks, modelsOfAgents, config.AGENT_CONCURRENCY);
  const { approvals, watch } = openApprovals({
    database,
    jobs,
    people,
    webhooks,
    objects,
    prompts,
    ...settings,
  });
  const stageGates = createStageGates({ database, people, webhooks, prompts, ...settings });
  const knowledge = createKnowledge({
    database,
    jobs,
    objects,
    collections,
    webhooks,
    cache,
    prompts,
    model,
  });
  await seedTenant(config, database, identity, prompts);
  const audit = createAudit({ database, objects, identity, people, now: settings.now });
  const installation: Installation = {
    version: packageJson.version,
    engine: model ? 'model' : 'rules',
    model: model?.name ?? null,
    drivers: {
      database: database.driver,
      jobs: jobs.driver,
      objects: objects.driver,
      cache: cache.driver,
      limits: limits.driver,
      mail: mailer.driver,
    },
    embeddings: embedder.space,
    traces: traces.isConnected ? 'langfuse' : 'none',
    providers: () =>
      routes.map((route) => ({
        model: route.name,
        state: route.state(),
        isPriced: ledger.isPriced(route.provider, route.model),
      })),
    sources: Object.fromEntries(
      Object.entries(sources).map(([name, source]) => [name, source ? 'connected' : 'imported data only']),
    ),
  };
  return {
    config,
    log,
    metrics,
    tracing,
    guards,
    door,
    useKey,
    gauges: gaugesOf(database, jobs),
    publicUrl,
    database,
    jobs,
    objects,
    identity,
    tenancy,
    people,
    webhooks,
    mailer,
    decisions,
    realtime,
    evaluations,
    quality,
    agents,
    prompts,
    approvals,
    stageGates,
    knowledge,
    performance: createPerformance({ database, people, webhooks, objects, prompts, publicUrl, ...settings }),
    rules: createRules(database, KINDS, settings.now),
    watchDeadlines: () => watch(identity.tenantIds, log),
    clock,
    audit,
    ledger,
    embedder,
    collections,
    traces,
    usage: createUsage(database, ledger, traces),
    installation,
  };
}

async function seedTenant(config: Config, database: Database, identity: Identity, prompts: Prompts) {
  const tenantId = await identity.ensureTenant(config.TENANT, config.TENANT_TIER);
  if (config.BOOTSTRAP_API_KEY)
    await identity.ensureKey(tenantId, 'bootstrap', config.BOOTSTRAP_API_KEY, ['admin'], ['*', ACT_AS]);
  const { BOOTSTRAP_ADMIN_EMAIL: email, BOOTSTRAP_ADMIN_PASSWORD: password } = config;
  if (email && password) await identity.users.ensureAdmin(tenantId, email, password);
  await database.withTenant(tenantId, async (transaction) => {
    let rules = 0;
    for (const kind of KINDS) rules += await seedKind(transaction, kind);
    if (rules > 0)
      await record(transaction, systemActor(tenantId, 'judgement.seed'), {
        subject: 'rules',
        details: [{ about: [], content: { rules } }],
      });
    await seedGates(transaction, tenantId);
    await prompts.seed(transaction, tenantId);
    prompts.claim(tenantId);
  });
}

function traceSettings(config: Config, log: Logger, metrics: Metrics): TraceSettings | null {
  const {
    LANGFUSE_BASE_URL: baseUrl,
    LANGFUSE_PUBLIC_KEY: publicKey,
    LANGFUSE_SECRET_KEY: secretKey,
  } = config;
  if (!baseUrl || !publicKey || !secretKey) return null;
  const environment = config.LANGFUSE_ENVIRONMENT ?? config.NODE_ENV;
  const release = packageJson.version;
  const timeoutMs = config.LANGFUSE_TIMEOUT_MS;
  return {
    langfuse: { baseUrl, publicKey, secretKey, environment, release, timeoutMs },
    sampleRate: config.LANGFUSE_SAMPLE_RATE,
    log,
    onDelivery: metrics.tracesDelivered,
  };
}

function guardOf(config: Config) {
  return createOutboundGuard({
    allowed: parseAllowedHosts(config.WEBHOOK_ALLOWED_HOSTS),
    ports: config.WEBHOOK_ALLOWED_PORTS.split(',').map(Number),
    requireHttps: config.NODE_ENV === 'production',
    connectTimeoutMs: 10_000,
  });
}

/** What seals stored secrets, and what keys of tokens are derived from: as configured, or else a local key. */
async function installationKeys({ DATA_ENCRYPTION_KEY, DATA_DIR }: Config): Promise<Buffer[]> {
  return DATA_ENCRYPTION_KEY ? parseKeys(DATA_ENCRYPTION_KEY) : [await localKey(DATA_DIR, 'data.key')];
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
