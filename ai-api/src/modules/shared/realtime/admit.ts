import type { IncomingMessage } from 'node:http';
import type { Request } from 'express';
import type { Role } from '../../../contract/operation.ts';
import { permits } from '../../../contract/scopes.ts';
import type { Caller } from '../../../http/caller.ts';
import type { ConnectionGate } from '../../../http/limits/connection-gate.ts';
import { invalidField, Problem } from '../../../http/problem.ts';

import { REALTIME_ROLES } from './contract.ts';
import type { Hub } from './hub.ts';
import type { Entered, Room } from './room.ts';
import type { Tickets } from './tickets.ts';
import { parseTopics, type Topics } from './topics.ts';

/** What a connection that was let in follows, and from where. */
export interface Admitted {
  caller: Caller;
  topics: Topics;
  lastEventId: string | undefined;
  /** Who may stay connected. */
  roles: readonly Role[];
  /** The one thing that is followed; undefined for everything. */
  entered: Entered | undefined;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export interface Door {
  hub: Hub;
  tickets: Tickets;
  limits: ConnectionGate;
  rooms: ReadonlyMap<string, Room>;
  /** What a caller may do as of now; null when the credential has ended. */
  rolesNow(caller: Caller): Promise<readonly Role[] | null>;
}

/**
 * Lets a request for events in: by ticket, or by its `Authorization` header. A WebSocket is never let in by a
 * cookie, which browsers send along from any page.
 * @throws {Problem} UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID_INPUT, TOO_MANY_CONNECTIONS, RATE_LIMITED
 */
export async function admit(
  { hub, tickets, limits, rolesNow }: Door,
  request: IncomingMessage,
  needsHeader: boolean,
  entered?: Entered,
): Promise<Admitted> {
  const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const topics = searchParams.get('topics');
  const lastEventId = request.headers['last-event-id'] ?? searchParams.get('lastEventId') ?? undefined;
  const followed = topics === null ? null : parseTopics(topics.split(','));
  if (lastEventId !== undefined && !UUID.test(String(lastEventId)))
    throw invalidField('lastEventId', 'must be the id of an event');
  const ticket = searchParams.get('ticket');
  const anonymous = ticket !== null || (needsHeader && request.headers.authorization === undefined);
  if (anonymous) await limits.count(request as Request);
  const found = anonymous
    ? ticket && (await tickets.redeem(ticket))
    : await limits.verify(request as Request);
  // Since the ticket was issued its credential may have been revoked, or the person have lost a role.
  const roles = found && anonymous ? await rolesNow(found) : null;
  const caller = found && anonymous ? roles && { ...found, roles: [...roles] } : found;
  if (!caller) {
    const why = ticket
      ? 'The ticket was used or is too old, or what it was issued to has ended.'
      : 'Send an API key or a ticket.';
    throw new Problem('UNAUTHENTICATED', why);
  }
  const allowed: readonly Role[] = entered?.room.roles ?? REALTIME_ROLES;
  const resource = entered?.room.resource ?? 'realtime';
  if (!permits(caller.scopes, resource, 'GET'))
    throw new Problem('INSUFFICIENT_SCOPE', `The scopes of this key do not include ${resource}.`);
  if (!caller.roles.some((role) => allowed.includes(role)))
    throw new Problem('FORBIDDEN', `This needs one of the roles ${allowed.join(', ')}.`);
  if (entered && !(await entered.room.mayFollow(caller, entered.id)))
    throw new Problem('NOT_FOUND', 'It does not exist, or you may not see it.');
  hub.admit(caller.tenantId);
  const position = lastEventId?.toString().toLowerCase();
  return { caller, topics: followed, lastEventId: position, roles: allowed, entered };
}
