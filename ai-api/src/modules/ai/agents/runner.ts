import { setTimeout as pause } from 'node:timers/promises';
import type { ChatModel } from '../../../models/chat.ts';
import { traceIdOf, usageOfTrace } from '../../../models/ledger/index.ts';
import { keepTrace, type TraceDraft } from '../../../models/tracing/index.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import { record, systemActor } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import { type Answer, askAgent, type Question } from './ask.ts';
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

/** What becomes of an answer before it is kept. */
export type AnswerVerdict =
  | { kind: 'use'; output: Record<string, unknown> }
  | { kind: 'ask again'; words: string; answer: string }
  | { kind: 'refuse'; failure: { kind: string; message: string } };

/** Judges an answer before it is kept. @throws by the signal alone */
export type CheckAnswer = (answer: {
  tenantId: string;
  agentId: string;
  executionId: string;
  requestedBy: string;
  input: string;
  output: Record<string, unknown>;
  /** 1, and one more each time it was asked again. */
  attempt: number;
  signal: AbortSignal;
}) => Promise<AnswerVerdict>;

export interface AgentParts {
  database: Database;
  jobs: Jobs;
  events: Events;
  models: AgentModels;
  /** Executions at once in one process. */
  concurrency: number;
  now: () => Date;
  checkAnswer: CheckAnswer;
}

/** The trace of an execution, to which its calls belong. */
function traceOf(
  execution: ExecutionRecord,
  { startedAt, endedAt, output, status }: { startedAt: Date; endedAt: Date; output: unknown; status: string },
): TraceDraft {
  const {
    id,
    agent_id: agentId,
    version,
    context_id: contextId,
    requested_by: requestedBy,
    input,
  } = execution;
  return {
    id: traceIdOf(id),
    name: 'agent',
    startedAt,
    endedAt,
    input,
    output,
    parts: [],
    sessionId: contextId ?? undefined,
    tags: ['agent', status],
    metadata: { executionId: id, agentId, version, requestedBy },
  };
}

/** How often a running execution checks whether it was cancelled. */
const LOOK_MS = 500;

/** Runs executions in the background; who waits for one asks its row. */
export function defineRunner(parts: AgentParts): void {
  const { database, jobs, events, models, concurrency, now, checkAnswer } = parts;

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
      tenantId,
      purpose: 'agent',
      subject: `agent:${execution.agent_id}`,
      traceId: traceIdOf(executionId),
      sessionId: execution.context_id ?? undefined,
      prompt: prompt?.used ? { ...prompt.used, langfuseVersion: prompt.langfuseVersion } : undefined,
    };
    const startedAt = now();
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
        answer = await askUntilChecked(
          selected.model,
          { ...asked, maxOutputTokens, schema, signal, call },
          (output, attempt) =>
            checkAnswer({
              tenantId,
              agentId: execution.agent_id,
              executionId,
              output,
              attempt,
              signal,
              requestedBy: execution.requested_by,
              input: execution.input,
            }),
        );
      }
    } catch (error) {
      if (cancelled.signal.aborted) {
        await database.withTenant(tenantId, (transaction) =>
          keepTrace(
            transaction,
            traceOf(execution, { startedAt, endedAt: now(), output: null, status: 'cancelled' }),
          ),
        );
        return;
      }
      if (!timeout.aborted || jobSignal.aborted) throw error;
      const message = `The agent did not answer within ${definition.timeoutSeconds} s.`;
      answer = unanswered({ kind: 'timeout', message });
    } finally {
      watching.stop();
    }
    await end(
      tenantId,
      execution,
      definition,
      {
        status: answer.failure ? 'failed' : 'completed',
        output: answer.output,
        failure: answer.failure,
        prompt: prompt?.used ?? null,
        model: answer.model,
        latencyMs: Math.round(performance.now() - began),
      },
      startedAt,
    );
  }

  /** Stores the outcome with the conversation's turn and its event, and of one that was cancelled meanwhile only the trace. */
  async function end(
    tenantId: string,
    execution: ExecutionRecord,
    definition: Pick<Definition, 'contextHours'>,
    outcome: Omit<Outcome, keyof Usage>,
    startedAt: Date,
  ): Promise<void> {
    await database.withTenant(tenantId, async (transaction) => {
      const { status, output } = outcome;
      const usage = await usageOfTrace(transaction, traceIdOf(execution.id));
      const ended = await endExecution(transaction, execution.id, { ...outcome, ...usage }, now());
      const traced = ended ? { output, status } : { output: null, status: 'cancelled' as const };
      await keepTrace(transaction, traceOf(execution, { startedAt, endedAt: now(), ...traced }));
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
      await end(tenantId, execution, { contextHours: 1 }, outcome, execution.started_at ?? now());
    },
  });
}

/** Answers of a check that asks again for ever are bounded here. */
const MAX_ATTEMPTS = 5;

/** Asks, and asks again with the words of the check, until an answer may be used or is refused. */
async function askUntilChecked(
  model: ChatModel,
  question: Question,
  check: (output: Record<string, unknown>, attempt: number) => Promise<AnswerVerdict>,
): Promise<Answer> {
  let { instructions, history } = question;
  for (let attempt = 1; ; attempt++) {
    const answer = await askAgent(model, { ...question, instructions, history });
    if (!answer.output) return answer;
    const verdict = await check(answer.output, attempt);
    if (verdict.kind === 'refuse') return { ...answer, output: null, failure: verdict.failure };
    if (verdict.kind === 'ask again' && attempt < MAX_ATTEMPTS) {
      history = [
        ...history,
        { role: 'user', content: question.input },
        { role: 'assistant', content: verdict.answer },
      ];
      instructions = `${question.instructions}\n\nYour earlier answer was not accepted. ${verdict.words}`;
      continue;
    }
    if (verdict.kind === 'ask again')
      return { ...answer, output: null, failure: { kind: 'not_valid', message: verdict.words } };
    const fits = question.schema.safeParse(verdict.output);
    if (fits.success) return { ...answer, output: verdict.output };
    const message = 'What validation left of the answer does not fit the output schema.';
    return { ...answer, output: null, failure: { kind: 'not_valid', message } };
  }
}

const NO_PROMPT = { kind: 'no_prompt', message: 'The prompt of the agent no longer exists.' };

function unanswered(failure: { kind: string; message: string }): Answer {
  return { output: null, failure, model: null };
}
