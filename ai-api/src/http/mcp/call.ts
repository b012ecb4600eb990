import type { CallToolResult } from '@modelcontextprotocol/server';
import type { ErrorCode } from '../../contract/errors.ts';
import type { McpTool } from '../../contract/mcp-tool.ts';
import { takesIdempotencyKey } from '../../contract/operation.ts';
import type { ProblemDocument } from '../../contract/schemas.ts';
import { MCP_WRITE } from '../../contract/scopes.ts';
import type { Caller, RequestContext } from '../caller.ts';
import { toProblem } from '../error-handler.ts';
import { readIdempotencyKey } from '../idempotency/index.ts';
import { invoke } from '../invoke.ts';
import { Problem } from '../problem.ts';
import { jsonReply, type Reply } from '../reply.ts';
import type { RequestPolicies } from '../request-policies.ts';
import { orProblem, requireAccess, type ServedOperation } from '../router.ts';
import { withinTime } from '../time-limit.ts';
import { answerOf, problemAnswer } from './answer.ts';

/** A tool with the operation that it calls. */
export interface ServedTool {
  tool: McpTool;
  served: ServedOperation;
}

/** Where a client may name a write, so that it is carried out once, as the header `Idempotency-Key` does elsewhere. */
export const IDEMPOTENCY_META = 'ai-manager/idempotency-key';

/** What a tool call is carried out with. */
export interface CallSettings {
  policies: RequestPolicies;
  /** Characters that an answer may have. */
  maxAnswerChars: number;
}

export interface ToolCall {
  input: Record<string, unknown>;
  /** Of the call's `_meta`. */
  idempotencyKey: unknown;
  request: Omit<RequestContext, 'signal'>;
}

/**
 * Lets a caller through to a tool by role and scope; a write needs `mcp:write` besides.
 * @throws {Problem} FORBIDDEN, INSUFFICIENT_SCOPE
 */
export function requireTool({ tool, served: { id, op } }: ServedTool, caller: Caller): void {
  requireAccess(id, op, caller);
  if (tool.annotations.readOnlyHint || caller.scopes.includes(MCP_WRITE)) return;
  throw new Problem(
    'INSUFFICIENT_SCOPE',
    `Through MCP this credential may only read. ${id} needs the scope ${MCP_WRITE}, which an administrator can give a key.`,
    { tokenError: 'insufficient_scope' },
  );
}

/** Whether a caller sees a tool in the list. */
export function maySee(tool: ServedTool, caller: Caller): boolean {
  try {
    requireTool(tool, caller);
    return true;
  } catch {
    return false;
  }
}

/** Carries out a tool call; what the operation refuses is a tool error that holds the problem document. */
export async function callTool(
  called: ServedTool,
  call: ToolCall,
  { policies, maxAnswerChars }: CallSettings,
): Promise<CallToolResult> {
  const { tool, served } = called;
  const { log, requestId, caller } = call.request;
  try {
    requireTool(called, caller);
    return await withinTime(policies.timeoutMs, (signal) =>
      answerOf({
        op: served.op,
        input: call.input,
        run: (input) => runOnce(served, { ...call, input }, signal, policies),
        maxChars: maxAnswerChars,
      }),
    );
  } catch (error) {
    const problem = toProblem(error);
    if (problem.status >= 500) log.error({ err: error, operation: served.id }, problem.code);
    return problemAnswer(problem, tool, requestId);
  }
}

/** Carries the operation out, or answers what a call with the same idempotency key was answered. */
async function runOnce(
  served: ServedOperation,
  { input, idempotencyKey, request }: ToolCall,
  signal: AbortSignal,
  policies: RequestPolicies,
): Promise<unknown> {
  const run = () => invoke(served, input, { ...request, signal }, policies);
  if (idempotencyKey === undefined || !takesIdempotencyKey(served.op)) return (await run()).output;
  const key = readIdempotencyKey(String(idempotencyKey));
  if (key === null) return (await run()).output;
  const { caller, log } = request;
  const keyed = { caller, operation: served.id, key, input, log };
  const place = { path: '/mcp', id: request.requestId };
  const carryOut = async () => {
    const { status, output } = await run();
    return jsonReply(status, output);
  };
  return outputOf(await policies.idempotency.answer(keyed, () => orProblem(carryOut(), place)));
}

/** @throws {Problem} the one that a kept answer holds */
function outputOf({ status, body }: Reply): unknown {
  const output: unknown = body === '' ? undefined : JSON.parse(body);
  if (status < 400) return output;
  const { code, detail, errors } = output as ProblemDocument;
  throw new Problem(code as ErrorCode, detail, errors ? { errors } : {});
}
