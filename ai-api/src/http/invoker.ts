import type { Logger } from 'pino';
import { type Operation, takesIdempotencyKey } from '../contract/operation.ts';
import type { TenantTransaction } from '../platform/database/index.ts';
import type { Caller, Exchange, RequestContext } from './caller.ts';
import { toProblem } from './error-handler.ts';
import type { Reservation } from './idempotency/index.ts';
import { invoke } from './invoke.ts';
import { Problem } from './problem.ts';
import { jsonReply, type Reply } from './reply.ts';
import type { RequestPolicies } from './request-policies.ts';
import { operationsOf, orProblem, requireAccess, type Served, type ServedOperation } from './router.ts';

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
  /** What {@link Invoker.reserve} answered for this very call; the key is not asked for again. */
  reserved?: Reservation | null;
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
  /**
   * Takes the idempotency key of a call with a transaction; the call is made once it committed. Null when the key is not
   * free, or the operation takes none: then the call itself asks for it.
   * @param leaseSeconds for which the key is kept for the call
   */
  reserve(
    transaction: TenantTransaction,
    call: Pick<Invocation, 'operation' | 'input' | 'caller'> & { idempotencyKey: string },
    leaseSeconds: number,
  ): Promise<Reservation | null>;
  /** What an operation answered under an idempotency key, while it is kept; null otherwise. Carries nothing out. */
  recall(named: { operation: string; caller: Caller; idempotencyKey: string }): Promise<Invoked | null>;
}

/**
 * Runs operations in process.
 * @param served what all modules serve; it is read at the first call, when it is complete
 */
export function createInvoker(served: readonly Served[], policies: RequestPolicies): Invoker {
  let known: Map<string, ServedOperation> | undefined;
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
    reserve: async (transaction, { idempotencyKey: key, ...call }, leaseSeconds) => {
      const entry = entries().get(call.operation);
      if (!entry || !takesIdempotencyKey(entry.op)) return null;
      return policies.idempotency.reserve(transaction, { ...call, key }, leaseSeconds);
    },
    recall: async ({ idempotencyKey: key, ...named }) => {
      const kept = await policies.idempotency.recall({ ...named, key });
      return kept && readReply(kept);
    },
  };
}

function entriesOf(served: readonly Served[]): Map<string, ServedOperation> {
  const all = served.flatMap(operationsOf).filter(({ op }) => op.access !== 'public');
  return new Map(all.map((one) => [one.id, one]));
}

async function answer(
  served: ServedOperation,
  policies: RequestPolicies,
  invocation: Invocation,
): Promise<Invoked> {
  const { caller, operation, idempotencyKey, input, log, requestId, reserved = null } = invocation;
  const run = () => carryOut(served, policies, invocation);
  if (idempotencyKey === undefined || !takesIdempotencyKey(served.op)) {
    const { status, output } = await run();
    return { status, body: output };
  }
  requireAccess(operation, served.op, caller);
  const keyed = { caller, operation, key: idempotencyKey, input, log };
  const place = { path: served.op.path, id: requestId };
  const reply = async () => {
    const { status, output } = await run();
    return jsonReply(status, output);
  };
  return readReply(await policies.idempotency.answer(keyed, () => orProblem(reply(), place), reserved));
}

function readReply({ status, body }: Pick<Reply, 'status' | 'body'>): Invoked {
  return { status, body: body === '' ? null : JSON.parse(body) };
}

function carryOut(served: ServedOperation, policies: RequestPolicies, invocation: Invocation) {
  const { operation, input, caller, requestId, log, signal } = invocation;
  const request: RequestContext = {
    operation,
    requestId,
    log,
    signal,
    caller,
    exchange: NO_EXCHANGE,
    emit: () => {},
    onlyBuilder: null,
    requireOwn: () => {},
    reveal: () => {},
  };
  return invoke(served, input, request, policies);
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
