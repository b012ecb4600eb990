import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { callerId, type RequestContext } from '../../../http/caller.ts';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField, notFound, Problem } from '../../../http/problem.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, actorOf, record } from '../../shared/audit/index.ts';
import { estimateTokens } from './ask.ts';
import {
  deleteContext,
  findContext,
  insertContext,
  lockContext,
  newestMessages,
  openExecution,
} from './contexts.ts';
import {
  cancelExecution,
  type ExecutionRecord,
  executionsByIds,
  findExecution,
  insertExecution,
  listExecutions,
  spentOn,
} from './executions.ts';
import { outputSchemaOf } from './output-schema.ts';
import { type AgentParts, type CheckAnswer, defineRunner, EXECUTE_QUEUE, type ExecuteJob } from './runner.ts';
import { type Definition, definition as definitionSchema, type ExecutionState } from './schema.ts';
import {
  type AgentRecord,
  archiveAgent,
  findAgent,
  insertAgent,
  isNameTaken,
  listAgents,
  listVersions,
  storeNextVersion,
} from './store.ts';
import { agentViewOf, contextViewOf, executionViewOf, versionViewOf } from './views.ts';

/** How often a waiting call checks whether an execution has ended. */
const LOOK_MS = 100;
const SHOWN_MESSAGES = 200;

interface Ask {
  agentId: string;
  input: string;
  contextId?: string | undefined;
  startContext: boolean;
  waitSeconds: number;
}

export type Agents = ReturnType<typeof createAgents>;

/** Agents by version, their executions and conversations. */
export function createAgents(parts: Omit<AgentParts, 'checkAnswer'>) {
  const { database, jobs, events, models, now } = parts;
  let checkAnswer: CheckAnswer = async ({ output }) => ({ kind: 'use', output });
  defineRunner({ ...parts, checkAnswer: (answer) => checkAnswer(answer) });

  async function requireAgent(transaction: TenantTransaction, agentId: string): Promise<AgentRecord> {
    const agent = await findAgent(transaction, agentId);
    if (!agent) throw notFound('agent', agentId);
    return agent;
  }

  /** @throws {Problem} INVALID_INPUT for what each field alone does not tell */
  async function check(transaction: TenantTransaction, given: Definition): Promise<void> {
    if ((given.instructions === null) === (given.promptName === null))
      throw invalidField('instructions', 'or promptName is needed, one of the two');
    outputSchemaOf(given.outputSchema);
    const prompt = await models.instructionsOf(transaction, given, 'check');
    if (!prompt) throw invalidField('promptName', 'has no version with this label');
    if (estimateTokens(prompt.text) >= given.maxInputTokens)
      throw invalidField('maxInputTokens', 'leaves no room beside the instructions');
  }

  /** The conversation that an execution is part of; null for none. */
  async function contextFor(
    transaction: TenantTransaction,
    agent: AgentRecord,
    owner: string,
    { contextId, startContext }: Ask,
  ): Promise<string | null> {
    if (contextId === undefined)
      return startContext
        ? insertContext(transaction, agent.id, owner, { now: now(), hours: agent.definition.contextHours })
        : null;
    if (startContext) throw invalidField('startContext', 'or contextId, not both');
    const context = await lockContext(transaction, contextId, owner, now());
    if (!context || context.agent_id !== agent.id)
      throw new Problem('NOT_FOUND', 'You have no such conversation with this agent; it may have expired.');
    if (await openExecution(transaction, contextId))
      throw new Problem('CONFLICT', 'This conversation is already waiting for an answer.');
    return contextId;
  }

  /** @throws {Problem} */
  function ask(actor: Actor, owner: string, input: Ask): Promise<ExecutionRecord> {
    return database.withTenant(actor.tenantId, async (transaction) => {
      const { tenantId } = actor;
      const agent = await requireAgent(transaction, input.agentId);
      if (agent.archived_at) throw new Problem('CONFLICT', 'The agent is archived.');
      const { providers, dailyCostMicros, maxInputTokens } = agent.definition;
      const { why } = await models.select(transaction, providers);
      if (why !== null) throw new Problem('MODEL_NEEDED', why);
      const prompt = await models.instructionsOf(transaction, agent.definition, owner);
      if (!prompt) throw new Problem('CONFLICT', 'The prompt of the agent has no version with its label.');
      if (estimateTokens(prompt.text, input.input) > maxInputTokens)
        throw invalidField('input', `is too long for the agent's limit of ${maxInputTokens} tokens`);
      const at = now();
      if (dailyCostMicros !== null && (await spentOn(transaction, agent.id, at)) >= dailyCostMicros)
        throw new Problem('AGENT_BUDGET_SPENT', "The agent's budget of today (UTC) is used up.", {
          retryAfter: secondsToMidnight(at),
        });
      const execution = await insertExecution(transaction, {
        agent_id: agent.id,
        version: agent.version,
        context_id: await contextFor(transaction, agent, owner, input),
        mode: input.waitSeconds > 0 ? 'sync' : 'async',
        input: input.input.replaceAll('\u0000', '').toWellFormed(),
        requested_by: owner,
        created_at: at,
      });
      const job: ExecuteJob = { tenantId, executionId: execution.id };
      await jobs.enqueue(transaction, EXECUTE_QUEUE, [job]);
      await record(transaction, actor, {
        subject: `execution:${execution.id}`,
        details: [{ about: [], content: { agentId: agent.id, version: agent.version } }],
      });
      return execution;
    });
  }

  /** The execution once it has ended, or as it is when the time is over. */
  async function waitFor(tenantId: string, executionId: string, seconds: number, signal: AbortSignal) {
    const until = performance.now() + seconds * 1000;
    for (;;) {
      const row = await database.withTenant(tenantId, (transaction) =>
        findExecution(transaction, executionId),
      );
      if (!row) throw notFound('execution', executionId);
      const isOpen = row.status === 'queued' || row.status === 'running';
      if (!isOpen || performance.now() >= until || signal.aborted) return row;
      await pause(LOOK_MS);
    }
  }

  return {
    /** Says what judges answers before they are kept. */
    checkAnswers: (check: CheckAnswer): void => {
      checkAnswer = check;
    },

    /** @throws {Problem} INVALID_INPUT, CONFLICT when the name is taken */
    create: (actor: Actor, given: Definition) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        await check(transaction, given);
        const agentId = await insertAgent(transaction, given, actor.name);
        if (!agentId) throw nameTaken(given.name);
        await events.publish(transaction, actor.tenantId, 'agent.created', {
          agentId,
          name: given.name,
          version: 1,
        });
        const view = agentViewOf(await requireAgent(transaction, agentId));
        await record(transaction, actor, {
          subject: `agent:${agentId}`,
          details: [{ about: [], content: given }],
        });
        return view;
      }),

    list: (tenantId: string, archived: boolean, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (after, limit) => listAgents(transaction, archived, after, limit),
          key: ({ id }) => id,
          view: agentViewOf,
        }),
      ),

    get: (tenantId: string, agentId: string) =>
      database.withTenant(tenantId, async (transaction) =>
        agentViewOf(await requireAgent(transaction, agentId)),
      ),

    /** @throws {Problem} NOT_FOUND, INVALID_INPUT, CONFLICT for an older version than the newest, or a name that is taken */
    update: (
      actor: Actor,
      agentId: string,
      seen: number,
      change: { [K in keyof Definition]?: Definition[K] | undefined },
    ) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const before = await requireAgent(transaction, agentId);
        const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
        const after = definitionSchema.parse({ ...before.definition, ...given });
        await check(transaction, after);
        if (await isNameTaken(transaction, after.name, agentId)) throw nameTaken(after.name);
        if (!(await storeNextVersion(transaction, agentId, seen, after, actor.name)))
          throw new Problem('CONFLICT', 'There is a newer version than the one you saw, or it is archived.');
        await events.publish(transaction, actor.tenantId, 'agent.updated', {
          agentId,
          name: after.name,
          version: seen + 1,
        });
        const view = agentViewOf(await requireAgent(transaction, agentId));
        await record(transaction, actor, {
          subject: `agent:${agentId}`,
          details: [{ about: [], content: { version: seen + 1, changed: given } }],
        });
        return view;
      }),

    archive: (actor: Actor, agentId: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        await requireAgent(transaction, agentId);
        if (!(await archiveAgent(transaction, agentId, now()))) return;
        await record(transaction, actor, {
          subject: `agent:${agentId}`,
          details: [{ about: [], content: { archived: true } }],
        });
      }),

    listVersions: (tenantId: string, agentId: string, page: Page) =>
      database.withTenant(tenantId, async (transaction) => {
        await requireAgent(transaction, agentId);
        return listPage(page, {
          cursor: z.int(),
          query: (after, limit) => listVersions(transaction, agentId, after, limit),
          key: ({ version }) => version,
          view: versionViewOf,
        });
      }),

    /** Asks, and waits for so long. @throws {Problem} NOT_FOUND, CONFLICT, MODEL_NEEDED, AGENT_BUDGET_SPENT */
    execute: async (request: RequestContext, input: Ask) => {
      const actor = actorOf(request);
      const { id } = await ask(actor, callerId(request.caller), input);
      return executionViewOf(await waitFor(actor.tenantId, id, input.waitSeconds, request.signal));
    },

    listExecutions: (
      tenantId: string,
      filter: {
        agentId?: string | undefined;
        status?: ExecutionState | undefined;
        contextId?: string | undefined;
      },
      page: Page,
    ) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (after, limit) => listExecutions(transaction, filter, after, limit),
          key: ({ id }) => id,
          view: executionViewOf,
        }),
      ),

    /** For pages of other modules that show what agents did. */
    executionsByIds,

    getExecution: (tenantId: string, executionId: string) =>
      database.withTenant(tenantId, async (transaction) => {
        const row = await findExecution(transaction, executionId);
        if (!row) throw notFound('execution', executionId);
        return executionViewOf(row);
      }),

    /** @throws {Problem} NOT_FOUND, CONFLICT when it has ended */
    cancel: (actor: Actor, executionId: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const cancelled = await cancelExecution(transaction, executionId, now());
        if (!cancelled) {
          if (!(await findExecution(transaction, executionId))) throw notFound('execution', executionId);
          throw new Problem('CONFLICT', 'The execution has already ended.');
        }
        await record(transaction, actor, {
          subject: `execution:${executionId}`,
          details: [{ about: [], content: { cancelled: true } }],
        });
        return executionViewOf(cancelled);
      }),

    getContext: ({ caller }: RequestContext, contextId: string) =>
      database.withTenant(caller.tenantId, async (transaction) => {
        const context = await findContext(transaction, contextId, callerId(caller), now());
        if (!context) throw notFound('conversation of yours', contextId);
        return contextViewOf(context, await newestMessages(transaction, contextId, SHOWN_MESSAGES));
      }),

    deleteContext: (request: RequestContext, contextId: string) =>
      database.withTenant(request.caller.tenantId, async (transaction) => {
        if (!(await deleteContext(transaction, contextId, callerId(request.caller))))
          throw notFound('conversation of yours', contextId);
        await record(transaction, actorOf(request), {
          subject: `agent-context:${contextId}`,
          details: [{ about: [], content: { deleted: true } }],
        });
      }),
  };
}

function nameTaken(name: string): Problem {
  return new Problem('CONFLICT', `An agent named "${name}" already exists.`);
}

function secondsToMidnight(now: Date): number {
  return Math.ceil(
    (Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1) - now.getTime()) / 1000,
  );
}
