import type { Selectable } from 'kysely';
import type { Database, Schema, TenantTransaction } from '../../../platform/database/index.ts';

export type SignInRecord = Selectable<Schema['identity.sign_ins']>;

/** Remembers a sign-in that begins, and forgets those that never ended. */
export async function insertSignIn(
  transaction: TenantTransaction,
  now: Date,
  values: Pick<SignInRecord, 'state_hash' | 'provider' | 'browser_hash' | 'sealed' | 'expires_at'>,
): Promise<void> {
  await transaction.deleteFrom('identity.sign_ins').where('expires_at', '<', now).execute();
  await transaction.insertInto('identity.sign_ins').values(values).execute();
}

/** The sign-in that a state belongs to: it is gone then, so that a state works once. */
export function takeSignIn(database: Database, stateHash: string): Promise<SignInRecord | undefined> {
  return database
    .system('the state determines the tenant, so it is looked up before there is one')
    .deleteFrom('identity.sign_ins')
    .where('state_hash', '=', stateHash)
    .returningAll()
    .executeTakeFirst();
}
