import { type LangfuseClient, LangfuseError } from '@ai-manager/langfuse/client';
import { type Annotation, langfuseScores } from '@ai-manager/langfuse/scores';
import type { Logger } from 'pino';
import { Problem } from '../../../http/problem.ts';
import { traceIdOf } from '../../../models/ledger/index.ts';
import { type Database, staysHere, type TenantTransaction } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Reviewer } from './assignments.ts';
import { queueName } from './langfuse.ts';
import { MAX_COMMENT_LENGTH } from './schema.ts';
import type { GivenScore } from './scores.ts';
import { findReview } from './store.ts';

/** Completes a review by what was scored in Langfuse. False when nothing was to be completed. */
export type TakeReview = (
  tenantId: string,
  reviewId: string,
  reviewer: Reviewer,
  scores: GivenScore[],
) => Promise<boolean>;

const DONE_QUEUE = 'quality.langfuse-done';
interface DoneJob {
  tenantId: string;
  reviewId: string;
}

/** Traces in one request, and the newest reviews that are looked for. */
const AT_ONCE = 50;
const MAX_REVIEWS = 1_000;
/** With pauses that double up to an hour, an outage of a day is outlived. */
const PATIENCE = { retryLimit: 30, retryDelay: 60, retryDelayMax: 3600, expireInSeconds: 300 };

interface OpenReview {
  tenantId: string;
  reviewId: string;
}

/**
 * Work on reviews in both directions: what people finish in the queues of Langfuse completes the review here, and an
 * item there is completed when its review is done here.
 */
export function reviewsOfLangfuse(
  database: Database,
  jobs: Jobs,
  client: LangfuseClient | null,
  log: Logger,
) {
  if (!client) return { pull: async () => 0, done: async () => {}, follow: () => {} };
  const langfuse = langfuseScores(client);

  /** Reviews that wait in Langfuse too, of every company, by their trace. */
  async function waiting(): Promise<Map<string, OpenReview>> {
    const rows = await database
      .system('traces of every tenant go to the one Langfuse of the installation')
      .selectFrom('quality.reviews')
      .select(['tenant_id', 'id', 'judgement_id'])
      .where('status', '=', 'open')
      .where('langfuse', '=', 'sent')
      .where(staysHere(database.residency, 'quality.reviews.tenant_id'))
      .orderBy('id', 'desc')
      .limit(MAX_REVIEWS)
      .execute();
    return new Map(
      rows.map(({ tenant_id, id, judgement_id }) => [
        traceIdOf(judgement_id),
        { tenantId: tenant_id, reviewId: id },
      ]),
    );
  }

  async function annotated(traceIds: readonly string[]): Promise<Annotation[]> {
    const found: Annotation[] = [];
    for (let from = 0; from < traceIds.length; from += AT_ONCE)
      found.push(...(await langfuse.annotationsOf(traceIds.slice(from, from + AT_ONCE))));
    return found;
  }

  /** @returns how many reviews were completed */
  async function pull(take: TakeReview): Promise<number> {
    const reviews = await waiting();
    const given = await annotated([...reviews.keys()]);
    const finished = new Map<string, Set<string>>();
    let completed = 0;
    for (const own of Map.groupBy(given, ({ traceId, author }) => `${traceId} ${author}`).values()) {
      const [first] = own;
      const review = first && reviews.get(first.traceId);
      const queueId = own.find((one) => one.queueId !== null)?.queueId;
      if (!first || !review || !queueId) continue;
      const done = finished.get(queueId) ?? (await completedIn(queueId));
      finished.set(queueId, done);
      if (!done.has(first.traceId)) continue;
      const reviewer = { id: `langfuse:${first.author}`, name: `Langfuse ${first.author}`, builderId: null };
      const scores = own.map(({ name, value, comment }) => ({
        config: name,
        value,
        // Langfuse accepts longer ones.
        comment: comment?.slice(0, MAX_COMMENT_LENGTH).toWellFormed(),
      }));
      if (await takeOne(review, reviewer, scores, take)) completed += 1;
    }
    return completed;
  }

  /** A review whose scores are refused here stays open; the others go on. */
  async function takeOne(
    { tenantId, reviewId }: OpenReview,
    reviewer: Reviewer,
    scores: GivenScore[],
    take: TakeReview,
  ): Promise<boolean> {
    try {
      return await take(tenantId, reviewId, reviewer, scores);
    } catch (err) {
      if (!(err instanceof Problem)) throw err;
      log.warn({ err, reviewId }, 'a review of Langfuse was refused and stays open');
      return false;
    }
  }

  async function completedIn(queueId: string): Promise<Set<string>> {
    return new Set((await langfuse.items(queueId, 'COMPLETED')).map(({ objectId }) => objectId));
  }

  async function completeThere({ tenantId, reviewId }: DoneJob): Promise<void> {
    const review = await database.withTenant(tenantId, (transaction) => findReview(transaction, reviewId));
    const queueId = review && (await langfuse.queues()).get(queueName(review.kind));
    if (!review || !queueId) return;
    const traceId = traceIdOf(review.judgement_id);
    const items = await langfuse.items(queueId, 'PENDING');
    for (const { id, objectId } of items) if (objectId === traceId) await langfuse.completeItem(queueId, id);
  }

  jobs.define<DoneJob>({
    name: DONE_QUEUE,
    priority: 'low',
    concurrency: 1,
    ...PATIENCE,
    handle: completeThere,
    // The item stays open in Langfuse; the review is done here.
    onDead: async () => {},
  });

  return {
    pull,
    /** Completes the item in Langfuse of a review that is done here. */
    done: async (transaction: TenantTransaction, tenantId: string, reviewId: string) => {
      const job: DoneJob = { tenantId, reviewId };
      await jobs.enqueue(transaction, DONE_QUEUE, [job]);
    },
    /** Reads every five minutes what was finished in Langfuse. */
    follow: (take: TakeReview) =>
      jobs.schedule({
        name: 'quality.langfuse-pull',
        cron: '*/5 * * * *',
        run: async () => {
          try {
            const reviews = await pull(take);
            if (reviews > 0) log.info({ reviews }, 'reviews completed in Langfuse');
          } catch (err) {
            if (!(err instanceof LangfuseError)) throw err;
            log.warn({ err }, 'Reviews could not be read from Langfuse; the next run tries again');
          }
        },
      }),
  };
}
