import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { notFound, Problem } from '../../../http/problem.ts';
import { findWithFacts, type ProposalDraft, type StoredJudgement } from '../../../judgement/index.ts';
import { traceIdOf } from '../../../models/ledger/index.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, record, systemActor } from '../../shared/audit/index.ts';
import {
  assign,
  endAssignment,
  expireLeases,
  liveAssignment,
  lockQueue,
  pickReview,
  type Reviewer,
  renewLease,
} from './assignments.ts';
import { configsFor, mergeConfigs } from './configs.ts';
import type { Forward } from './forward.ts';
import { priorityOf, reasonsToSample, reviewersWanted } from './sample.ts';
import type { ClaimedReview, ReviewView, Sampled } from './schema.ts';
import type { GivenScore, Scores } from './scores.ts';
import { listScores, markScore, reviewOf, scoreViewOf } from './scores-store.ts';
import {
  countReviews,
  findReview,
  insertReview,
  listConfigs,
  listReviews,
  type ReviewRecord,
  samplingOf,
} from './store.ts';

/** Completes the item in Langfuse of a review that is done. */
export type ItemDone = (transaction: TenantTransaction, tenantId: string, reviewId: string) => Promise<void>;

/** The queue of judgements that people look at. */
export function createReviews(
  database: Database,
  scores: Scores,
  { forward, itemDone }: { forward: Forward; itemDone: ItemDone },
  now: () => Date,
) {
  async function requireReview(transaction: TenantTransaction, reviewId: string): Promise<ReviewRecord> {
    const review = await findReview(transaction, reviewId);
    if (!review) throw notFound('review', reviewId);
    return review;
  }

  async function enqueue(
    transaction: TenantTransaction,
    judgement: Pick<StoredJudgement, 'judgementId' | 'kind' | 'subjectId' | 'grade' | 'confidence'> &
      Pick<StoredJudgement, 'engine' | 'prompt' | 'outcome'> & {
        proposal: Pick<ProposalDraft, 'outcome' | 'grade'> | null;
      },
    reasons: Sampled[],
    wanted: 1 | 2,
  ): Promise<void> {
    const added = await insertReview(transaction, {
      judgement_id: judgement.judgementId,
      kind: judgement.kind,
      subject_id: judgement.subjectId,
      // Whether a proposal is right is asked as whether a decision or a grade is.
      grade: judgement.proposal?.grade ?? judgement.grade,
      outcome: judgement.outcome ?? judgement.proposal?.outcome ?? null,
      confidence: judgement.confidence,
      engine: judgement.engine,
      prompt: judgement.prompt && JSON.stringify(judgement.prompt),
      reasons,
      priority: priorityOf(reasons),
      wanted,
      langfuse: forward.initial(traceIdOf(judgement.judgementId)),
    });
    if (added) await forward.review(transaction, added.tenant_id, added.id);
  }

  async function show(
    transaction: TenantTransaction,
    reviewer: Reviewer,
    review: ReviewRecord,
    leaseUntil: Date,
  ): Promise<ClaimedReview> {
    const found = (await findWithFacts(transaction, [review.judgement_id])).get(review.judgement_id);
    if (!found) throw new Error(`Review ${review.id} is about a judgement that is not there`);
    const configs = mergeConfigs(await listConfigs(transaction));
    const own = { judgementId: review.judgement_id, reviewer: reviewer.id };
    return {
      ...reviewViewOf(review),
      leaseUntil: leaseUntil.toISOString(),
      judgement: found.view,
      facts: found.facts,
      configs: configsFor(configs, review),
      scores: (await listScores(transaction, own, null, 100)).map(scoreViewOf),
    };
  }

  return {
    /** Decides whether a judgement is reviewed, in the transaction that stores it. */
    sample: async (transaction: TenantTransaction, stored: StoredJudgement): Promise<void> => {
      const sampling = await samplingOf(transaction, stored.kind);
      if (!stored.human) {
        const reasons = reasonsToSample(stored, sampling);
        if (reasons.length > 0)
          await enqueue(transaction, stored, reasons, reviewersWanted(stored.judgementId, sampling));
        return;
      }
      const { supersedes, decidedBy } = stored.human;
      if (supersedes === null) return;
      const replaced = (await findWithFacts(transaction, [supersedes])).get(supersedes);
      if (!replaced || replaced.view.engine === 'human') return;
      await forward.decision(transaction, { judgementId: stored.judgementId, replacedId: supersedes });
      if (!sampling.overridden) return;
      const { view, subjectId } = replaced;
      // Where the system left the decision to a person, or decided the same, nothing was overridden.
      const before =
        stored.outcome === null
          ? (view.proposal?.grade ?? view.grade)
          : (view.outcome ?? view.proposal?.outcome ?? null);
      const decided = stored.outcome ?? stored.grade;
      if (before === null || before === decided) return;
      const detail = `${decidedBy} decided ${decided} in the place of ${before}.`;
      await enqueue(
        transaction,
        { ...view, subjectId },
        [{ reason: 'overridden', detail }],
        reviewersWanted(supersedes, sampling),
      );
    },

    next: (actor: Actor, reviewer: Reviewer, kind: string | undefined) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        await lockQueue(transaction);
        const at = now();
        await expireLeases(transaction, at);
        const held = await liveAssignment(transaction, reviewer);
        const review = held
          ? await requireReview(transaction, held.review_id)
          : await pickReview(transaction, reviewer, kind);
        if (!review) return { review: null };
        const { leaseMinutes } = await samplingOf(transaction, review.kind);
        const lease = { from: at, minutes: leaseMinutes };
        const assignment = held
          ? await renewLease(transaction, held.id, lease)
          : await assign(transaction, review.id, reviewer, lease);
        const view = await show(transaction, reviewer, review, assignment.lease_until);
        if (!held)
          await record(transaction, actor, {
            subject: `review:${review.id}`,
            details: [{ about: [], content: { leaseUntil: view.leaseUntil } }],
          });
        return { review: view };
      }),

    counts: (tenantId: string) =>
      database.withTenant(tenantId, async (transaction) => ({
        kinds: await countReviews(transaction, now()),
      })),

    list: (tenantId: string, filter: Parameters<typeof listReviews>[1], page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (after, limit) => listReviews(transaction, filter, after, limit),
          key: ({ id }) => id,
          view: reviewViewOf,
        }),
      ),

    /** @throws {Problem} NOT_FOUND, REVIEW_NOT_YOURS, REVIEW_INCOMPLETE, and what scores are refused with */
    complete: (actor: Actor, reviewer: Reviewer, reviewId: string, given: GivenScore[]) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        await lockQueue(transaction);
        const review = await requireReview(transaction, reviewId);
        const stored = [];
        for (const [index, score] of given.entries()) {
          const where = { judgementId: review.judgement_id, field: `scores.${index}.` };
          stored.push(await scores.store(transaction, reviewer, { ...score, ...where }));
        }
        if (!(await endAssignment(transaction, reviewId, reviewer, { state: 'done', at: now() })))
          throw notYours();
        const own = { judgementId: review.judgement_id, reviewer: reviewer.id };
        const has = new Set((await listScores(transaction, own, null, 100)).map(({ config }) => config));
        const missing = configsFor(mergeConfigs(await listConfigs(transaction)), review)
          .filter((config) => config.required && !has.has(config.name))
          .map(({ name }) => name);
        if (missing.length > 0)
          throw new Problem('REVIEW_INCOMPLETE', `Score ${missing.join(', ')} before you complete it.`);
        const after = await requireReview(transaction, reviewId);
        if (after.status === 'done' && after.langfuse === 'sent')
          await itemDone(transaction, actor.tenantId, reviewId);
        for (const score of stored) await forward.score(transaction, actor.tenantId, score);
        await record(transaction, actor, {
          subject: `review:${reviewId}`,
          details: [{ about: [reviewer.id], content: { scores: stored.map(scoreViewOf) } }],
        });
        return reviewViewOf(after);
      }),

    /**
     * Completes a review by what a reviewer scored elsewhere. False, and nothing is stored, when the review is no longer
     * open, has their scores already, or lacks a score that it needs.
     */
    take: (tenantId: string, reviewId: string, reviewer: Reviewer, given: GivenScore[]): Promise<boolean> =>
      database.withTenant(tenantId, async (transaction) => {
        await lockQueue(transaction);
        await expireLeases(transaction, now());
        const review = await findReview(transaction, reviewId);
        // One that is taken here is done here, or free again later.
        if (review?.status !== 'open' || review.taken >= review.wanted) return false;
        const judgementId = review.judgement_id;
        if ((await reviewOf(transaction, judgementId, reviewer.id)) !== null) return false;
        const known = configsFor(mergeConfigs(await listConfigs(transaction)), review);
        const names = new Set(given.map(({ config }) => config));
        if (known.some((config) => config.required && !names.has(config.name))) return false;
        const lease = { from: now(), minutes: (await samplingOf(transaction, review.kind)).leaseMinutes };
        await assign(transaction, reviewId, reviewer, lease);
        // Langfuse has configs of its own too.
        const ours = given.filter(({ config }) => known.some(({ name }) => name === config));
        const stored = [];
        for (const score of ours) {
          const row = await scores.store(transaction, reviewer, { ...score, judgementId });
          await markScore(transaction, row.id, 'confirmed');
          stored.push({ ...row, langfuse: 'confirmed' as const });
        }
        await endAssignment(transaction, reviewId, reviewer, { state: 'done', at: now() });
        await record(transaction, systemActor(tenantId, 'reviews.take'), {
          subject: `review:${reviewId}`,
          details: [{ about: [reviewer.id], content: { scores: stored.map(scoreViewOf) } }],
        });
        return true;
      }),

    /** @throws {Problem} NOT_FOUND, REVIEW_NOT_YOURS */
    skip: (actor: Actor, reviewer: Reviewer, reviewId: string, reason: string | undefined) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        await lockQueue(transaction);
        await requireReview(transaction, reviewId);
        const ending = { state: 'skipped', reason, at: now() } as const;
        if (!(await endAssignment(transaction, reviewId, reviewer, ending))) throw notYours();
        await record(transaction, actor, {
          subject: `review:${reviewId}`,
          details: [{ about: [], content: { skipped: true, reason } }],
        });
        return reviewViewOf(await requireReview(transaction, reviewId));
      }),
  };
}

function notYours(): Problem {
  return new Problem(
    'REVIEW_NOT_YOURS',
    'This review is not assigned to you: you did not take it, completed or skipped it, or its time expired.',
  );
}

function reviewViewOf(row: ReviewRecord): ReviewView {
  return {
    reviewId: row.id,
    judgementId: row.judgement_id,
    kind: row.kind,
    subjectId: row.subject_id,
    status: row.status,
    reasons: row.reasons as Sampled[],
    engine: row.engine,
    prompt: row.prompt && { name: row.prompt.name, version: row.prompt.version },
    wanted: row.wanted,
    finished: row.finished,
    createdAt: row.created_at.toISOString(),
    langfuse: row.langfuse,
  };
}
