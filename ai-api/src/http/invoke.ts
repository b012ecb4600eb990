import type { Logger } from 'pino';
import { type Operation, takesIdempotencyKey } from '../contract/operation.ts';
import type { Caller, Exchange, RequestContext } from './caller.ts';
import { toProblem } from './error-handler.ts';
import { limitToOwn, onlyBuilder, refuseOthers, requireOwn } from './own.ts';
import { invalidField, invalidInput, Problem } from './problem.ts';
import { jsonReply, problemReply, type Reply } from './reply.ts';
import type { RequestPolicies } from './request-policies.ts';
import { requireAccess, type Served } from './router.ts';

/** One operation, to be carried out in this process for a caller. */
export interface Invocation {
  /** `<resource>.<operation>` */
  operation: string;
  input: Record<string, unknown>;
  caller: Caller;
  requestId: string;
  log: Logger;
  signal: AbortSignal;
  /** Carries a write out once for all calls with it, as the header `Idempotency-Key` does. */
  idempotencyKey?: string;
}

/** What an operation answered: its output, or a problem document from status 400 on. */
export interface Invoked {
  status: number;
  body: unknown;
}

export interface Invoker {
  /** The operation of an id such as `builder.get`; undefined when none is served by that name. */
  find(operation: string): Operation | undefined;
  /** Every operation that takes a credential, by its id. */
  operations(): ReadonlyMap<string, Operation>;
  /**
   * Carries an operation out as a request would be: authorised, validated, limited to the caller's own data, once
   * for each idempotency key. Rate limits are left to who invokes.
   */
  invoke(invocation: Invocation): Promise<Invoked>;
}

interface Entry {
  op: Operation;
  handler: Served['handlers'][string];
}

/**
 * Runs operations in process.
 * @param served what all modules serve; it is read at the first call, when it is complete
 */
export function createInvoker(served: readonly Served[], policies: RequestPolicies): Invoker {
  let known: Map<string, Entry> | undefined;
  const entries = () => {
    known ??= entriesOf(served);
    return known;
  };
  const operations = () => new Map([...entries()].map(([id, { op }]) => [id, op]));
  return {
    find: (operation) => entries().get(operation)?.op,
    operations,
    invoke: async (invocation) => {
      const entry = entries().get(invocation.operation);
      try {
        if (!entry) throw new Problem('NOT_FOUND', `There is no operation ${invocation.operation}.`);
        return await answer(entry, policies, invocation);
      } catch (error) {
        return problemOf(error, entry?.op.path ?? '/', invocation);
      }
    },
  };
}

function entriesOf(served: readonly Served[]): Map<string, Entry> {
  const all = served.flatMap(({ contract, handlers }) =>
    Object.entries(contract.operations).map(
      ([key, op]) => [`${contract.id}.${key}`, { op, handler: handlers[key] as Entry['handler'] }] as const,
    ),
  );
  return new Map(all.filter(([, { op }]) => op.access !== 'public'));
}

async function answer(entry: Entry, policies: RequestPolicies, invocation: Invocation): Promise<Invoked> {
  const { caller, operation, idempotencyKey, input, log } = invocation;
  requireAccess(operation, entry.op, caller);
  if (idempotencyKey === undefined || !takesIdempotencyKey(entry.op)) {
    const output = await carryOut(entry, policies, invocation);
    return { status: statusOf(entry.op, output), body: output };
  }
  const keyed = { caller, operation, key: idempotencyKey, input, log };
  const reply = await policies.idempotency.answer(keyed, async () => {
    try {
      const output = await carryOut(entry, policies, invocation);
      return jsonReply(statusOf(entry.op, output), output);
    } catch (error) {
      const problem = toProblem(error);
      if (problem.status >= 500) throw error;
      return problemReply(problem, { path: entry.op.path, id: invocation.requestId });
    }
  });
  return readReply(reply);
}

function statusOf(op: Operation, output: unknown): number {
  return op.also?.when(output) ? op.also.status : (op.status ?? 200);
}

function readReply({ status, body }: Reply): Invoked {
  return { status, body: body === '' ? null : JSON.parse(body) };
}

async function carryOut(
  { op, handler }: Entry,
  policies: RequestPolicies,
  { operation, input, caller, requestId, log, signal }: Invocation,
): Promise<unknown> {
  const unknown = Object.keys(input).find((name) => !Object.hasOwn(op.input.shape, name));
  if (unknown !== undefined) throw invalidField(unknown, 'is not a field of this operation');
  const own = onlyBuilder(op, caller);
  const given = { ...input };
  limitToOwn(op, own, given);
  const parsed = op.input.safeParse(given);
  if (!parsed.success) throw invalidInput(parsed.error);
  const context: RequestContext = {
    operation,
    requestId,
    log,
    signal,
    caller,
    exchange: NO_EXCHANGE,
    emit: () => {},
    onlyBuilder: own,
    requireOwn: (builderId) => requireOwn(own, builderId),
  };
  const output = await handler(parsed.data as never, context);
  refuseOthers(op, own, output);
  policies.checkOutput(operation, op, output);
  return output;
}

function problemOf(error: unknown, path: string, { log, operation, requestId }: Invocation): Invoked {
  const problem = toProblem(error);
  if (problem.status >= 500) log.error({ err: error, operation }, problem.code);
  return { status: problem.status, body: problem.document({ path, id: requestId }) };
}

/** There is no HTTP here: operations that sign in find nothing to read, and cannot set a cookie. */
const NO_EXCHANGE: Exchange = {
  address: undefined,
  header: () => undefined,
  cookie: () => undefined,
  setCookie: () => {},
};
