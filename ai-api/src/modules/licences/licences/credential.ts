import { invalidToken } from '../../../http/problem.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Identity } from '../../shared/identity/index.ts';
import type { LicenceTokens } from '../signing/index.ts';
import { isLicenceKey, proves, readLicenceKey } from './keys.ts';
import { findKey } from './store.ts';

/**
 * Has the API take licence keys, and the tokens of sessions, as credentials of their own kind: they find their company, and
 * open nothing but the operations that say so.
 */
export function acceptLicenceCredentials(
  identity: Identity,
  database: Database,
  tokens: LicenceTokens,
): void {
  identity.acceptCredential({
    isOne: isLicenceKey,
    verify: async (bearer) => {
      const key = readLicenceKey(bearer);
      const found = key && (await findKey(database, key.prefix));
      if (!found || !proves(key.hash, found.key_hash)) throw invalidToken('The licence key is not known.');
      const tenant = await identity.findTenant(found.tenant_id);
      if (!tenant) throw invalidToken('The licence key is not known.');
      return {
        tenantId: tenant.id,
        tenantName: tenant.name,
        tier: tenant.tier,
        dataRegion: tenant.data_region,
        credential: { kind: 'licence', id: found.id, expiresAt: null, proof: found.key_hash },
        keyId: null,
        keyName: `licence ${key.prefix}`,
        user: null,
        roles: [],
        scopes: [],
      };
    },
  });
  identity.acceptCredential({
    isOne: tokens.isOne,
    // It is verified without the database, so that heartbeats go on while that is away.
    verify: async (bearer) => {
      const { tid, lic, jti, sub, iat, exp } = await tokens.verify(bearer);
      return {
        tenantId: tid,
        tenantName: '',
        tier: 'starter',
        // Where the handler reads or writes the company's data, the database refuses it.
        dataRegion: null,
        credential: {
          kind: 'licence',
          id: lic,
          expiresAt: exp * 1000,
          licenceSession: { sessionId: jti, device: sub, issuedAt: iat, expiresAt: exp },
        },
        keyId: null,
        keyName: `licence session ${jti}`,
        user: null,
        roles: [],
        scopes: [],
      };
    },
  });
}
