import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { notFound, Problem } from '../../../http/problem.ts';
import { ModelError } from '../../../models/chat.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Jobs, Queue } from '../../../platform/jobs/index.ts';
import { type Actor, record, systemActor } from '../../shared/audit/index.ts';
import {
  authorOf,
  consumersOf,
  findPrompt,
  OPTIMIZER,
  type PromptSettings,
  type Prompts,
  planPrompt,
} from '../prompts/index.ts';
import type { Progress, promptOptimization } from './contract.ts';
import type { CaseSets } from './sets.ts';
import {
  findOptimization,
  insertOptimization,
  listOptimizations,
  lockOptimization,
  type OptimizationChange,
  type OptimizationRecord,
  unfinishedOptimization,
  updateOptimization,
} from './store.ts';
import { chooseCases, InsufficientEvidence, optimize, requireEnough } from './work.ts';

const QUEUE = 'prompt.optimize';
interface Job {
  tenantId: string;
  id: string;
  candidates: number;
  cases: number;
}
interface Start {
  name: string;
  splitBy: 'time' | 'person';
  candidates: number;
  cases: number;
  instructions?: string | undefined;
}
type View = z.input<(typeof promptOptimization)['operations']['get']['output']>;

export type Optimizations = ReturnType<typeof createOptimizations>;

/** Proposals for better prompts, made in the background. */
export function createOptimizations(
  database: Database,
  jobs: Jobs,
  prompts: Prompts,
  { kinds, model, concurrency, publish, now }: PromptSettings,
) {
  const consumers = consumersOf(kinds);

  const change = (tenantId: string, id: string, values: OptimizationChange) =>
    database.withTenant(tenantId, (transaction) => updateOptimization(transaction, id, values));

  async function require(
    transaction: TenantTransaction,
    id: string,
    find = findOptimization,
  ): Promise<OptimizationRecord> {
    const row = await find(transaction, id);
    if (!row) throw notFound('optimization', id);
    return row;
  }

  async function work({ tenantId, id, candidates, cases }: Job, { signal }: Attempt): Promise<void> {
    const row = await database.withTenant(tenantId, (transaction) => findOptimization(transaction, id));
    const kind = row && consumers.kindOf(row.name);
    if (!row || !kind || !model || !['queued', 'running'].includes(row.status)) return;
    await change(tenantId, id, { status: 'running' });
    const given = await database.withTenant(tenantId, async (transaction) => ({
      tenantId,
      kind,
      model,
      base: await prompts.version(transaction, row.name, row.base_version),
      writer: await prompts.resolve(transaction, OPTIMIZER),
      supplied: consumers.suppliedTo(row.name) ?? [],
      instructions: row.instructions,
      splitBy: row.split_by,
      candidates,
      cases,
      concurrency,
      startedAt: now(),
      signal,
    }));
    try {
      const chosen = await chooseCases(database, given);
      await change(tenantId, id, { cases: chosen.sets });
      requireEnough(chosen);
      const tell = (progress: Progress) => change(tenantId, id, { progress });
      const proposal = await optimize(given, chosen, tell);
      const progress: Progress = { phase: 'done', done: 1, total: 1 };
      await finish(tenantId, id, { status: 'proposed', proposal, progress });
    } catch (error) {
      if (error instanceof InsufficientEvidence)
        await finish(tenantId, id, { status: 'insufficient evidence', reason: error.message });
      else if (error instanceof ModelError)
        await finish(tenantId, id, { status: 'failed', reason: `The model failed: ${error.message}` });
      else throw error;
    }
  }

  async function finish(tenantId: string, id: string, values: OptimizationChange): Promise<void> {
    await database.withTenant(tenantId, async (transaction) => {
      const row = await require(transaction, id);
      await updateOptimization(transaction, id, values);
      const { status, reason, proposal } = values;
      if (proposal)
        await publish(transaction, tenantId, 'prompt.proposal.ready', {
          optimizationId: id,
          name: row.name,
          baseVersion: row.base_version,
          verdict: proposal.verdict,
        });
      await record(transaction, systemActor(tenantId, QUEUE), {
        subject: `optimization:${id}`,
        details: [{ about: [], content: { status, reason, verdict: proposal?.verdict } }],
      });
    });
  }

  jobs.define<Job>({
    name: QUEUE,
    priority: 'low',
    concurrency: 1,
    retryLimit: 1,
    retryDelay: 5,
    retryDelayMax: 60,
    expireInSeconds: 3600,
    handle: work,
    onDead: async ({ tenantId, id }) => {
      const reason = 'It failed because of an internal error; see the log.';
      await finish(tenantId, id, { status: 'failed', reason });
    },
  });

  return {
    /** @throws {Problem} MODEL_NEEDED offline, CONFLICT while another one of the prompt goes on */
    start: (actor: Actor, { name, splitBy, instructions, candidates, cases }: Start) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        if (!(await findPrompt(transaction, name))) throw notFound('prompt', name);
        if (!consumers.kindOf(name))
          throw new Problem(
            'CONFLICT',
            `No kind of judgement uses ${name}, so there is nothing to learn from.`,
          );
        if (!model)
          throw new Problem(
            'MODEL_NEEDED',
            'This requires a model. Configure one, for example with OPENAI_API_KEY.',
          );
        const unfinished = await unfinishedOptimization(transaction, name);
        if (unfinished)
          throw new Problem('CONFLICT', `Optimization ${unfinished.id} of ${name} is still running.`);
        const { version } = await planPrompt(transaction, name);
        const { id: requested_by_id, name: requested_by } = authorOf(actor);
        const row = await insertOptimization(transaction, {
          name,
          split_by: splitBy,
          base_version: version,
          instructions: instructions ?? null,
          requested_by,
          requested_by_id,
        });
        await jobs.enqueue<Job>(transaction, QUEUE, [
          { tenantId: actor.tenantId, id: row.id, candidates, cases },
        ]);
        await audit(transaction, actor, row.id, { name, splitBy, candidates, cases, instructions });
        return viewOf(row);
      }),

    list: (tenantId: string, name: string | undefined, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (after, limit) => listOptimizations(transaction, name, after, limit),
          key: ({ id }) => id,
          view: viewOf,
        }),
      ),

    get: (tenantId: string, id: string) =>
      database.withTenant(tenantId, async (transaction) => viewOf(await require(transaction, id))),

    /** Saves the proposal as a version whose author is who accepts it. @throws {Problem} CONFLICT */
    accept: async (actor: Actor, id: string) => {
      const claimed = await decide(actor, id, 'accepted');
      const { text, change: changed } = claimed.proposal as NonNullable<View['proposal']>;
      try {
        const { prompt: name } = claimed;
        const { variables, config } = await prompts.get(actor.tenantId, name, {
          version: claimed.baseVersion,
        });
        const given = {
          name,
          text,
          variables,
          config,
          commitMessage: `Proposed by the optimizer. ${changed}`.slice(0, 500),
        };
        const saved = await prompts.create(actor, given, 'optimizer');
        await change(actor.tenantId, id, { accepted_version: saved.version });
      } catch (error) {
        await change(actor.tenantId, id, { status: 'proposed' });
        throw error;
      }
      return database.withTenant(actor.tenantId, async (transaction) =>
        viewOf(await require(transaction, id)),
      );
    },

    reject: (actor: Actor, id: string, reason: string) => decide(actor, id, 'rejected', reason),
  };

  function decide(actor: Actor, id: string, status: 'accepted' | 'rejected', reason?: string): Promise<View> {
    return database.withTenant(actor.tenantId, async (transaction) => {
      const row = await require(transaction, id, lockOptimization);
      if (row.status !== 'proposed') throw new Problem('CONFLICT', `The optimization is ${row.status}.`);
      const decided_by = authorOf(actor).name;
      await updateOptimization(transaction, id, { status, decided_by, ...(reason ? { reason } : {}) });
      const view = viewOf(await require(transaction, id));
      await audit(transaction, actor, id, { status, reason });
      return view;
    });
  }
}

type Attempt = Parameters<Queue<Job>['handle']>[1];

async function audit(
  transaction: TenantTransaction,
  actor: Actor,
  id: string,
  content: object,
): Promise<void> {
  await record(transaction, actor, { subject: `optimization:${id}`, details: [{ about: [], content }] });
}

function viewOf(row: OptimizationRecord): View {
  const sets = row.cases as unknown as CaseSets | null;
  return {
    optimizationId: row.id,
    prompt: row.name,
    status: row.status as View['status'],
    reason: row.reason,
    baseVersion: row.base_version,
    splitBy: row.split_by,
    sets: sets && {
      failures: sets.failures.length,
      heldOut: sets.heldOut.length,
      regression: sets.regression.length,
    },
    progress: row.progress as unknown as View['progress'],
    proposal: row.proposal as unknown as View['proposal'],
    acceptedVersion: row.accepted_version,
    decidedBy: row.decided_by,
    requestedBy: row.requested_by,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
