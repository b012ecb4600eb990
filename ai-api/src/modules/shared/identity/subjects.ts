import type { TenantTransaction } from '../../../platform/database/index.ts';
import { builderIdByEmail, type People } from '../people/index.ts';
import { findUser } from './user-store.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Id of the user that a subject such as `user:<id>` or `builder:b-001` means: a builder's account has the builder's e-mail
 * address. Null where there is none.
 */
export async function userOfSubject(
  transaction: TenantTransaction,
  people: Pick<People, 'findBuilder'>,
  subject: string,
): Promise<string | null> {
  const [, kind, id = ''] = /^(user|builder):(.+)$/.exec(subject) ?? [];
  if (kind === 'user') return UUID.test(id) ? id : null;
  if (kind !== 'builder') return null;
  const email = (await people.findBuilder(transaction, id))?.email.toLowerCase();
  // The address of a builder who left may be another builder's by now.
  if (!email || (await builderIdByEmail(transaction, email)) !== id) return null;
  return (await findUser(transaction, { email }))?.id ?? null;
}
