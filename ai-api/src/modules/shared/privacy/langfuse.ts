import { z } from 'zod';
import type { Parts } from './parts.ts';
import { findRequest } from './store.ts';

/** Traces in one request: what a server takes without reaching its limits. */
const BATCH = 100;

/** Deletes the traces of a request in Langfuse. Deleting what is gone succeeds. @returns how many there were */
export async function deleteTraces(
  { database, langfuse }: Pick<Parts, 'database' | 'langfuse'>,
  tenantId: string,
  requestId: string,
): Promise<number> {
  const request = await database.withTenant(tenantId, (transaction) => findRequest(transaction, requestId));
  const traces = z.array(z.string()).parse(request?.traces ?? []);
  if (langfuse === null) return 0;
  for (let from = 0; from < traces.length; from += BATCH) {
    const traceIds = traces.slice(from, from + BATCH);
    await langfuse.send({
      what: 'delete traces',
      request: (api, limits) => api.trace.deleteMultiple({ traceIds }, limits),
      schema: z.object({ message: z.string() }),
      isIdempotent: true,
    });
  }
  return traces.length;
}
