import { type Selectable, sql } from 'kysely';
import type { Database, Schema } from '../../../platform/database/index.ts';

export type KeyRecord = Selectable<Schema['licences.signing_keys']>;

const keysOf = (database: Database) =>
  database.system('signing keys belong to the installation, not to a company');

/** Keys that sign or still verify, the signing one first. */
export function listKeys(database: Database, now: Date): Promise<KeyRecord[]> {
  return keysOf(database)
    .selectFrom('licences.signing_keys')
    .selectAll()
    .where((eb) => eb.or([eb('verifies_until', 'is', null), eb('verifies_until', '>', now)]))
    .orderBy('verifies_until', (order) => order.desc().nullsFirst())
    .execute();
}

type NewKey = Pick<KeyRecord, 'kid' | 'provider' | 'key_ref' | 'private_key'> & { public_jwk: object };

/**
 * Makes a key the signing one; the one before it verifies until `verifiesUntil`.
 * @param replaces kid of the key that signs; null for none
 * @returns false when another key signs by now
 */
export function insertKey(
  database: Database,
  key: NewKey,
  { replaces, now, verifiesUntil }: { replaces: string | null; now: Date; verifiesUntil: Date },
): Promise<boolean> {
  return keysOf(database)
    .transaction()
    .execute(async (transaction) => {
      if (replaces !== null) {
        const { numUpdatedRows } = await transaction
          .updateTable('licences.signing_keys')
          .set({ verifies_until: verifiesUntil })
          .where('kid', '=', replaces)
          .where('verifies_until', 'is', null)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return false;
      }
      const { numInsertedOrUpdatedRows } = await transaction
        .insertInto('licences.signing_keys')
        .values({ ...key, public_jwk: JSON.stringify(key.public_jwk), created_at: now })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows === 1n;
    });
}

/** The longest time, in hours, for which a policy lets a seat be borrowed. */
export async function longestBorrowHours(database: Database): Promise<number> {
  const row = await keysOf(database)
    .selectFrom('licences.licences')
    .select(sql<number | null>`max((policy->>'maxBorrowHours')::integer)`.as('hours'))
    .executeTakeFirst();
  return row?.hours ?? 0;
}
