import type { Logger } from 'pino';
import type { Role } from '../contract/operation.ts';

/** A verified identity: the tenant comes from the credential, never from the request. */
export interface Caller {
  tenantId: string;
  tenantName: string;
  keyId: string;
  keyName: string;
  roles: Role[];
}

/** What a handler knows about the request beside its input. */
export interface RequestContext {
  operation: string;
  requestId: string;
  log: Logger;
  /** The verified caller; throws in a public operation. */
  readonly caller: Caller;
}
