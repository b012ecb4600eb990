import type { Logger } from 'pino';
import type { Role } from '../contract/operation.ts';
import type { Tier } from './limits/tiers.ts';

/** A verified identity: the tenant comes from the credential, never from the request. */
export interface Caller {
  tenantId: string;
  tenantName: string;
  tier: Tier;
  keyId: string;
  keyName: string;
  /** The person a service key acts for. */
  actingFor?: string;
  roles: Role[];
}

/** What a handler knows about the request beside its input. */
export interface RequestContext {
  operation: string;
  requestId: string;
  log: Logger;
  /** Aborts when the request's time is over. */
  signal: AbortSignal;
  /** The verified caller; throws in a public operation. */
  readonly caller: Caller;
}
