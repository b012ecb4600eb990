import { type LangfuseClient, LangfuseError } from '@ai-manager/langfuse/client';
import { langfuseScores } from '@ai-manager/langfuse/scores';
import { sql } from 'kysely';
import { findWithFacts, type JudgementView } from '../../../judgement/index.ts';
import { traceIdOf } from '../../../models/ledger/index.ts';
import { maskText } from '../../../models/ledger/mask.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import { appliesTo, mergeConfigs } from './configs.ts';
import { type Decision, type Forward, NOWHERE } from './forward.ts';
import { DECISION_CONFIG, GRADE_CONFIG, MAX_TEXT_SCORE_LENGTH, type ScoreConfig } from './schema.ts';
import { markScore, type ScoreRecord, versionsOf } from './scores-store.ts';
import { findReview, listConfigs, markReview, type ReviewRecord } from './store.ts';

export const SCORE_QUEUE = 'quality.langfuse-score';
export const CONFIRM_QUEUE = 'quality.langfuse-confirm';
export const REVIEW_QUEUE = 'quality.langfuse-review';
export const DECISION_QUEUE = 'quality.langfuse-decision';

/** The annotation queue of a kind of judgement. */
export const queueName = (kind: string) => `Reviews: ${kind}`;

interface ScoreJob {
  tenantId: string;
  scoreId: string;
}
interface ConfirmJob extends ScoreJob {
  version: number;
  look: number;
}
interface DecisionJob extends Decision {
  tenantId: string;
}
interface ReviewJob {
  tenantId: string;
  reviewId: string;
}

/** How often a score is looked for before it counts as missing; the pause doubles. */
const LOOKS = 3;
/** For so long ids of configs and queues are remembered. */
const REMEMBER_MS = 300_000;
/** With pauses that double up to an hour, an outage of a day is outlived. */
const PATIENCE = { retryLimit: 30, retryDelayMax: 3600, expireInSeconds: 300 };

export interface ForwardOptions {
  retrySeconds: number;
  /** That of the traces. */
  environment: string;
  /** Whether Langfuse gets a trace: nothing is said there of one that it does not have. */
  isSampled(traceId: string): boolean;
}

/**
 * Sends Langfuse the scores and reviews, by jobs: nothing here waits for it. Without a client
 * nothing is sent.
 */
export function forwardToLangfuse(
  database: Database,
  jobs: Jobs,
  client: LangfuseClient | null,
  { retrySeconds, environment, isSampled }: ForwardOptions,
): Forward {
  if (!client) return NOWHERE;
  const langfuse = langfuseScores(client);
  const patience = { ...PATIENCE, retryDelay: retrySeconds };
  const configs = remembered(langfuse.configs);
  const queues = remembered(langfuse.queues);

  async function configId(config: ScoreConfig): Promise<string> {
    const known = (await configs.get()).get(config.name) ?? (await configs.renew()).get(config.name);
    if (known) return known;
    const { name, dataType, description, minValue, maxValue, categories } = config;
    const numbered = categories?.map(({ label, value }) => ({ label, value: value ?? NO_PLACE })) ?? null;
    const created = { name, dataType, description, minValue, maxValue, categories: numbered };
    const id = await langfuse.createConfig(created);
    await configs.renew();
    return id;
  }

  async function queueId(kind: string, ofKind: readonly ScoreConfig[]): Promise<string> {
    const name = queueName(kind);
    const known = (await queues.get()).get(name) ?? (await queues.renew()).get(name);
    if (known) return known;
    const ids: string[] = [];
    for (const config of ofKind) ids.push(await configId(config));
    const id = await langfuse.createQueue(name, `Judgements of kind ${kind} that people look at.`, ids);
    await queues.renew();
    return id;
  }

  /** What Langfuse refuses for good is noted; everything else is tried again by the queue. */
  async function unlessRefused(work: () => Promise<void>, refused: (reason: string) => Promise<void>) {
    try {
      await work();
    } catch (error) {
      if (
        !(error instanceof LangfuseError) ||
        error.isTemporary ||
        error.status === 401 ||
        error.status === 403
      )
        throw error;
      await refused(error.message);
    }
  }

  async function current({ tenantId, scoreId }: ScoreJob) {
    return database.withTenant(tenantId, async (transaction) => {
      const [score] = await versionsOf(transaction, scoreId);
      const known = mergeConfigs(await listConfigs(transaction));
      return { score, config: known.find(({ name }) => name === score?.config) };
    });
  }

  function mark({ tenantId }: ScoreJob, score: ScoreRecord, state: ScoreRecord['langfuse'], error?: string) {
    return database.withTenant(tenantId, (transaction) => markScore(transaction, score.id, state, error));
  }

  async function sendScore(job: ScoreJob): Promise<void> {
    const { score, config } = await current(job);
    if (score?.trace_id == null || score.langfuse !== 'pending' || !config) return;
    const { root_id: id, trace_id: traceId, config: name, data_type: dataType } = score;
    const comment = score.comment && maskText(score.comment);
    await unlessRefused(
      async () => {
        const value = valueSent(score);
        const metadata = { reviewer: score.reviewer, reviewerName: maskText(score.reviewer_name) };
        const body = { id, traceId, name, dataType, value, comment, environment, metadata };
        await langfuse.put({ ...body, configId: await configId(config) });
        await database.withTenant(job.tenantId, async (transaction) => {
          await markScore(transaction, score.id, 'sent');
          await look(transaction, { ...job, version: score.version, look: 1 });
        });
      },
      (reason) => mark(job, score, 'failed', reason),
    );
  }

  function look(transaction: TenantTransaction, job: ConfirmJob): Promise<void> {
    const startAfterSeconds = retrySeconds * 2 ** (job.look - 1);
    return jobs.enqueue(transaction, CONFIRM_QUEUE, [job], { startAfterSeconds });
  }

  /** Reads a score back: what its config forbids was taken, and is never seen again. */
  async function confirm(job: ConfirmJob): Promise<void> {
    const { score } = await current(job);
    if (score?.version !== job.version || score.langfuse === 'pending') return;
    const found = await langfuse.valueOf(score.root_id);
    if (found === valueSent(score)) return mark(job, score, 'confirmed');
    if (job.look < LOOKS)
      return database.withTenant(job.tenantId, (transaction) =>
        look(transaction, { ...job, look: job.look + 1 }),
      );
    const reason =
      found === null ? 'Langfuse accepted the score but does not have it.' : 'It has another value.';
    await mark(job, score, 'missing', reason);
  }

  async function sendReview({ tenantId, reviewId }: ReviewJob, attempt: number): Promise<void> {
    const { review, ofKind, traceId } = await database.withTenant(tenantId, async (transaction) => {
      const row = await findReview(transaction, reviewId);
      const known = mergeConfigs(await listConfigs(transaction));
      return {
        review: row,
        ofKind: known.filter((config) => row && appliesTo(config, row.kind)),
        traceId: row ? await traceOf(transaction, row) : null,
      };
    });
    if (!review || !traceId || review.langfuse === 'sent') return;
    const note = (state: ReviewRecord['langfuse'], error: string | null = null) =>
      database.withTenant(tenantId, (transaction) => markReview(transaction, reviewId, state, error));
    await unlessRefused(
      async () => {
        const queue = await queueId(review.kind, ofKind);
        // An earlier attempt may have been heard although its answer was lost.
        const isQueued = async () =>
          (await langfuse.items(queue)).some(({ objectId }) => objectId === traceId);
        if (attempt === 1 || !(await isQueued())) await langfuse.enqueue(queue, traceId);
        await note('sent');
      },
      (reason) => note('failed', reason),
    );
  }

  /** What a person decided, at the trace of what was replaced: its id makes a second attempt replace the first. */
  async function sendDecision({ tenantId, judgementId, replacedId }: DecisionJob): Promise<void> {
    const { found, known } = await database.withTenant(tenantId, async (transaction) => ({
      found: await findWithFacts(transaction, [judgementId, replacedId]),
      known: mergeConfigs(await listConfigs(transaction)),
    }));
    const [decided, replaced] = [found.get(judgementId)?.view, found.get(replacedId)];
    const traceId = replaced?.traceId ?? traceIdOf(replacedId);
    if (!decided || !replaced || !isSampled(traceId)) return;
    const reviewer = decided.decidedBy ?? 'unknown';
    const metadata = { reviewer: `decision:${judgementId}`, reviewerName: maskText(reviewer) };
    const comment = decided.reason && maskText(decided.reason);
    for (const [name, value] of valuesOf(decided, replaced.view)) {
      const config = known.find((one) => one.name === name);
      if (!config || !takes(config, value)) continue;
      const id = `${judgementId}:${name}`;
      const body = { id, traceId, name, dataType: config.dataType, value, comment, environment, metadata };
      await langfuse.put({ ...body, configId: await configId(config) });
    }
  }

  jobs.define<ScoreJob>({
    name: SCORE_QUEUE,
    priority: 'low',
    concurrency: 1,
    ...patience,
    handle: sendScore,
    onDead: async (job, reason) => {
      const { score } = await current(job);
      if (score?.langfuse === 'pending') await mark(job, score, 'failed', reason);
    },
    onRetry: async (transaction, { scoreId }) => {
      const [score] = await versionsOf(transaction, scoreId);
      if (score?.langfuse === 'failed') await markScore(transaction, score.id, 'pending');
    },
  });
  jobs.define<ConfirmJob>({
    name: CONFIRM_QUEUE,
    priority: 'low',
    concurrency: 1,
    ...patience,
    handle: confirm,
    onDead: async (job, reason) => {
      const { score } = await current(job);
      if (score?.version === job.version && score.langfuse === 'sent')
        await mark(job, score, 'missing', reason);
    },
  });
  jobs.define<ReviewJob>({
    name: REVIEW_QUEUE,
    priority: 'low',
    concurrency: 1,
    ...patience,
    handle: (job, { number }) => sendReview(job, number),
    onDead: ({ tenantId, reviewId }, reason) =>
      database.withTenant(tenantId, (transaction) => markReview(transaction, reviewId, 'failed', reason)),
    onRetry: (transaction, { reviewId }) => markReview(transaction, reviewId, 'pending', null),
  });

  jobs.define<DecisionJob>({
    name: DECISION_QUEUE,
    priority: 'low',
    concurrency: 1,
    ...patience,
    // What Langfuse refuses for good stays here, where it was decided.
    handle: (job) =>
      unlessRefused(
        () => sendDecision(job),
        async () => {},
      ),
    onDead: async () => {},
  });

  return {
    decision: async (transaction, decision) => {
      const { rows } = await sql<{ id: string }>`select platform.current_tenant()::text as id`.execute(
        transaction,
      );
      const jobsOf = rows.map(({ id: tenantId }): DecisionJob => ({ tenantId, ...decision }));
      await jobs.enqueue(transaction, DECISION_QUEUE, jobsOf);
    },
    initial: (traceId) => (traceId !== null && isSampled(traceId) ? 'pending' : 'off'),
    score: async (transaction, tenantId, { root_id: scoreId, langfuse: state }) => {
      const job: ScoreJob = { tenantId, scoreId };
      if (state === 'pending') await jobs.enqueue(transaction, SCORE_QUEUE, [job]);
    },
    review: async (transaction, tenantId, reviewId) => {
      const job: ReviewJob = { tenantId, reviewId };
      if ((await findReview(transaction, reviewId))?.langfuse === 'pending')
        await jobs.enqueue(transaction, REVIEW_QUEUE, [job]);
    },
  };
}

type Decided = Pick<JudgementView, 'grade' | 'outcome' | 'proposal'>;

/** The scores that a person's judgement is of the one that it replaces. */
function valuesOf(decided: Decided, replaced: Decided): [string, string | number][] {
  const values: [string, string | number][] = [[GRADE_CONFIG, decided.grade]];
  // Where the system neither decided nor proposed anything, there is nothing to agree with.
  const before = replaced.outcome ?? replaced.proposal?.outcome ?? null;
  if (decided.outcome !== null && before !== null)
    values.push([DECISION_CONFIG, decided.outcome === before ? 1 : 0]);
  return values;
}

function takes({ categories }: ScoreConfig, value: string | number): boolean {
  return typeof value === 'number' || (categories ?? []).some(({ label }) => label === value);
}

/** The number there of a category without a place in the order. */
const NO_PLACE = -1;

/** A value as it leaves us: text without e-mail addresses, numbers of phones and the like. */
function valueSent({ data_type, number_value, text_value }: ScoreRecord): number | string {
  const text = text_value ?? '';
  return number_value ?? (data_type === 'TEXT' ? maskText(text).slice(0, MAX_TEXT_SCORE_LENGTH) : text);
}

/** The trace of a judgement, which is its own id where nothing else was noted. */
async function traceOf(transaction: TenantTransaction, { judgement_id: id }: ReviewRecord): Promise<string> {
  return (await findWithFacts(transaction, [id])).get(id)?.traceId ?? traceIdOf(id);
}

/** An answer that is asked for again when it is old. */
function remembered<T>(ask: () => Promise<T>) {
  let held: { value: T; until: number } | null = null;
  const renew = async () => {
    const value = await ask();
    held = { value, until: performance.now() + REMEMBER_MS };
    return value;
  };
  return { renew, get: async () => (held && held.until > performance.now() ? held.value : renew()) };
}
