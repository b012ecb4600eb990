import { type Selectable, sql, type Updateable } from 'kysely';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';

export type RequestRecord = Selectable<Schema['privacy.requests']>;
export type StepRecord = Selectable<Schema['privacy.steps']>;
type NewRequest = Pick<
  RequestRecord,
  | 'id'
  | 'kind'
  | 'basis'
  | 'subject'
  | 'state'
  | 'reason'
  | 'verification'
  | 'requested_by'
  | 'requested_user'
  | 'due_at'
  | 'is_access_recorded'
> & { person: string | null; created_at: Date };

export interface RequestFilter {
  state?: RequestRecord['state'] | undefined;
  kind?: RequestRecord['kind'] | undefined;
  subjects?: readonly string[] | undefined;
}

export function insertRequest(transaction: TenantTransaction, values: NewRequest): Promise<RequestRecord> {
  return transaction.insertInto('privacy.requests').values(values).returningAll().executeTakeFirstOrThrow();
}

export function findRequest(
  transaction: TenantTransaction,
  id: string,
  { isLocked = false } = {},
): Promise<RequestRecord | undefined> {
  const query = transaction.selectFrom('privacy.requests').selectAll().where('id', '=', id);
  return (isLocked ? query.forUpdate() : query).executeTakeFirst();
}

/** Requests before the one with the id `before`, newest first. */
export function listRequests(
  transaction: TenantTransaction,
  { state, kind, subjects }: RequestFilter,
  before: string | null,
  limit: number,
): Promise<RequestRecord[]> {
  let query = transaction.selectFrom('privacy.requests').selectAll().orderBy('id', 'desc').limit(limit);
  if (state !== undefined) query = query.where('state', '=', state);
  if (kind !== undefined) query = query.where('kind', '=', kind);
  if (subjects !== undefined) query = query.where('subject', 'in', subjects);
  if (before !== null) query = query.where('id', '<', before);
  return query.execute();
}

/** The newest request of a kind about any of the subjects. */
export async function newestOfKind(
  transaction: TenantTransaction,
  kind: RequestRecord['kind'],
  subjects: readonly string[],
): Promise<RequestRecord | undefined> {
  const [newest] = await listRequests(transaction, { kind, subjects }, null, 1);
  return newest;
}

/** Exports of people and of the company that were asked for since a time, of those whose access is to be recorded. */
export function exportsSince(transaction: TenantTransaction, since: Date): Promise<RequestRecord[]> {
  return transaction
    .selectFrom('privacy.requests')
    .selectAll()
    .where('kind', 'in', ['export', 'company_export'])
    .where('is_access_recorded', '=', true)
    .where('created_at', '>=', since)
    .execute();
}

/** How many requests of a kind about any of the subjects are open. */
export async function openCount(
  transaction: TenantTransaction,
  kind: RequestRecord['kind'],
  subjects: readonly string[],
): Promise<number> {
  const { count } = await transaction
    .selectFrom('privacy.requests')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('kind', '=', kind)
    .where('subject', 'in', subjects)
    .where('state', '=', 'open')
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** The request of a kind about a subject that has not ended; undefined when there is none. */
export function openRequest(
  transaction: TenantTransaction,
  kind: RequestRecord['kind'],
  subject: string,
): Promise<RequestRecord | undefined> {
  return transaction
    .selectFrom('privacy.requests')
    .selectAll()
    .where('kind', '=', kind)
    .where('subject', '=', subject)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
}

export function changeRequest(
  transaction: TenantTransaction,
  id: string,
  changes: Updateable<Schema['privacy.requests']>,
): Promise<RequestRecord> {
  return transaction
    .updateTable('privacy.requests')
    .set(changes)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Requests that have not ended, by their deadline. */
export function unendedRequests(transaction: TenantTransaction): Promise<RequestRecord[]> {
  return transaction
    .selectFrom('privacy.requests')
    .selectAll()
    .where('ended_at', 'is', null)
    .orderBy('due_at')
    .execute();
}

/** Exports of the whole company whose file is still there. */
export function companyExports(transaction: TenantTransaction): Promise<RequestRecord[]> {
  return transaction
    .selectFrom('privacy.requests')
    .selectAll()
    .where('kind', '=', 'company_export')
    .where('file_id', 'is not', null)
    .execute();
}

/** Exports whose file is to be deleted by now. */
export function filesDue(transaction: TenantTransaction, now: Date): Promise<RequestRecord[]> {
  return transaction
    .selectFrom('privacy.requests')
    .selectAll()
    .where('file_id', 'is not', null)
    .where('file_until', '<', now)
    .execute();
}

export async function insertStep(
  transaction: TenantTransaction,
  {
    counts,
    ...step
  }: Pick<StepRecord, 'request_id' | 'step' | 'module'> & { counts: Record<string, number> },
): Promise<void> {
  await transaction
    .insertInto('privacy.steps')
    .values({ ...step, counts: JSON.stringify(counts) })
    .execute();
}

export async function hasStep(
  transaction: TenantTransaction,
  requestId: string,
  step: string,
): Promise<boolean> {
  const row = await transaction
    .selectFrom('privacy.steps')
    .select('step')
    .where('request_id', '=', requestId)
    .where('step', '=', step)
    .executeTakeFirst();
  return row !== undefined;
}

export function stepsOf(transaction: TenantTransaction, requestId: string): Promise<StepRecord[]> {
  return transaction
    .selectFrom('privacy.steps')
    .selectAll()
    .where('request_id', '=', requestId)
    .orderBy('done_at')
    .orderBy('step')
    .execute();
}

/** Takes out other requests of an erased person: those that wait are done for, and none holds who it was. */
export async function forgetPersonIn(
  transaction: TenantTransaction,
  subjects: readonly string[],
  except: string,
  now: Date,
): Promise<void> {
  await sql`
    update privacy.requests set person = null, is_access_recorded = false, answer = null,
      reason = case when kind = 'correction' then '' else reason end, ended_at = coalesce(ended_at, ${now}),
      state = case when ended_at is null then 'refused' else state end,
      refusal = case when ended_at is null then 'The person was erased.' else refusal end
    where subject = any(${[...subjects]}::text[]) and id <> ${except}::uuid`.execute(transaction);
}
