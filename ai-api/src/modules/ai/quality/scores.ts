import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField, notFound, Problem } from '../../../http/problem.ts';
import { findWithFacts } from '../../../judgement/index.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, record } from '../../shared/audit/index.ts';
import type { Reviewer } from './assignments.ts';
import { appliesTo, mergeConfigs, parseValue } from './configs.ts';
import type { Forward } from './forward.ts';
import {
  insertScore,
  listScores,
  markScore,
  retireScore,
  reviewOf,
  type ScoreRecord,
  scoreViewOf,
  versionsOf,
} from './scores-store.ts';
import { listConfigs } from './store.ts';

/** A score as a reviewer gives it. */
export interface GivenScore {
  config: string;
  value: number | boolean | string;
  comment?: string | undefined;
}

export type Scores = ReturnType<typeof createScores>;

/** What reviewers think of judgements: checked by us, stored first, then told to Langfuse. */
export function createScores(database: Database, forward: Forward) {
  /** @throws {Problem} INVALID_INPUT that names the field below `field`, NOT_FOUND, FORBIDDEN, CONFLICT */
  async function store(
    transaction: TenantTransaction,
    reviewer: Reviewer,
    {
      judgementId,
      config: name,
      value,
      comment,
      field = '',
    }: GivenScore & { judgementId: string; field?: string },
  ): Promise<ScoreRecord> {
    const judgement = (await findWithFacts(transaction, [judgementId])).get(judgementId);
    if (!judgement) throw notFound('judgement', judgementId);
    if (reviewer.builderId !== null && judgement.subjectId === reviewer.builderId)
      throw new Problem('FORBIDDEN', 'You cannot score a judgement about yourself.');
    const { kind } = judgement.view;
    const config = await requireConfig(transaction, name, kind, `${field}config`);
    const id = uuidv7();
    const stored = await insertScore(transaction, {
      id,
      root_id: id,
      version: 1,
      judgement_id: judgementId,
      kind,
      config: config.name,
      data_type: config.dataType,
      ...parseValue(config, value, `${field}value`),
      comment: comment ?? null,
      reason: null,
      reviewer: reviewer.id,
      reviewer_name: reviewer.name,
      review_id: await reviewOf(transaction, judgementId, reviewer.id),
      trace_id: judgement.traceId,
      langfuse: forward.initial(judgement.traceId),
      langfuse_error: null,
      langfuse_at: null,
    });
    if (!stored)
      throw new Problem(
        'CONFLICT',
        `You have already scored this judgement by "${name}". Correct that score.`,
      );
    return stored;
  }

  async function requireConfig(transaction: TenantTransaction, name: string, kind: string, field: string) {
    const config = mergeConfigs(await listConfigs(transaction)).find((known) => known.name === name);
    if (!config) throw invalidField(field, 'is not a score config; GET /score-configs lists them');
    if (config.archivedAt !== null) throw invalidField(field, 'is archived and accepts no new scores');
    if (!appliesTo(config, kind)) throw invalidField(field, `is not for judgements of kind ${kind}`);
    return config;
  }

  return {
    store,

    create: (actor: Actor, reviewer: Reviewer, given: GivenScore & { judgementId: string }) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const stored = await store(transaction, reviewer, given);
        await forward.score(transaction, actor.tenantId, stored);
        return audited(transaction, actor, stored);
      }),

    list: (tenantId: string, filter: Parameters<typeof listScores>[1], page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (after, limit) => listScores(transaction, filter, after, limit),
          key: ({ id }) => id,
          view: scoreViewOf,
        }),
      ),

    get: (tenantId: string, scoreId: string) =>
      database.withTenant(tenantId, async (transaction) => {
        const [current, ...earlier] = await versionsOf(transaction, scoreId);
        if (!current) throw notFound('score', scoreId);
        return { score: scoreViewOf(current), earlier: earlier.map(scoreViewOf) };
      }),

    /** @throws {Problem} NOT_FOUND, CONFLICT when it is not one that Langfuse failed to take */
    resend: (actor: Actor, scoreId: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const [current] = await versionsOf(transaction, scoreId);
        if (!current) throw notFound('score', scoreId);
        if (!['failed', 'missing'].includes(current.langfuse))
          throw new Problem(
            'CONFLICT',
            `The score is ${current.langfuse} at Langfuse: there is nothing to send again.`,
          );
        await markScore(transaction, current.id, forward.initial(current.trace_id));
        const [marked = current] = await versionsOf(transaction, scoreId);
        await forward.score(transaction, actor.tenantId, marked);
        return audited(transaction, actor, marked);
      }),

    /** @throws {Problem} NOT_FOUND, FORBIDDEN, INVALID_INPUT, CONFLICT when there is a newer version */
    correct: (
      actor: Actor,
      reviewer: Reviewer,
      input: Pick<GivenScore, 'value' | 'comment'> & { scoreId: string; version: number; reason: string },
    ) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const [current] = await versionsOf(transaction, input.scoreId);
        if (!current) throw notFound('score', input.scoreId);
        if (current.reviewer !== reviewer.id)
          throw new Problem('FORBIDDEN', 'Only the person who gave a score may correct it.');
        const config = await requireConfig(transaction, current.config, current.kind, 'scoreId');
        const value = parseValue(config, input.value);
        if (current.version !== input.version || !(await retireScore(transaction, current.id)))
          throw new Problem('CONFLICT', 'There is a newer version than the one you saw. Reload it first.');
        const { is_current: _past, created_at: _then, ...kept } = current;
        const corrected = await insertScore(transaction, {
          ...kept,
          ...value,
          id: uuidv7(),
          version: current.version + 1,
          comment: input.comment ?? null,
          reason: input.reason,
          reviewer_name: reviewer.name,
          langfuse: forward.initial(current.trace_id),
          langfuse_error: null,
          langfuse_at: null,
        });
        if (!corrected) throw new Error('A corrected score met another current one');
        await forward.score(transaction, actor.tenantId, corrected);
        return audited(transaction, actor, corrected);
      }),
  };
}

async function audited(transaction: TenantTransaction, actor: Actor, stored: ScoreRecord) {
  const view = scoreViewOf(stored);
  const about = [stored.reviewer];
  await record(transaction, actor, {
    subject: `score:${stored.root_id}`,
    details: [{ about, content: view }],
  });
  return view;
}
