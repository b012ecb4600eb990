import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import { connectLangfuse } from './connections.ts';
import { limitedDoor } from '../http/limits/door.ts';
import { parseSignInProviders, parseTokenIssuers } from '../config/sign-in.ts';
import { storeJudgementsWith } from '../judgement/index.ts';
import { agentModels, createAgents } from '../modules/ai/agents/index.ts';
import { openApprovals } from '../modules/manager/approvals/index.ts';
import { createAudit } from '../modules/shared/audit/index.ts';
import { createDecisions } from '../modules/ai/decisions/index.ts';
import { createEvaluations } from '../modules/manager/evaluations/index.ts';
import { createIdentity } from '../modules/shared/identity/index.ts';
import { createKnowledge, feedbackToLangfuse } from '../modules/manager/knowledge/index.ts';
import { createPeople } from '../modules/shared/people/index.ts';
import { createPerformance } from '../modules/manager/performance/index.ts';
import { createPrompts } from '../modules/ai/prompts/index.ts';
import { createQuality, forwardToLangfuse } from '../modules/ai/quality/index.ts';
import { createRealtime } from '../modules/shared/realtime/index.ts';
import { createRules } from '../modules/ai/rules/index.ts';
import { createStageGates, stageGateKind } from '../modules/manager/stage-gates/index.ts';
import { createTenancy } from '../modules/shared/tenancy/index.ts';
import { createUsage } from '../modules/shared/usage/index.ts';
import { createEventLog, createWebhooks } from '../modules/shared/webhooks/index.ts';
import type { Database } from '../platform/database/index.ts';
import type { Metrics } from '../platform/telemetry/metrics.ts';
import type { Drivers } from './drivers.ts';
import { KINDS } from './kinds.ts';

export type Modules = Awaited<ReturnType<typeof createModules>>;

/** The bounded contexts on their drivers; each is told of others what it needs. */
export async function createModules(
  config: Config,
  log: Logger,
  database: Database,
  metrics: Metrics,
  drivers: Drivers,
) {
  const { publicUrl, objects, ledger, sources, model, routes, traces, jobs, collections, cache } = drivers;
  const { guards, secrets, guard, sealer, mailer, clock, dashboards } = drivers;
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
  const webhooks = createWebhooks(database, jobs, {
    retrySeconds: config.WEBHOOK_RETRY_SECONDS,
    disableHours: config.WEBHOOK_DISABLE_HOURS,
    guard,
    sealer,
    onDelivery: metrics.delivery,
  });
  await webhooks.prepare();
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
    publish: webhooks.publish,
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
    dashboards,
    prompts,
    ...settings,
  });
  const stageGates = createStageGates({ database, people, webhooks, prompts, ...settings });
  const retrySeconds = config.LANGFUSE_RETRY_SECONDS;
  const knowledge = createKnowledge({
    tellFeedback: feedbackToLangfuse(database, jobs, connectLangfuse(config), retrySeconds),
    database,
    jobs,
    objects,
    collections,
    webhooks,
    cache,
    prompts,
    model,
  });
  const audit = createAudit({ database, objects, identity, people, now: settings.now });
  return {
    door,
    identity,
    tenancy,
    people,
    webhooks,
    decisions,
    realtime,
    evaluations,
    quality,
    agents,
    prompts,
    approvals,
    stageGates,
    knowledge,
    performance: createPerformance({ database, people, webhooks, objects, prompts, dashboards, ...settings }),
    rules: createRules(database, KINDS, settings.now),
    watchDeadlines: () => watch(identity.tenantIds, log),
    audit,
    usage: createUsage(database, ledger, traces),
  };
}
