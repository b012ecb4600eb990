import { actorName, when } from './helpers.js';

/** Keys of programs as a table. */
export default function transform(data) {
  const now = Date.now();
  const stateOf = ({ revokedAt, expiresAt }) =>
    revokedAt ? 'revoked' : expiresAt && Date.parse(expiresAt) < now ? 'expired' : 'active';
  return {
    rows: (data?.items ?? []).map((key) => ({
      keyId: key.keyId,
      name: actorName(key.name),
      state: stateOf(key),
      roles: key.roles.join(', '),
      scopes: key.scopes.map((scope) => (scope === '*' ? 'everything' : scope)).join(', '),
      prefix: `${key.prefix}…`,
      used: key.lastUsedAt ? when(key.lastUsedAt) : 'never',
      expires: key.expiresAt ? when(key.expiresAt) : 'never',
    })),
  };
}
