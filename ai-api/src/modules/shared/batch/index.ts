import type { Operation } from '../../../contract/operation.ts';
import type { RequestContext } from '../../../http/caller.ts';
import { toProblem } from '../../../http/error-handler.ts';
import { limitToOwn, onlyBuilder, refuseOthers, requireOwn } from '../../../http/own.ts';
import { invalidField, invalidInput, Problem } from '../../../http/problem.ts';
import type { RequestPolicies } from '../../../http/request-policies.ts';
import { requireAccess, type Served, serve } from '../../../http/router.ts';
import { batch } from './contract.ts';

/** Reads of one request that are carried out side by side. */
const AT_ONCE = 5;

interface Read {
  op: Operation;
  handler: Served['handlers'][string];
}

interface Asked {
  operation: string;
  input: Record<string, unknown>;
}

interface Answered {
  status: number;
  body: unknown;
}

interface Needs {
  requestPolicies: RequestPolicies;
}

export type Batch = Needs;

export function create({ requestPolicies }: Needs): Batch {
  return { requestPolicies };
}

/** The operations of this module: every read among `served` that takes a credential, several in one request. */
export function operations({ requestPolicies }: Batch, served: readonly Served[]): Served[] {
  let reads: Map<string, Read> | undefined;
  return [
    serve(batch, {
      read: async ({ requests }, request) => {
        reads ??= readsOf(served);
        const known = reads;
        return {
          answers: await sideBySide(requests, (asked) => answer(known, requestPolicies, asked, request)),
        };
      },
    }),
  ];
}

function readsOf(served: readonly Served[]): Map<string, Read> {
  const all = served.flatMap(({ contract, handlers }) =>
    Object.entries(contract.operations).map(
      ([key, op]) => [`${contract.id}.${key}`, { op, handler: handlers[key] as Read['handler'] }] as const,
    ),
  );
  return new Map(all.filter(([, { op }]) => op.method === 'GET' && op.access !== 'public'));
}

async function answer(
  reads: ReadonlyMap<string, Read>,
  policies: RequestPolicies,
  asked: Asked,
  request: RequestContext,
): Promise<Answered> {
  try {
    const read = reads.get(asked.operation);
    if (!read) throw new Problem('NOT_FOUND', `There is no read operation ${asked.operation}.`);
    return await carryOut(read, policies, asked, request);
  } catch (error) {
    const problem = toProblem(error);
    if (problem.status >= 500) request.log.error({ err: error, operation: asked.operation }, problem.code);
    const place = { path: reads.get(asked.operation)?.op.path ?? '/batch/read', id: request.requestId };
    return { status: problem.status, body: problem.document(place) };
  }
}

async function carryOut(
  { op, handler }: Read,
  { limiter, checkOutput }: RequestPolicies,
  { operation, input }: Asked,
  request: RequestContext,
): Promise<Answered> {
  const { caller } = request;
  requireAccess(operation, op, caller);
  await limiter.caller(NO_HEADERS, caller);
  const unknown = Object.keys(input).find((name) => !Object.hasOwn(op.input.shape, name));
  if (unknown !== undefined) throw invalidField(unknown, 'is not a field of this operation');
  const own = onlyBuilder(op, caller);
  const given = { ...input };
  limitToOwn(op, own, given);
  const parsed = op.input.safeParse(given);
  if (!parsed.success) throw invalidInput(parsed.error);
  const output = await handler(parsed.data as never, {
    ...request,
    operation,
    onlyBuilder: own,
    requireOwn: (builderId) => requireOwn(own, builderId),
  });
  refuseOthers(op, own, output);
  checkOutput(operation, op, output);
  return { status: op.status ?? 200, body: output };
}

/** The remaining budget is reported for the request, not for each read. */
const NO_HEADERS = { setHeader: () => NO_HEADERS } as unknown as Parameters<
  RequestPolicies['limiter']['caller']
>[0];

async function sideBySide<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const place = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index] as T);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, place));
  return results;
}
