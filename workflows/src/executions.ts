import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { N8nError } from './http.ts';
import type { N8nSession } from './session.ts';

const WAIT_TIMEOUT_MS = 120_000;
const POLL_MS = 300;
const FINAL_STATES = new Set(['success', 'error', 'crashed', 'canceled']);

const runSchema = z.looseObject({
  executionStatus: z.string().optional(),
  data: z
    .object({ main: z.array(z.array(z.looseObject({ json: z.record(z.string(), z.unknown()) })).nullable()) })
    .optional(),
  error: z.looseObject({ message: z.string().optional() }).optional(),
});
const executionSchema = z.object({
  id: z.coerce.string(),
  workflowId: z.string(),
  status: z.string(),
  mode: z.string(),
  startedAt: z.string().nullish(),
  stoppedAt: z.string().nullish(),
  data: z
    .looseObject({
      resultData: z.looseObject({
        error: z.looseObject({ message: z.string().optional() }).optional(),
        lastNodeExecuted: z.string().optional(),
        runData: z.record(z.string(), z.array(runSchema)).default({}),
      }),
    })
    .nullish(),
});
const listSchema = z.object({ data: z.array(executionSchema) });

/** One run of a workflow. `data` holds every node's output, when it was asked for. */
export type Execution = z.infer<typeof executionSchema>;

export type ExecutionFilter = {
  workflowId?: string;
  /** Without one, n8n leaves running executions out. */
  status?: 'running' | 'success' | 'error' | 'waiting' | 'canceled' | 'crashed' | 'new' | 'unknown';
  /** ISO 8601. */
  startedAfter?: string;
  /** At most 250. */
  limit?: number;
  includeData?: boolean;
};

/** The latest executions first. */
export async function listExecutions(
  session: N8nSession,
  filter: ExecutionFilter = {},
): Promise<Execution[]> {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(filter)) query.set(key, String(value));
  const path = `/executions?${query}`;
  return listSchema.parse(await session.api({ method: 'GET', path }, 'list its executions')).data;
}

/** One execution with its data, running or finished. */
export async function getExecution(session: N8nSession, id: string): Promise<Execution> {
  const path = `/executions/${encodeURIComponent(id)}?includeData=true&ignoreDataSizeLimit=true`;
  return executionSchema.parse(await session.api({ method: 'GET', path }, `find the execution ${id}`));
}

/**
 * Resolves with a finished execution and its data, whether it succeeded or not (see `status`).
 * @throws N8nError when it is not finished in time.
 */
export async function waitForExecution(
  session: N8nSession,
  id: string,
  { timeoutMs = WAIT_TIMEOUT_MS }: { timeoutMs?: number } = {},
): Promise<Execution> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const path = `/executions/${encodeURIComponent(id)}`;
    const { status } = executionSchema.parse(
      await session.api({ method: 'GET', path }, `find the execution ${id}`),
    );
    if (FINAL_STATES.has(status)) return getExecution(session, id);
    if (Date.now() > deadline) {
      throw new N8nError(`The execution ${id} is still ${status} after ${timeoutMs / 1000} s.`, 0);
    }
    await delay(POLL_MS);
  }
}

/** The items that a node put out in its last run, by output: 0 is the first. */
export function nodeOutput(execution: Execution, nodeName: string, output = 0): Record<string, unknown>[] {
  const run = execution.data?.resultData.runData[nodeName]?.at(-1);
  return (run?.data?.main[output] ?? []).map((item) => item.json);
}

/** Why an execution failed, in n8n's words; undefined when it did not. */
export function failureOf(execution: Execution): string | undefined {
  const { error, lastNodeExecuted } = execution.data?.resultData ?? {};
  if (!error) return execution.status === 'success' ? undefined : `its state is ${execution.status}`;
  return `${lastNodeExecuted ? `"${lastNodeExecuted}": ` : ''}${error.message ?? 'no reason given'}`;
}
