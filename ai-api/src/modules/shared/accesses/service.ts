import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { Operation } from '../../../contract/operation.ts';
import type { Access } from '../../../http/accesses.ts';
import { type Caller, callerId, personOf } from '../../../http/caller.ts';
import { listPage, type Page } from '../../../http/cursor.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { lasting } from '../../../platform/lasting-subject.ts';
import type { Identity } from '../identity/index.ts';
import type { People } from '../people/index.ts';
import { type AccessFilter, type AccessRecord, addAccesses, hasAccess, listAccesses } from './store.ts';
import { accessView, userOf } from './views.ts';

interface Parts {
  database: Database;
  identity: Pick<Identity, 'users'>;
  people: Pick<People, 'findBuilders'>;
  /** The operation of an id, which says what it shows. */
  find: (operation: string) => Operation | undefined;
  now: () => Date;
}

export type Accesses = ReturnType<typeof createAccesses>;

/** Who read data about whom: written while a request is answered, read by the person and by administrators. */
export function createAccesses({ database, identity, people, find, now }: Parts) {
  const shownBy = (operation: string) => find(operation)?.reveals ?? { what: 'data' };

  async function namesOf(transaction: TenantTransaction, rows: readonly AccessRecord[]) {
    const readers = rows.map(userOf).filter((one) => one !== null);
    return identity.users.names(transaction, [...new Set(readers)]);
  }

  return {
    /** Records that a caller is shown people. */
    record: (caller: Caller, { operation, role, purpose, reason, revealed }: Access): Promise<void> =>
      database.withTenant(caller.tenantId, (transaction) =>
        addAccesses(
          transaction,
          revealed.map(({ subject, detail }) => ({
            id: uuidv7(),
            subject,
            viewer: callerId(caller),
            viewer_key: caller.keyName,
            role,
            operation,
            purpose,
            detail: detail.slice(0, 200),
            reason: reason ?? '',
            first_at: now(),
          })),
        ),
      ),

    /** What others read about the caller. @throws {Problem} PERSON_NEEDED */
    mine: (caller: Caller, page: Page) => {
      const user = personOf(caller);
      const own = [
        `user:${user.id}`,
        // Requests about an address are recorded under its digest.
        lasting(`email:${user.email}`),
        ...(user.builderId === null ? [] : [`builder:${user.builderId}`]),
        'company',
      ];
      return database.withTenant(caller.tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (before, limit) => listAccesses(transaction, { subjects: own }, before, limit),
          key: ({ id }) => id,
          describe: async (rows) => {
            const names = await namesOf(transaction, rows);
            return rows.map((row) => accessView(row, shownBy(row.operation), names));
          },
        }),
      );
    },

    list: (tenantId: string, filter: AccessFilter, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (before, limit) => listAccesses(transaction, filter, before, limit),
          key: ({ id }) => id,
          describe: async (rows) => {
            const names = await namesOf(transaction, rows);
            const subjects = await subjectNames(transaction, rows);
            return rows.map((row) => ({
              ...accessView(row, shownBy(row.operation), names),
              subject: row.subject,
              subjectName: subjects.get(row.subject) ?? null,
            }));
          },
        }),
      ),

    /** The newest accesses to the data of a subject such as `builder:b-001`, as sentences. */
    sentences: async (transaction: TenantTransaction, subject: string, limit: number): Promise<string[]> => {
      const rows = await listAccesses(transaction, { subjects: [subject] }, null, limit);
      const names = await namesOf(transaction, rows);
      return rows.map((row) => accessView(row, shownBy(row.operation), names).sentence);
    },

    /** Whether an operation was recorded about a subject, with a reason, in a span of time. */
    isRecorded: hasAccess,
  };

  async function subjectNames(
    transaction: TenantTransaction,
    rows: readonly AccessRecord[],
  ): Promise<Map<string, string>> {
    const idsOf = (prefix: string) => [
      ...new Set(
        rows.flatMap(({ subject }) => (subject.startsWith(prefix) ? [subject.slice(prefix.length)] : [])),
      ),
    ];
    const builders = await people.findBuilders(transaction, idsOf('builder:'));
    const users = await identity.users.names(transaction, idsOf('user:'));
    return new Map([
      ...[...builders].map(([id, { name }]) => [`builder:${id}`, name] as const),
      ...[...users].map(([id, name]) => [`user:${id}`, name] as const),
    ]);
  }
}
