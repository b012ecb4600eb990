import type { Logger } from 'pino';
import type { Role } from '../../../contract/operation.ts';
import type { Caller } from '../../../http/caller.ts';
import type { LoggedEvent, Position } from '../events/index.ts';

/** An event as connections receive it; its JSON is made once for all of them. */
export interface Told {
  id: string;
  type: string;
  data: object;
  json: string;
}

/** One connection of a tenant. */
export interface Follower {
  readonly tenantId: string;
  readonly caller: Caller;
  /** Who may stay connected. */
  readonly roles: readonly Role[];
  /** The last event it received: it gets the events after it. */
  readonly lastEventId: string | undefined;
  readonly isOpen: boolean;
  /** It gets everything from here on; `replayed` events were sent before. */
  begin(replayed: number): void;
  tell(event: Told): void;
  /** Events between its last one and now cannot be told any more. */
  gap(reason: string): void;
  /** Drops it when it did not answer the beat before, and asks it to answer this one. */
  beat(): void;
  /** The server goes away. */
  leave(): void;
  /** Its credential was revoked, has expired or lost the role. */
  end(): void;
}

export interface HubSettings {
  heartbeatMs: number;
  connectionsPerTenant: number;
  /** Missed events that one connection may be told of. */
  replay: number;
  log: Logger;
  /** What a caller may do as of now; null when the credential has ended. */
  rolesNow: (caller: Caller) => Promise<readonly Role[] | null>;
}

/** Whether `a` is after `b` in the order of a tenant's events. */
export function isAfter(a: Position, b: Position | null): boolean {
  if (b === null) return true;
  return a.committedIn === b.committedIn ? a.id > b.id : a.committedIn > b.committedIn;
}

export function told({ id, type, data, occurredAt }: LoggedEvent): Told {
  const json = JSON.stringify({ type: 'event', id, event: type, occurredAt: occurredAt.toISOString(), data });
  return { id, type, data, json };
}
