import type { RequestContext } from '../../../http/caller.ts';
import { toProblem } from '../../../http/error-handler.ts';
import type { Invoked, Invoker } from '../../../http/invoker.ts';
import { Problem } from '../../../http/problem.ts';
import type { RequestPolicies } from '../../../http/request-policies.ts';
import { requireAccess, type Served, serve } from '../../../http/router.ts';
import { batch } from './contract.ts';

/** Reads of one request that are carried out side by side. */
const AT_ONCE = 5;

interface Asked {
  operation: string;
  input: Record<string, unknown>;
}

interface Needs {
  requestPolicies: RequestPolicies;
  invoker: Invoker;
}

export type Batch = Needs;

export function create({ requestPolicies, invoker }: Needs): Batch {
  return { requestPolicies, invoker };
}

/** The operations of this module: every read that takes a credential, several in one request. */
export function operations(service: Batch): Served[] {
  return [
    serve(batch, {
      read: async ({ requests }, request) => ({
        answers: await sideBySide(requests, (asked) => answer(service, asked, request)),
      }),
    }),
  ];
}

async function answer(
  { invoker, requestPolicies }: Batch,
  { operation, input }: Asked,
  { caller, requestId, log, signal }: RequestContext,
): Promise<Invoked> {
  const op = invoker.find(operation);
  try {
    if (op?.method !== 'GET') throw new Problem('NOT_FOUND', `There is no read operation ${operation}.`);
    requireAccess(operation, op, caller);
    await requestPolicies.limiter.caller(NO_HEADERS, caller);
  } catch (error) {
    const problem = toProblem(error);
    if (problem.status >= 500) log.error({ err: error, operation }, problem.code);
    const path = op?.method === 'GET' ? op.path : '/batch/read';
    return { status: problem.status, body: problem.document({ path, id: requestId }) };
  }
  return invoker.invoke({ operation, input, caller, requestId, log, signal });
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
