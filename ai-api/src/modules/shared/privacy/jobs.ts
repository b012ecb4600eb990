import { record, systemActor } from '../audit/index.ts';
import { person } from './engine/person.ts';
import { erasePerson, isFinal } from './erasure.ts';
import { makeExport } from './export.ts';
import { type Parts, REQUEST_QUEUE, type RequestJob } from './parts.ts';
import { changeRequest, findRequest } from './store.ts';

/** Carries out exports and erasures in the background; what dies in between is taken up again. */
export function defineRequests(parts: Parts): void {
  parts.jobs.define<RequestJob>({
    name: REQUEST_QUEUE,
    concurrency: 1,
    perCompany: 1,
    retryLimit: 8,
    retryDelay: 5,
    retryDelayMax: 600,
    expireInSeconds: 6 * 3600,
    handle: (job) => carryOut(parts, job),
    onDead: (job, reason) => fail(parts, job, reason),
  });
}

async function carryOut(parts: Parts, job: RequestJob): Promise<void> {
  const { tenantId, requestId } = job;
  const request = await parts.database.withTenant(tenantId, (transaction) =>
    findRequest(transaction, requestId),
  );
  if (request?.state !== 'running') return;
  try {
    const whom = request.kind === 'company_export' ? null : person.parse(request.person);
    if (request.kind === 'erasure' && whom) await erasePerson(parts, tenantId, request, whom);
    else await makeExport(parts, tenantId, request, whom);
  } catch (error) {
    if (!isFinal(error)) throw error;
    await fail(parts, job, (error as Error).message);
  }
}

/** The request says which step failed; a person can let it go on. */
async function fail(
  { database, events, log }: Parts,
  { tenantId, requestId }: RequestJob,
  reason: string,
): Promise<void> {
  await database.withTenant(tenantId, async (transaction) => {
    const row = await findRequest(transaction, requestId, { isLocked: true });
    if (row?.state !== 'running') return;
    await changeRequest(transaction, requestId, { state: 'failed', error: reason.slice(0, 1000) });
    await events.publish(transaction, tenantId, 'privacy.request.changed', {
      requestId,
      kind: row.kind,
      state: 'failed',
    });
    await record(transaction, systemActor(tenantId, 'privacyRequest.fail'), {
      subject: `privacy-request:${requestId}`,
      details: [],
    });
  });
  log.error({ tenantId, requestId }, 'a privacy request failed');
}
