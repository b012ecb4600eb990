import { type Served, serve } from '../../http/router.ts';
import { identity } from './contract.ts';

export { createIdentity, type Identity } from './service.ts';

/** The operations of this module. */
export function serveIdentity(): Served[] {
  return [
    serve(identity, {
      whoami: async (_input, { caller }) => ({
        tenantId: caller.tenantId,
        tenant: caller.tenantName,
        keyName: caller.keyName,
        roles: caller.roles,
      }),
    }),
  ];
}
