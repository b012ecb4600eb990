import type { Client } from '@ai-manager/api/client';

const NAME = 'n8n';
const ALL = 500;
/** For workflows that run while their credential is replaced. */
const OVERLAP_HOURS = 1;

/**
 * A key of n8n's own: it does what workflows do and may name a person, and never decides about people in their name (the
 * scope `decide`), as the key of dashboards may. A key of this name that an administrator made is rotated and stays as it
 * is.
 * @param client of a key that may create keys
 * @returns the secret, which n8n is given anew each time
 */
export async function keyForN8n({ apiKey }: Pick<Client, 'apiKey'>): Promise<string> {
  const { items } = await apiKey.list({ limit: ALL });
  const own = items.find(
    ({ name, revokedAt, expiresAt }) =>
      name === NAME && revokedAt === null && (expiresAt === null || Date.parse(expiresAt) > Date.now()),
  );
  if (own) return (await apiKey.rotate({ keyId: own.keyId, overlapHours: OVERLAP_HOURS })).key;
  return (await apiKey.create({ name: NAME, roles: ['admin'], scopes: ['*', 'act-as'] })).key;
}
