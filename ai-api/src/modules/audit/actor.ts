import type { RequestContext } from '../../http/caller.ts';

/** Who writes, for which tenant, and by which operation: what every entry of the trail tells first. */
export interface Actor {
  tenantId: string;
  /** Null when the system itself acts. */
  keyId: string | null;
  name: string;
  /** The person the key acts for. */
  actingFor: string | null;
  operation: string;
  requestId: string | null;
}

/** The caller of a request. */
export function actorOf({ caller, operation, requestId }: RequestContext): Actor {
  return {
    tenantId: caller.tenantId,
    keyId: caller.keyId,
    name: caller.keyName,
    actingFor: caller.actingFor ?? null,
    operation,
    requestId,
  };
}

/** The system itself, in work that nobody waits for. */
export function systemActor(tenantId: string, operation: string): Actor {
  return { tenantId, keyId: null, name: 'system', actingFor: null, operation, requestId: null };
}
