import type { IncomingMessage } from 'node:http';
import type { Request } from 'express';
import type { Caller } from '../../http/caller.ts';
import { invalidField, Problem } from '../../http/problem.ts';
import type { Authenticate } from '../../http/router.ts';
import { REALTIME_ROLES } from './contract.ts';
import type { Hub } from './hub.ts';
import type { Tickets } from './tickets.ts';
import { parseTopics, type Topics } from './topics.ts';

/** What a connection that was let in follows, and from where. */
export interface Admitted {
  caller: Caller;
  topics: Topics;
  lastEventId: string | undefined;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export interface Door {
  hub: Hub;
  tickets: Tickets;
  authenticate: Authenticate;
}

/**
 * Lets a request for events in: by ticket, or by its `Authorization` header. A WebSocket is never let in by a
 * cookie, which browsers send along from any page.
 * @throws {Problem} UNAUTHENTICATED, FORBIDDEN, INVALID_INPUT, TOO_MANY_CONNECTIONS
 */
export async function admit(
  { hub, tickets, authenticate }: Door,
  request: IncomingMessage,
  needsHeader: boolean,
): Promise<Admitted> {
  const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const topics = searchParams.get('topics');
  const lastEventId = request.headers['last-event-id'] ?? searchParams.get('lastEventId') ?? undefined;
  const followed = topics === null ? null : parseTopics(topics.split(','));
  if (lastEventId !== undefined && !UUID.test(String(lastEventId)))
    throw invalidField('lastEventId', 'must be the id of an event');
  const ticket = searchParams.get('ticket');
  const caller = ticket
    ? await tickets.redeem(ticket)
    : needsHeader && request.headers.authorization === undefined
      ? null
      : await authenticate(request as Request);
  if (!caller) {
    const why = ticket ? 'The ticket was used or is too old.' : 'Send an API key or a ticket.';
    throw new Problem('UNAUTHENTICATED', why);
  }
  if (!caller.roles.some((role) => (REALTIME_ROLES as readonly string[]).includes(role)))
    throw new Problem('FORBIDDEN', `This needs one of the roles ${REALTIME_ROLES.join(', ')}.`);
  hub.admit(caller.tenantId);
  return { caller, topics: followed, lastEventId: lastEventId?.toString().toLowerCase() };
}
