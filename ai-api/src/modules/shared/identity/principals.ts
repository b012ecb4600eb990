import type { Role } from '../../../contract/operation.ts';
import type { Caller } from '../../../http/caller.ts';
import type { Database } from '../../../platform/database/index.ts';
import { covers, personOf, rolesOf } from './claims.ts';
import { findKey } from './key-store.ts';
import { findUser } from './user-store.ts';

/** Who caused work that outlives a request, and what they could do then. It holds no secret. */
export interface Principal {
  tenantId: string;
  tenantName: string;
  tier: Caller['tier'];
  keyId: string | null;
  keyName: string | null;
  user: Caller['user'];
  roles: Role[];
  scopes: readonly string[];
}

/** The part of a caller that outlives their credential. */
export function principalOf({ credential: _, ...principal }: Caller): Principal {
  const { tenantId, tenantName, tier, keyId, keyName, user, roles, scopes } = principal;
  return { tenantId, tenantName, tier, keyId, keyName, user, roles, scopes };
}

/**
 * The caller for later work: never more than the principal could do then, and never more than the key or the person
 * can do now. Null when the key was revoked or has expired, or the person is no longer active.
 */
export async function principalNow(
  database: Database,
  principal: Principal,
  now: Date,
): Promise<Caller | null> {
  const byKey = principal.keyId === null ? null : await ofKey(database, principal, principal.keyId, now);
  if (principal.keyId !== null && byKey === null) return null;
  if (principal.user === null) return byKey;
  const { user: person, tenantId } = principal;
  const found = await database.withTenant(tenantId, async (transaction) => {
    const row = await findUser(transaction, { id: person.id });
    return row?.status === 'active' ? { user: await personOf(transaction, row), roles: rolesOf(row) } : null;
  });
  if (!found) return null;
  const roles = found.roles.filter((role) => covers(principal.roles, role));
  if (byKey) return { ...byKey, user: found.user, roles: roles.filter((role) => covers(byKey.roles, role)) };
  return {
    ...principal,
    dataRegion: null,
    credential: { kind: 'session', id: `workflow:${person.id}`, expiresAt: null, isLater: true },
    user: found.user,
    roles,
  };
}

async function ofKey(
  database: Database,
  principal: Principal,
  keyId: string,
  now: Date,
): Promise<Caller | null> {
  const row = await findKey(database, { id: keyId });
  if (!row || row.tenant_id !== principal.tenantId) return null;
  if (row.expires_at !== null && row.expires_at <= now) return null;
  const keyRoles = row.roles as Role[];
  return {
    ...principal,
    dataRegion: row.data_region,
    credential: { kind: 'key', id: row.id, expiresAt: row.expires_at?.getTime() ?? null, isLater: true },
    keyName: row.name,
    roles: keyRoles.filter((role) => principal.user !== null || covers(principal.roles, role)),
    scopes: principal.scopes.filter((scope) => row.scopes.includes(scope)),
  };
}
