import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { People } from '../people/index.ts';
import { emails } from './user-store.ts';

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
  const accounts = [...(await emails(transaction))];
  const owner = accounts.find(([, address]) => address.toLowerCase() === email)?.[0];
  return owner?.slice('user:'.length) ?? null;
}
