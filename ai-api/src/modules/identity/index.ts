import type { Person } from '../../http/caller.ts';
import { type Served, serve } from '../../http/router.ts';
import { identity } from './contract.ts';

export { createIdentity, type Identity } from './service.ts';

function personView({ id: userId, email, name, builderId }: Person) {
  return { userId, email, name, builderId };
}

/** The operations of this module. */
export function serveIdentity(): Served[] {
  return [
    serve(identity, {
      whoami: async (_input, { caller }) => ({
        tenantId: caller.tenantId,
        tenant: caller.tenantName,
        keyName: caller.keyName,
        user: caller.user && personView(caller.user),
        roles: caller.roles,
        scopes: [...caller.scopes],
      }),
    }),
  ];
}
