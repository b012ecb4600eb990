import type { TenantTransaction } from '../../../platform/database/index.ts';

/** What a delivery, or an e-mail of another kind, says where {@link mayWriteTo} is false. */
export const NOT_CONFIRMED = {
  code: 'NOT_CONFIRMED',
  why: 'A company that a person opened for themselves reaches its own users only, once they have confirmed their e-mail address.',
} as const;

/** Whether the transaction's company was opened by a person for themselves: a stranger to the installation. */
export async function isOpenedByPerson(transaction: TenantTransaction): Promise<boolean> {
  const row = await transaction
    .selectFrom('identity.tenants')
    .select('opened_at')
    .where('opened_at', 'is not', null)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Whether the installation sends e-mail to an address for the transaction's company. Companies that people opened for
 * themselves reach active users who have proven the address: otherwise any stranger sends any text from this installation.
 */
export async function mayWriteTo(transaction: TenantTransaction, address: string): Promise<boolean> {
  if (!(await isOpenedByPerson(transaction))) return true;
  const user = await transaction
    .selectFrom('identity.users')
    .select('id')
    .where('email', '=', address.toLowerCase())
    .where('status', '=', 'active')
    .where('email_confirmed_at', 'is not', null)
    .executeTakeFirst();
  return user !== undefined;
}
