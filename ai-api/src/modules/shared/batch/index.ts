import type { RequestContext } from '../../../http/caller.ts';
import { toProblem } from '../../../http/error-handler.ts';
import { invoke } from '../../../http/invoke.ts';
import { Problem } from '../../../http/problem.ts';
import type { RequestPolicies } from '../../../http/request-policies.ts';
import { operationsOf, type Served, type ServedOperation, serve } from '../../../http/router.ts';
import { batch } from './contract.ts';

/** Reads of one request that are carried out side by side. */
const AT_ONCE = 5;

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
  let reads: Map<string, ServedOperation> | undefined;
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

function readsOf(served: readonly Served[]): Map<string, ServedOperation> {
  const reads = served
    .flatMap(operationsOf)
    .filter(({ op }) => op.method === 'GET' && op.access !== 'public');
  return new Map(reads.map((read) => [read.id, read]));
}

async function answer(
  reads: ReadonlyMap<string, ServedOperation>,
  policies: RequestPolicies,
  asked: Asked,
  request: RequestContext,
): Promise<Answered> {
  try {
    const read = reads.get(asked.operation);
    if (!read) throw new Problem('NOT_FOUND', `There is no read operation ${asked.operation}.`);
    await policies.limiter.caller(NO_HEADERS, request.caller);
    const { status, output } = await invoke(read, asked.input, request, policies);
    return { status, body: output };
  } catch (error) {
    const problem = toProblem(error);
    if (problem.status >= 500) request.log.error({ err: error, operation: asked.operation }, problem.code);
    const place = { path: reads.get(asked.operation)?.op.path ?? '/batch/read', id: request.requestId };
    return { status: problem.status, body: problem.document(place) };
  }
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
