import type { Logger } from 'pino';
import packageJson from '../../package.json' with { type: 'json' };
import { type Config, otlpSettings, urlOf } from '../config/index.ts';
import { createRequestPolicies } from '../http/request-policies.ts';
import { createCollections } from '../models/embeddings/collections.ts';
import { createEmbedder, embeddersOf, withinRegion } from '../models/embeddings/index.ts';
import { prepareVectors } from '../models/embeddings/pgvector.ts';
import { createLedger, readPrices } from '../models/ledger/index.ts';
import { scheduleVectorRetention } from '../models/retention.ts';
import { createTraces, type TraceSettings } from '../models/tracing/index.ts';
import type { AtFilePoint } from '../modules/shared/files/index.ts';
import type { AtDelivery } from '../modules/shared/notifications/index.ts';
import type { AtErasure } from '../modules/shared/privacy/index.ts';
import type { AtPoint } from '../modules/workflows/instances/index.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import { createDashboards } from '../platform/dashboards.ts';
import type { Database } from '../platform/database/index.ts';
import { defineStatistics } from '../platform/database/statistics.ts';
import { type Disk, MEGABYTE, noDisk, openDisk } from '../platform/disk/index.ts';
import { createJobs } from '../platform/jobs/index.ts';
import { openMailer } from '../platform/mail/index.ts';
import { openBuckets } from '../platform/objects/index.ts';
import { createOutboundGuard, parseAllowedHosts } from '../platform/outbound/index.ts';
import { openScanner } from '../platform/scanner/index.ts';
import { createSealer } from '../platform/sealing.ts';
import { openRedis, openShared } from '../platform/shared.ts';
import type { Metrics } from '../platform/telemetry/metrics.ts';
import type { OtlpSettings } from '../platform/telemetry/tracing/index.ts';
import { connectLangfuse, createConnections } from './connections.ts';
import { installationKeys, localKey } from './keys.ts';

/** Parts that a test puts in place of the installation's own. */
export interface Overrides {
  clock?: Clock;
  /** Is called at the moments of a workflow at which a process may end. */
  atPoint?: AtPoint;
  /** Is called at the moments of a file at which a process may end. */
  atFilePoint?: AtFilePoint;
  /** Is called at the moments of a delivery at which a process may end. */
  atDelivery?: AtDelivery;
  /** Is called after each step of an erasure, at which a process may end. */
  atErasure?: AtErasure;
}

export type Drivers = Awaited<ReturnType<typeof openDrivers>>;

/** Everything below the modules: what stores, sends, waits, asks models and looks after itself. */
export async function openDrivers(
  config: Config,
  log: Logger,
  database: Database,
  metrics: Metrics,
  overrides: Overrides = {},
) {
  const publicUrl = config.PUBLIC_URL ?? urlOf(config.HOST, config.PORT);
  const clock = overrides.clock ?? systemClock();
  const { objects, auditObjects } = await openBuckets({
    bucket: config.OBJECTS_BUCKET,
    auditBucket: config.OBJECTS_AUDIT_BUCKET,
    region: config.OBJECTS_REGION,
    endpoint: config.OBJECTS_ENDPOINT,
    files: async () => ({
      parent: config.DATA_DIR,
      signingKey: await localKey(config.DATA_DIR, 'objects.key'),
      publicUrl,
      now: () => clock.now(),
    }),
  });
  const disk = diskOf(config, log);
  const otlp = otlpSettings(config);
  const tracing = otlp && (await openTracing(otlp, log));
  const ledger = createLedger(database, {
    prices: readPrices(config.MODEL_PRICES),
    dailyMicros: config.MODEL_DAILY_BUDGET ?? null,
  });
  const { sources, model, routes, vectorizer, conversationVectorizer, useKey } = createConnections(
    config,
    metrics,
    ledger,
    (route, state) =>
      log[state === 'refused' ? 'error' : 'info']({ route }, `the model provider ${state} our key`),
  );
  const regions = config.EMBEDDINGS_REGIONS ?? null;
  const embedding = { database, ledger, onCall: metrics.modelCall, regions };
  const embedder = createEmbedder(vectorizer, embedding);
  const ofConversations = createEmbedder(conversationVectorizer, embedding);
  const traces = createTraces(database, traceSettings(config, log, metrics));
  const jobs = createJobs(database, {
    heartbeatSeconds: config.JOB_HEARTBEAT_SECONDS,
    log,
    onAttempt: metrics.jobAttempt,
    tracing,
    isLow: () => disk.state()?.isLow === true,
  });
  scheduleVectorRetention({ jobs, database, clock });
  defineStatistics(database, jobs);
  const vectors = await openVectors(config, log, database, [
    embedder.space.dimensions,
    ofConversations.space.dimensions,
  ]);
  const embedders = embeddersOf(embedder, { database, ledger });
  const collections = createCollections(database, jobs, embedders, vectors, {
    conversations: embeddersOf(ofConversations, { database, ledger }),
  });
  const sharedRedis = openRedis(config, log);
  const { cache, limits } = openShared(sharedRedis, log, () => metrics.storeFailure('cache'));
  const requestPolicies = createRequestPolicies(config, log, database, limits, () =>
    metrics.storeFailure('limits'),
  );
  const secrets = await installationKeys(config);
  const sealer = createSealer(secrets);
  const mailer = openMailer({
    smtpUrl: config.SMTP_URL ?? `smtp://127.0.0.1:${config.INBOX_SMTP_PORT}`,
    driver: config.SMTP_URL ? 'smtp' : 'dev-inbox',
  });
  return {
    config,
    log,
    metrics,
    database,
    publicUrl,
    dashboards: createDashboards(config.DASHBOARDS_URL),
    objects,
    auditObjects,
    scanner: openScanner(config.CLAMD_ADDRESS),
    disk,
    tracing,
    ledger,
    sources,
    model,
    routes,
    useKey,
    embedder: withinRegion(embedders),
    traces,
    jobs,
    collections,
    cache,
    limits,
    sharedRedis,
    requestPolicies,
    secrets,
    outboundGuard: outboundGuardOf(config),
    sealer,
    mailer,
    langfuse: connectLangfuse(config),
    langfusePrompts: connectLangfuse(config, config.LANGFUSE_PROMPT_TIMEOUT_MS),
    clock,
    atPoint: overrides.atPoint ?? (() => {}),
    atFilePoint: overrides.atFilePoint ?? (() => {}),
    atDelivery: overrides.atDelivery ?? (() => {}),
    atErasure: overrides.atErasure ?? (() => {}),
  };
}

/** Where the database or files are kept in the data folder, its disk is watched. */
function diskOf(config: Config, log: Logger): Disk {
  const isUsed = !config.DATABASE_URL || !config.OBJECTS_BUCKET;
  if (!isUsed) return noDisk;
  return openDisk({ directory: config.DATA_DIR, minFreeBytes: config.DISK_MIN_FREE_MB * MEGABYTE, log });
}

/** Loads OpenTelemetry's exporter only where there is a collector: every start would wait for it. */
async function openTracing(settings: OtlpSettings, log: Logger) {
  const { createTracing } = await import('../platform/telemetry/tracing/provider.ts');
  return createTracing(settings, log);
}

/** @throws {import('../models/embeddings/pgvector.ts').VectorsMissing} in production */
async function openVectors(config: Config, log: Logger, database: Database, dimensions: readonly number[]) {
  const isRequired = config.NODE_ENV === 'production';
  const { engine, reason } = await prepareVectors(database, dimensions, isRequired);
  if (reason !== null)
    log.warn({ reason }, 'policies and conversations are searched by words only, not by meaning');
  return engine;
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

function outboundGuardOf(config: Config) {
  return createOutboundGuard({
    allowed: parseAllowedHosts(config.WEBHOOK_ALLOWED_HOSTS),
    ports: config.WEBHOOK_ALLOWED_PORTS.split(',').map(Number),
    requireHttps: config.NODE_ENV === 'production',
    connectTimeoutMs: 10_000,
  });
}
