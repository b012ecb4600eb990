import type { LangfuseClient } from '@ai-manager/langfuse/client';
import type { Logger } from 'pino';
import type { Config } from '../../../config/index.ts';
import type { RequestContext } from '../../../http/caller.ts';
import { type Served, serve } from '../../../http/router.ts';
import type { Explains, Kind } from '../../../judgement/index.ts';
import type { Traces } from '../../../models/tracing/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import { actorOf } from '../../shared/audit/index.ts';
import type { Reviewer } from './assignments.ts';
import { quality, reviews, score, scoreConfig } from './contract.ts';
import { forwardToLangfuse } from './langfuse.ts';
import { reviewsOfLangfuse } from './langfuse-reviews.ts';
import type { ReviewView } from './schema.ts';
import { createQuality } from './service.ts';

export { personalData } from './personal-data.ts';
export type { Quality } from './service.ts';
export { brier } from './statistics/calibration.ts';
export { wilson } from './statistics/intervals.ts';
export { type Verdict, verdictsOfKind, verdictsOn } from './verdicts.ts';

/** Who reviews: the person, or a key that acts for no person. */
function reviewerOf({ caller: { user, keyId, keyName } }: RequestContext): Reviewer {
  if (user) return { id: `user:${user.id}`, name: user.name, builderId: user.builderId };
  return { id: `key:${keyId}`, name: keyName ?? 'unknown', builderId: null };
}

interface Needs {
  database: Database;
  jobs: Jobs;
  kinds: readonly Kind[];
  langfuse: LangfuseClient | null;
  clock: Clock;
  config: Pick<Config, 'LANGFUSE_RETRY_SECONDS' | 'LANGFUSE_ENVIRONMENT' | 'NODE_ENV'>;
  traces: Pick<Traces, 'isSampled'>;
  /** What modules know of their judgements. */
  explains: () => readonly Explains[];
  log: Logger;
}

export function create({ database, jobs, kinds, langfuse, clock, config, traces, log, explains }: Needs) {
  const forward = forwardToLangfuse(database, jobs, langfuse, {
    retrySeconds: config.LANGFUSE_RETRY_SECONDS,
    environment: config.LANGFUSE_ENVIRONMENT ?? config.NODE_ENV,
    isSampled: traces.isSampled,
  });
  const inLangfuse = reviewsOfLangfuse(database, jobs, langfuse, log);
  const service = createQuality(database, kinds, { forward, itemDone: inLangfuse.done }, () => clock.now());
  inLangfuse.follow(service.reviews.take);
  /** Reads at once what was finished in Langfuse. */
  const pullReviews = () => inLangfuse.pull(service.reviews.take);
  /** The builder whose judgement a review is of; null where it concerns no one. */
  const whomItConcerns = async (tenantId: string, review: ReviewView | null) => {
    const of = review && explains().find(({ kind }) => kind.name === review.kind);
    if (!review || !of) return null;
    return database.withTenant(tenantId, (transaction) =>
      of.builderOf(transaction, review.subjectId, review.judgementId),
    );
  };
  return { ...service, pullReviews, whomItConcerns };
}

/** The operations of this module. */
export function operations(service: ReturnType<typeof create>): Served[] {
  return [
    serve(scoreConfig, {
      list: ({ kind, ...page }, { caller }) => service.listConfigs(caller.tenantId, kind, page),
      create: (input, request) => service.createConfig(actorOf(request), input),
      archive: ({ name }, request) => service.archiveConfig(actorOf(request), name),
    }),
    serve(score, {
      create: (input, request) => service.scores.create(actorOf(request), reviewerOf(request), input),
      list: ({ cursor, limit, ...filter }, { caller }) =>
        service.scores.list(caller.tenantId, filter, { cursor, limit }),
      get: ({ scoreId }, { caller }) => service.scores.get(caller.tenantId, scoreId),
      resend: ({ scoreId }, request) => service.scores.resend(actorOf(request), scoreId),
      correct: (input, request) => service.scores.correct(actorOf(request), reviewerOf(request), input),
    }),
    serve(reviews, {
      next: async ({ kind }, request) => {
        const found = await service.reviews.next(actorOf(request), reviewerOf(request), kind);
        request.reveal({ builderId: await service.whomItConcerns(request.caller.tenantId, found.review) });
        return found;
      },
      counts: (_input, { caller }) => service.reviews.counts(caller.tenantId),
      getSampling: ({ kind }, { caller }) => service.getSampling(caller.tenantId, kind),
      setSampling: ({ kind, ...change }, request) => service.setSampling(actorOf(request), kind, change),
      list: ({ cursor, limit, ...filter }, { caller }) =>
        service.reviews.list(caller.tenantId, filter, { cursor, limit }),
      complete: ({ reviewId, scores }, request) =>
        service.reviews.complete(actorOf(request), reviewerOf(request), reviewId, scores),
      skip: ({ reviewId, reason }, request) =>
        service.reviews.skip(actorOf(request), reviewerOf(request), reviewId, reason),
    }),
    serve(quality, {
      get: ({ since, until, kind, sample }, { caller }) =>
        service.measure(caller.tenantId, {
          sample,
          ...(kind ? { kind } : {}),
          ...(since ? { since } : {}),
          ...(until ? { until } : {}),
        }),
    }),
  ];
}
