import { setTimeout as pause } from 'node:timers/promises';
import { traceIdOf, usageOfTrace } from '../../../models/ledger/index.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import { record, systemActor } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import { type Answer, askAgent } from './ask.ts';
import { addTurn, newestMessages } from './contexts.ts';
import {
  type ExecutionRecord,
  endExecution,
  findExecution,
  type Outcome,
  startExecution,
  type Usage,
} from './executions.ts';
import type { AgentModels } from './models.ts';
import { outputSchemaOf } from './output-schema.ts';
import type { Definition } from './schema.ts';
import { findVersion } from './store.ts';

/** Executes an agent; the job holds ids only, what people wrote stays in its row. */
export const EXECUTE_QUEUE = 'agent.execute';
export interface ExecuteJob {
  tenantId: string;
  executionId: string;
}

export interface AgentParts {
  database: Database;
  jobs: Jobs;
  events: Events;
  models: AgentModels;
  /** Executions at once in one process. */
  concurrency: number;
  now: () => Date;
}

/** How often a running execution checks whether it was cancelled. */
const LOOK_MS = 500;

/** Runs executions in the background; who waits for one asks its row. */
export function defineRunner({ database, jobs, events, models, concurrency, now }: AgentParts): void {
  async function run({ tenantId, executionId }: ExecuteJob, jobSignal: AbortSignal): Promise<void> {
    const found = await database.withTenant(tenantId, async (transaction) => {
      if (!(await startExecution(transaction, executionId, now()))) return null;
      const execution = (await findExecution(transaction, executionId)) as ExecutionRecord;
      const version = await findVersion(transaction, execution.agent_id, execution.version);
      if (!version) return null;
      const { definition } = version;
      const prompt = await models.instructionsOf(transaction, definition, execution.requested_by);
      const history = execution.context_id
        ? await newestMessages(transaction, execution.context_id, definition.contextMessages)
        : [];
      const selected = await models.select(transaction, definition.providers);
      return { execution, definition, prompt, history, selected };
    });
    if (!found) return;
    const { execution, definition, prompt, history, selected } = found;
    const began = performance.now();
    const cancelled = new AbortController();
    const timeout = AbortSignal.timeout(definition.timeoutSeconds * 1000);
    const signal = AbortSignal.any([cancelled.signal, timeout, jobSignal]);
    const watching = watch(tenantId, executionId, cancelled);
    const call = {
      ...{ tenantId, purpose: 'agent', subject: `agent:${execution.agent_id}` },
      ...{ traceId: traceIdOf(executionId), sessionId: execution.context_id ?? undefined },
      prompt: prompt?.used ?? undefined,
    };
    let answer: Answer;
    try {
      if (!prompt) {
        answer = unanswered(NO_PROMPT);
      } else if (!selected.model) {
        answer = unanswered({ kind: 'no_model', message: selected.why });
      } else {
        const { maxInputTokens, maxOutputTokens = null } = definition;
        const schema = outputSchemaOf(definition.outputSchema);
        const asked = { instructions: prompt.text, input: execution.input, history, maxInputTokens };
        answer = await askAgent(selected.model, { ...asked, maxOutputTokens, schema, signal, call });
      }
    } catch (error) {
      if (cancelled.signal.aborted) return;
      if (!timeout.aborted || jobSignal.aborted) throw error;
      const message = `The agent did not answer within ${definition.timeoutSeconds} s.`;
      answer = unanswered({ kind: 'timeout', message });
    } finally {
      watching.stop();
    }
    await end(tenantId, execution, definition, {
      status: answer.failure ? 'failed' : 'completed',
      output: answer.output,
      failure: answer.failure,
      prompt: prompt?.used ?? null,
      model: answer.model,
      latencyMs: Math.round(performance.now() - began),
    });
  }

  /** Stores the outcome with the conversation's turn and its event, or nothing when it was cancelled meanwhile. */
  async function end(
    tenantId: string,
    execution: ExecutionRecord,
    definition: Pick<Definition, 'contextHours'>,
    outcome: Omit<Outcome, keyof Usage>,
  ): Promise<void> {
    await database.withTenant(tenantId, async (transaction) => {
      const usage = await usageOfTrace(transaction, traceIdOf(execution.id));
      const ended = await endExecution(transaction, execution.id, { ...outcome, ...usage }, now());
      if (!ended) return;
      if (outcome.output && execution.context_id)
        await addTurn(transaction, execution.context_id, execution.id, {
          question: execution.input,
          answer: JSON.stringify(outcome.output),
          now: now(),
          hours: definition.contextHours,
        });
      const { failure } = outcome;
      const about = { executionId: execution.id, agentId: execution.agent_id, version: execution.version };
      if (failure)
        await events.publish(transaction, tenantId, 'agent.execution.failed', {
          ...about,
          reason: failure.kind,
          ...usage,
        });
      else await events.publish(transaction, tenantId, 'agent.execution.completed', { ...about, ...usage });
      await record(transaction, systemActor(tenantId, 'agent.execute'), {
        subject: `execution:${execution.id}`,
        details: [
          { about: [], content: { status: outcome.status, failure: failure?.kind ?? null, ...usage } },
        ],
      });
    });
  }

  /** Aborts the call to the model soon after the execution was cancelled, in any process. */
  function watch(tenantId: string, executionId: string, cancelled: AbortController) {
    const stopped = new AbortController();
    const look = async () => {
      while (!stopped.signal.aborted) {
        await pause(LOOK_MS, undefined, { signal: stopped.signal });
        const row = await database.withTenant(tenantId, (transaction) =>
          findExecution(transaction, executionId),
        );
        if (row?.status === 'cancelled') cancelled.abort();
      }
    };
    look().catch(() => {
      // Stopped, or the database is away: then the end of the execution finds out.
    });
    return { stop: () => stopped.abort() };
  }

  jobs.define<ExecuteJob>({
    name: EXECUTE_QUEUE,
    priority: 'high',
    concurrency,
    retryLimit: 2,
    retryDelay: 2,
    retryDelayMax: 30,
    expireInSeconds: 900,
    handle: (job, { signal }) => run(job, signal),
    onDead: async ({ tenantId, executionId }) => {
      const execution = await database.withTenant(tenantId, (transaction) =>
        findExecution(transaction, executionId),
      );
      if (!execution) return;
      const message = 'The execution failed because of an internal error; see the log.';
      const nothing = unanswered({ kind: 'error', message });
      const outcome = { status: 'failed', ...nothing, prompt: null, latencyMs: null } as const;
      await end(tenantId, execution, { contextHours: 1 }, outcome);
    },
  });
}

const NO_PROMPT = { kind: 'no_prompt', message: 'The prompt of the agent no longer exists.' };

function unanswered(failure: { kind: string; message: string }): Answer {
  return { output: null, failure, model: null };
}
