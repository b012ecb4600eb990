import { DateTime } from 'luxon';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { DAY_MS } from '../../../platform/durations.ts';
import { record, systemActor } from '../audit/index.ts';
import type { Parts } from './parts.ts';
import { changeRequest, filesDue, type RequestRecord, unendedRequests } from './store.ts';

type Basis = RequestRecord['basis'];

/** One calendar month by the GDPR (Article 12(3)), 45 days by the CCPA (§ 1798.130). */
export function dueAt(basis: Basis, from: Date): Date {
  const start = DateTime.fromJSDate(from, { zone: 'utc' });
  return (basis === 'gdpr' ? start.plus({ months: 1 }) : start.plus({ days: 45 })).toJSDate();
}

/** The latest deadline: two further months, or 45 further days, from the first deadline on. */
export function extendedDueAt(basis: Basis, createdAt: Date): Date {
  const start = DateTime.fromJSDate(createdAt, { zone: 'utc' });
  return (basis === 'gdpr' ? start.plus({ months: 3 }) : start.plus({ days: 90 })).toJSDate();
}

/** The reminder that is due: a week before the deadline, a day before it, and once it has passed. */
export function stageOf(due: Date, now: Date): RequestRecord['reminded'] {
  const left = due.getTime() - now.getTime();
  if (left < 0) return 'overdue';
  if (left <= DAY_MS) return 'day';
  return left <= 7 * DAY_MS ? 'week' : '';
}

const TITLES = {
  week: 'A privacy request is due within a week',
  day: 'A privacy request is due tomorrow',
  overdue: 'A privacy request is overdue',
} as const;

/** Reminds administrators of requests, and deletes files of exports that have been there long enough. */
export async function attend({ database, identity, ...parts }: Parts): Promise<void> {
  for (const tenantId of await identity.tenantIds())
    await database
      .withTenant(tenantId, async (transaction) => {
        for (const row of await unendedRequests(transaction)) await remind(parts, transaction, tenantId, row);
        for (const row of await filesDue(transaction, parts.now())) {
          if (row.file_id) await parts.files.remove(transaction, tenantId, row.file_id);
          await changeRequest(transaction, row.id, { file_id: null });
        }
      })
      .catch((err: unknown) => parts.log.error({ err, tenantId }, 'reminding of privacy requests failed'));
}

async function remind(
  { notifications, now }: Pick<Parts, 'notifications' | 'now'>,
  transaction: TenantTransaction,
  tenantId: string,
  row: RequestRecord,
): Promise<void> {
  const stage = stageOf(row.due_at, now());
  if (stage === '' || stage === row.reminded) return;
  await notifications.notify(
    transaction,
    { tenantId, by: 'system' },
    {
      to: ['role:admin'],
      template: 'message',
      data: {
        title: TITLES[stage],
        body: `Request ${row.id} (${row.kind}, ${row.basis.toUpperCase()}) is due at ${row.due_at.toISOString()} and is ${row.state}.`,
      },
      critical: true,
      dedupeKey: `privacy:${row.id}:${stage}:${row.due_at.toISOString()}`,
      source: `privacy-request:${row.id}`,
    },
  );
  await changeRequest(transaction, row.id, { reminded: stage });
  await record(transaction, systemActor(tenantId, 'privacyRequest.remind'), {
    subject: `privacy-request:${row.id}`,
    details: [{ about: [], content: { stage } }],
  });
}
