import { type Selectable, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { notFound, Problem } from '../../../http/problem.ts';
import type { Database, Schema, TenantTransaction } from '../../../platform/database/index.ts';
import { lasting } from '../../../platform/lasting-subject.ts';
import { namesPerson } from '../../../platform/personal-data.ts';
import { type Actor, displayName, record, requirePerson } from '../audit/index.ts';
import { type Directory, type Person, requireKnown } from './engine/person.ts';

type HoldRecord = Selectable<Schema['privacy.holds']>;

/** Holds on a person, or on the whole company. @param person null for any hold at all */
export function activeHolds(transaction: TenantTransaction, person: Person | null): Promise<HoldRecord[]> {
  const query = transaction
    .selectFrom('privacy.holds')
    .selectAll()
    .where('released_at', 'is', null)
    .orderBy('id');
  if (person === null) return query.execute();
  return query
    .where((eb) =>
      eb.or([
        eb('subject', 'is', null),
        namesPerson(sql.ref('subject'), [
          ...person.subjects,
          ...person.phones.map((phone) => `phone:${phone}`),
        ]),
      ]),
    )
    .execute();
}

/**
 * Lets a hold follow the deletion that goes on, and the next deletion follow the hold, until the transaction ends.
 * @param mode `shared` for what deletes, before it asks for holds
 */
export async function lockHolds(transaction: TenantTransaction, mode: 'shared' | 'exclusive'): Promise<void> {
  const key = sql`hashtextextended(platform.current_tenant()::text, 6701)`;
  const lock =
    mode === 'shared'
      ? sql`select pg_advisory_xact_lock_shared(${key})`
      : sql`select pg_advisory_xact_lock(${key})`;
  await lock.execute(transaction);
}

/** Why a hold is in the way, and who set it. */
export function wordsOf({ subject, reason, set_by, created_at }: HoldRecord): string {
  const whom = subject === null ? 'The company' : 'The person';
  return `${whom} is under legal hold since ${created_at.toISOString().slice(0, 10)}, set by ${set_by}: ${reason}`;
}

/** @throws {Problem} LEGAL_HOLD */
export async function refuseUnderHold(transaction: TenantTransaction, person: Person): Promise<void> {
  const [hold] = await activeHolds(transaction, person);
  if (hold) throw new Problem('LEGAL_HOLD', wordsOf(hold));
}

/** Setting and releasing legal holds. */
export function createHolds(database: Database, directory: Directory, now: () => Date) {
  return {
    list: (tenantId: string, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (before, limit) => {
            const query = transaction
              .selectFrom('privacy.holds')
              .selectAll()
              .orderBy('id', 'desc')
              .limit(limit);
            return (before === null ? query : query.where('id', '<', before)).execute();
          },
          key: ({ id }) => id,
          view: holdView,
        }),
      ),

    /** @throws {Problem} NOT_FOUND for a builder or an account that is not there */
    set: (actor: Actor, { subject, reason }: { subject?: string | undefined; reason: string }) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const about =
          subject === undefined
            ? []
            : (await requireKnown(transaction, directory, subject)).subjects.map(lasting);
        await lockHolds(transaction, 'exclusive');
        const row = await transaction
          .insertInto('privacy.holds')
          .values({
            id: uuidv7(),
            subject: subject ?? null,
            reason,
            set_by: displayName(actor),
            created_at: now(),
          })
          .returningAll()
          .executeTakeFirstOrThrow();
        await record(transaction, actor, {
          subject: `hold:${row.id}`,
          details: [{ about, content: { subject: subject === undefined ? null : lasting(subject), reason } }],
        });
        return holdView(row);
      }),

    /** @throws {Problem} NOT_FOUND, PERSON_REQUIRED */
    release: (actor: Actor, holdId: string, reason: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        requirePerson(actor);
        const row = await transaction
          .updateTable('privacy.holds')
          .set({ released_at: now(), released_by: displayName(actor), release_reason: reason })
          .where('id', '=', holdId)
          .where('released_at', 'is', null)
          .returningAll()
          .executeTakeFirst();
        if (!row) throw notFound('active hold', holdId);
        await record(transaction, actor, {
          subject: `hold:${holdId}`,
          details: [{ about: [], content: { released: true, reason } }],
        });
        return holdView(row);
      }),
  };
}

function holdView(row: HoldRecord) {
  return {
    holdId: row.id,
    subject: row.subject,
    reason: row.reason,
    setBy: row.set_by,
    createdAt: row.created_at.toISOString(),
    releasedAt: row.released_at?.toISOString() ?? null,
    releasedBy: row.released_by,
    releaseReason: row.release_reason,
  };
}
