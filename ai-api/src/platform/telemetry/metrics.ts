import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { QueueCount } from '../jobs/store.ts';

/** Seconds. Requests and queries answer in milliseconds, models and jobs in seconds. */
const FAST = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const SLOW = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** How many connections to the database are in use, free, and waited for. */
export interface PoolState {
  active: number;
  idle: number;
  waiting: number;
}

/** What is asked at the moment of a scrape, because it is not counted on the way. */
export interface Gauges {
  pool(): PoolState;
  queues(): Promise<QueueCount[]>;
  /** Whether each thing that readiness asks for answers. */
  ready(): Promise<Record<string, boolean>>;
}

/** Who used the product in so many days until now, over all companies. */
export interface Use {
  days: number;
  people: number;
  companies: number;
}

export type Metrics = ReturnType<typeof createMetrics>;

/**
 * Everything this process counts, on a registry of its own. Labels hold what the code names, such as
 * operations, queues, outcomes; never ids, tenants, paths or anything else that a caller chooses.
 * @see https://prometheus.io/docs/practices/naming/
 */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter({ name, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Gauge({ name, help, labelNames, registers });
  const histogram = <L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    buckets: number[],
  ) => new Histogram({ name, help, labelNames, buckets, registers });

  collectDefaultMetrics({ register: registry });
  const requests = counter('http_requests_total', 'Requests answered', ['method', 'endpoint', 'status']);
  const requestSeconds = histogram(
    'http_request_duration_seconds',
    'Time from the first byte of a request to the last of its answer',
    ['method', 'endpoint'],
    FAST,
  );
  const connections = gauge('postgres_connections_active', 'Connections of the pool in use', []);
  const idleConnections = gauge('postgres_connections_idle', 'Connections of the pool that are free', []);
  const waiting = gauge('postgres_connections_waiting', 'Queries that wait for a connection', []);
  const querySeconds = histogram(
    'postgres_query_duration_seconds',
    'Time of one statement, as the application sees it',
    ['query_type'],
    FAST,
  );
  const tasks = counter('job_tasks_total', 'Attempts at jobs that ended', ['task_name', 'status']);
  const taskSeconds = histogram('job_task_duration_seconds', 'Time of one attempt', ['task_name'], SLOW);
  const depth = gauge('job_queue_depth', 'Jobs that wait for a worker', ['queue']);
  const running = gauge('job_queue_running', 'Jobs that a worker holds', ['queue']);
  const age = gauge('job_queue_oldest_age_seconds', 'How long the oldest due job has waited', ['queue']);
  const letters = gauge('job_dead_letters', 'Jobs that failed for good and wait for a decision', ['queue']);
  const modelCalls = counter('model_calls_total', 'Calls to a chat model', ['provider', 'outcome']);
  const modelSeconds = histogram('model_call_duration_seconds', 'Time of one call', ['provider'], SLOW);
  const tokens = counter('model_tokens_total', 'Tokens used', ['provider', 'direction']);
  const traceCount = counter('langfuse_traces_total', 'Traces by outcome of their export', ['outcome']);
  const judgements = counter('judgements_total', 'Judgements stored', ['kind', 'engine']);
  const deliveries = counter('webhook_deliveries_total', 'Attempts to deliver an event', ['outcome']);
  const created = counter('conversations_created_total', 'Conversations stored for the first time', ['tool']);
  const refused = counter('conversations_refused_total', 'Conversations that were not stored', ['by']);
  const messages = counter('conversation_messages_total', 'Messages of conversations stored', ['tool']);
  const searches = counter('searches_performed_total', 'Searches of conversations', ['search_type']);
  const people = gauge('people_active', 'People who talked to an assistant, by days until now', ['days']);
  const companies = gauge('companies_active', 'Companies whose people talked to an assistant', ['days']);
  const ratings = counter('answers_rated_total', 'Answers that a person called helpful or not', ['helpful']);
  let askUse: (() => Promise<readonly Use[]>) | undefined;
  const seatDecisions = counter('licence_decisions_total', 'Decisions about seats of licences', [
    'operation',
    'code',
  ]);
  const signatures = histogram(
    'licence_signature_duration_seconds',
    'Time of one signature of a licence token',
    ['outcome'],
    FAST,
  );
  const ready = gauge('service_ready', '1 when what readiness asks for answers', ['check']);
  const unavailable = counter(
    'shared_store_failures_total',
    'Requests that continued without the shared counters or cache',
    ['use'],
  );
  const reloads = counter('secret_reloads_total', 'Reloads of secrets on SIGHUP', ['outcome']);

  return {
    registry,
    /** @param endpoint the operation's id, or `other` for what is no operation */
    request: (method: string, endpoint: string, status: number, seconds: number) => {
      const known = METHODS.has(method) ? method : 'other';
      requests.inc({ method: known, endpoint, status: String(status) });
      requestSeconds.observe({ method: known, endpoint }, seconds);
    },
    query: (type: QueryType, seconds: number) => querySeconds.observe({ query_type: type }, seconds),
    jobAttempt: (queue: string, status: string, seconds: number) => {
      tasks.inc({ task_name: queue, status });
      taskSeconds.observe({ task_name: queue }, seconds);
    },
    modelCall: (
      provider: string,
      outcome: string,
      seconds: number,
      usage: { tokensIn: number; tokensOut: number },
    ) => {
      modelCalls.inc({ provider, outcome });
      modelSeconds.observe({ provider }, seconds);
      tokens.inc({ provider, direction: 'in' }, usage.tokensIn);
      tokens.inc({ provider, direction: 'out' }, usage.tokensOut);
    },
    tracesDelivered: (outcome: string, traces: number) => traceCount.inc({ outcome }, traces),
    judged: (kind: string, engine: string) => judgements.inc({ kind, engine }),
    delivery: (outcome: string) => deliveries.inc({ outcome }),
    /** What an attempt to save a conversation came to. */
    conversationSaved: (tool: string, isNew: boolean, added: number) => {
      if (isNew) created.inc({ tool });
      messages.inc({ tool }, added);
    },
    conversationRefused: (by: string) => refused.inc({ by }),
    /** @param type `words`, `meaning` or `hybrid` */
    searched: (type: 'words' | 'meaning' | 'hybrid') => searches.inc({ search_type: type }),
    answerRated: (helpful: boolean) => ratings.inc({ helpful: String(helpful) }),
    /** Has a scrape ask how many people and companies are active. */
    measureUse: (ask: () => Promise<readonly Use[]>): void => {
      askUse = ask;
    },
    seatDecision: (operation: string, code: string) => seatDecisions.inc({ operation, code }),
    signature: (outcome: 'signed' | 'failed', seconds: number) => signatures.observe({ outcome }, seconds),
    storeFailure: (use: 'limits' | 'cache') => unavailable.inc({ use }),
    secretReload: (outcome: 'reloaded' | 'unchanged' | 'failed') => reloads.inc({ outcome }),

    /** The text of a scrape. What cannot be asked, because the database is away, is left out of it. */
    expose: async (gauges: Gauges): Promise<{ type: string; text: string }> => {
      const pool = gauges.pool();
      connections.set(pool.active);
      idleConnections.set(pool.idle);
      waiting.set(pool.waiting);
      const checks = await gauges.ready();
      for (const [check, answers] of Object.entries(checks)) ready.set({ check }, answers ? 1 : 0);
      for (const metric of [depth, running, age, letters]) metric.reset();
      const isUp = Object.values(checks).every(Boolean);
      const queues = isUp ? await gauges.queues().catch(() => []) : [];
      for (const { queue, queued, retrying, running: held, dead, oldestDueAt } of queues) {
        depth.set({ queue }, queued + retrying);
        running.set({ queue }, held);
        letters.set({ queue }, dead);
        age.set({ queue }, oldestDueAt ? Math.max(0, (Date.now() - oldestDueAt.getTime()) / 1000) : 0);
      }
      for (const metric of [people, companies]) metric.reset();
      for (const use of isUp ? ((await askUse?.().catch(() => [])) ?? []) : []) {
        people.set({ days: String(use.days) }, use.people);
        companies.set({ days: String(use.days) }, use.companies);
      }
      return { type: registry.contentType, text: await registry.metrics() };
    },
  };
}

export const QUERY_TYPES = ['select', 'insert', 'update', 'delete', 'other'] as const;
export type QueryType = (typeof QUERY_TYPES)[number];
