import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { toProblem } from '../../../http/error-handler.ts';
import { Problem } from '../../../http/problem.ts';
import { type Admitted, admit, type Door } from './admit.ts';
import type { Follower } from './follower.ts';
import { isInside, roomOf } from './room.ts';
import { isFollowed, parseTopics } from './topics.ts';

/** Close codes of ours; RFC 6455 leaves 4000 to 4999 to applications. */
export const SLOW_CONSUMER = 4008;
const CREDENTIAL_ENDED = 4001;
const GOING_AWAY = 1001;
const POLICY_VIOLATION = 1008;

const MAX_BYTES_IN = 8 * 1024;
/** Messages that a connection may send between two beats. */
const MAX_MESSAGES = 60;
/** What a peer has to take a close before it is cut off. */
const CLOSE_MS = 2_000;

const request = z.strictObject({
  type: z.enum(['subscribe', 'unsubscribe']),
  topics: z.array(z.string()).max(50),
});

/** `WS /ws`, and `WS /ws/{room}/{id}` for what is followed by itself. @see https://www.rfc-editor.org/rfc/rfc6455 */
export function createWebSockets(door: Door, bufferBytes: number) {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_BYTES_IN,
    perMessageDeflate: false,
    clientTracking: false,
  });
  const open = new Set<WebSocket>();

  async function upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    try {
      const { pathname } = new URL(incoming.url ?? '/', 'http://localhost');
      const entered = roomOf(door.rooms, pathname);
      if (pathname !== '/ws' && !entered)
        throw new Problem('NOT_FOUND', `WebSockets are served at /ws${namesOf(door)}.`);
      const admitted = await admit(door, incoming, true, entered);
      server.handleUpgrade(incoming, socket, head, (connection) => {
        open.add(connection);
        connection.once('close', () => open.delete(connection));
        follow(door, connection, admitted, bufferBytes);
      });
    } catch (error) {
      refuse(socket, error);
    }
  }

  return {
    upgrade: (incoming: IncomingMessage, socket: Duplex, head: Buffer): void => {
      void upgrade(incoming, socket, head);
    },

    /** Waits until every connection is closed, and cuts off those that do not take it. */
    drain: async (): Promise<void> => {
      const force = setTimeout(() => {
        for (const connection of open) connection.terminate();
      }, CLOSE_MS);
      await Promise.all([...open].map((connection) => new Promise((done) => connection.once('close', done))));
      clearTimeout(force);
    },
  };
}

/** The other addresses of WebSockets, as a message lists them. */
function namesOf({ rooms }: Door): string {
  return [...rooms.keys()].map((name) => `, /ws/${name}/{id}`).join('');
}

function follow(
  door: Door,
  socket: WebSocket,
  { caller, topics, lastEventId, roles, entered }: Admitted,
  bufferBytes: number,
): void {
  let followed = topics;
  let answered = true;
  let messages = 0;

  const follower: Follower = {
    tenantId: caller.tenantId,
    caller,
    roles,
    lastEventId,
    get isOpen() {
      return socket.readyState === socket.OPEN;
    },
    begin: (replayed) => send({ type: 'ready', topics: list(), replayed }),
    tell: (event) => {
      if (isInside(entered, event) && isFollowed(followed, event)) write(event.json);
    },
    gap: (reason) => send({ type: 'gap', reason }),
    beat: () => {
      if (!answered) {
        socket.terminate();
        return;
      }
      answered = false;
      messages = 0;
      if (socket.readyState === socket.OPEN) socket.ping();
      void checkRoom();
    },
    leave: () => close(GOING_AWAY, 'The server goes away'),
    end: () => close(CREDENTIAL_ENDED, 'The credential has ended'),
  };

  /** What is followed may have been removed or hidden; a check that fails is repeated with the next beat. */
  async function checkRoom(): Promise<void> {
    if (!entered) return;
    const may = await entered.room.mayFollow(caller, entered.id).catch(() => true);
    if (!may) close(CREDENTIAL_ENDED, 'It is not visible to you any more');
  }

  const list = () => (followed === null ? null : [...followed]);
  const send = (message: object) => write(JSON.stringify(message));

  function write(text: string): void {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > bufferBytes) {
      close(SLOW_CONSUMER, 'Too slow: events are waiting to be read');
      return;
    }
    socket.send(text);
  }

  function close(code: number, reason: string): void {
    door.hub.leave(follower);
    socket.close(code, reason);
  }

  function receive(data: RawData): void {
    messages++;
    if (messages > MAX_MESSAGES) {
      close(POLICY_VIOLATION, 'Too many messages');
      return;
    }
    try {
      const { type, topics: given } = request.parse(JSON.parse(data.toString()));
      const named = parseTopics(given);
      if (type === 'subscribe') followed = new Set([...(followed ?? []), ...named]);
      else followed = new Set([...(followed ?? [])].filter((topic) => !named.has(topic)));
      send({ type: 'topics', topics: list() });
    } catch (error) {
      const detail = error instanceof Problem ? error.message : 'Send {"type": "subscribe", "topics": […]}.';
      send({ type: 'error', code: 'INVALID_INPUT', detail });
    }
  }

  socket.on('pong', () => {
    answered = true;
  });
  socket.on('message', receive);
  socket.on('error', () => socket.terminate());
  socket.once('close', () => door.hub.leave(follower));
  door.hub.join(follower);
}

/** Answers a request for a WebSocket that is not let in, as any other would be. */
function refuse(socket: Duplex, error: unknown): void {
  const known = toProblem(error);
  const problem =
    known.code !== 'INTERNAL'
      ? known
      : new Problem('SERVICE_UNAVAILABLE', 'The server cannot check this now. Try again.', { retryAfter: 5 });
  const document = problem.document({ path: '/ws', id: '' });
  const body = JSON.stringify({ ...document, requestId: undefined });
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${problem.code}`,
      'Content-Type: application/problem+json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      ...(problem.retryAfter === undefined ? [] : [`Retry-After: ${problem.retryAfter}`]),
      ...(problem.challenge === null ? [] : [`WWW-Authenticate: ${problem.challenge}`]),
      '',
      body,
    ].join('\r\n'),
  );
}
