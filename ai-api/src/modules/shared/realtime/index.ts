import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RequestHandler, Router } from 'express';
import express from 'express';
import type { Logger } from 'pino';
import type { Config } from '../../../config/index.ts';
import type { ConnectionGate } from '../../../http/limits/connection-gate.ts';
import { connectionGate } from '../../../http/limits/connection-gate.ts';
import type { RequestPolicies } from '../../../http/request-policies.ts';
import { type Served, serve } from '../../../http/router.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Events } from '../events/index.ts';
import { EVENTS_CHANNEL, type EventLog } from '../events/index.ts';
import type { Identity } from '../identity/index.ts';
import { realtime } from './contract.ts';
import { eventStream } from './event-stream.ts';
import type { HubSettings } from './follower.ts';
import { createHub } from './hub.ts';
import type { Room } from './room.ts';
import { createTickets } from './tickets.ts';
import { createWebSockets } from './web-socket.ts';

export type RealtimeSettings = HubSettings & {
  bufferBytes: number;
  /** Calls `hear` after every change of a credential or a person. */
  onChange(hear: () => void): void;
  now: () => Date;
};

export { personalData } from './personal-data.ts';
export type { Room } from './room.ts';

export type Realtime = ReturnType<typeof createRealtime>;

/** Events as they happen, by WebSocket and server-sent events, in every process that serves the API. */
function createRealtime(
  log: EventLog,
  database: Database,
  limits: ConnectionGate,
  settings: RealtimeSettings,
) {
  const hub = createHub(log, settings);
  settings.onChange(hub.check);
  const tickets = createTickets(database, settings.now);
  const rooms = new Map<string, Room>();
  const door = { hub, tickets, limits, rooms, rolesNow: settings.rolesNow };
  const sockets = createWebSockets(door, settings.bufferBytes);
  let unlisten: (() => Promise<void>) | undefined;

  return {
    tickets,
    /** Declares what can be followed by itself, at `WS /ws/{name}/{id}`. */
    room: (room: Room): void => {
      rooms.set(room.name, room);
    },
    /** Serves `GET /events/stream`. */
    stream: eventStream(door, settings.bufferBytes) satisfies RequestHandler,
    /** Takes the upgrade requests of an HTTP server. */
    upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer): void =>
      sockets.upgrade(request, socket, head),
    /** How many connections are open in this process. */
    connections: (): number => hub.count(),
    /** Begins to hear of events. */
    start: async (): Promise<void> => {
      unlisten = await database.listen(EVENTS_CHANNEL, hub.hear);
      hub.start();
    },
    /** Closes every connection, with 1001 or `GOING_AWAY`. */
    close: async (): Promise<void> => {
      hub.close();
      await sockets.drain();
      await unlisten?.();
    },
  };
}

interface Needs {
  database: Database;
  events: Events;
  identity: Identity;
  requestPolicies: RequestPolicies;
  clock: Clock;
  config: Pick<
    Config,
    'REALTIME_HEARTBEAT_SECONDS' | 'REALTIME_CONNECTIONS' | 'REALTIME_BUFFER_BYTES' | 'REALTIME_REPLAY'
  >;
  log: Logger;
}

export function create({ database, events, identity, requestPolicies, clock, config, log }: Needs) {
  const gate = connectionGate(identity.authenticate, requestPolicies.limiter);
  return createRealtime(events.log, database, gate, {
    heartbeatMs: config.REALTIME_HEARTBEAT_SECONDS * 1000,
    connectionsPerTenant: config.REALTIME_CONNECTIONS,
    bufferBytes: config.REALTIME_BUFFER_BYTES,
    replay: config.REALTIME_REPLAY,
    rolesNow: identity.rolesNow,
    onChange: identity.onChange,
    now: () => clock.now(),
    log,
  });
}

/** The stream of server-sent events. */
export function routes({ stream }: Realtime): Router {
  return express.Router().get('/events/stream', stream);
}

/** The operations of this module. */
export function operations({ tickets }: Realtime): Served[] {
  return [serve(realtime, { createTicket: (_input, { caller }) => tickets.issue(caller) })];
}
