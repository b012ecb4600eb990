import type { RequestHandler, Response } from 'express';
import { admit, type Door } from './admit.ts';
import type { Follower, Told } from './follower.ts';
import { isFollowed } from './topics.ts';

/** Milliseconds after which a browser connects again. */
const RECONNECT_MS = 2_000;
const CLOSE_MS = 2_000;

/**
 * `GET /events/stream`: server-sent events. The id of each is the event's, so that browsers resume by themselves.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function eventStream(door: Door, bufferBytes: number): RequestHandler {
  return async (request, response) => {
    const { caller, topics, lastEventId, roles } = await admit(door, request, false);
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    response.write(`retry: ${RECONNECT_MS}\n\n`);
    const follower: Follower = {
      tenantId: caller.tenantId,
      caller,
      roles,
      lastEventId,
      get isOpen() {
        return !response.writableEnded && !response.destroyed;
      },
      begin: (replayed) => write(named('ready', { topics: topics && [...topics], replayed })),
      tell: (event) => {
        if (isFollowed(topics, event)) write(frame(event));
      },
      gap: (reason) => write(named('gap', { reason })),
      beat: () => write(': beat\n\n'),
      leave: () => close('GOING_AWAY'),
      end: () => close('CREDENTIAL_ENDED'),
    };

    function write(text: string): void {
      if (!follower.isOpen) return;
      if (response.writableLength > bufferBytes) {
        close('SLOW_CONSUMER');
        return;
      }
      response.write(text);
    }

    function close(code: string): void {
      door.hub.leave(follower);
      if (!follower.isOpen) return;
      response.end(named('closed', { code }));
      cutOff(response);
    }

    request.once('close', () => door.hub.leave(follower));
    response.once('close', () => door.hub.leave(follower));
    response.on('error', () => door.hub.leave(follower));
    door.hub.join(follower);
  };
}

function frame({ id, type, json }: Told): string {
  return `id: ${id}\nevent: ${type}\ndata: ${json}\n\n`;
}

function named(event: string, data: object): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** A peer that reads nothing does not take an end either. */
function cutOff(response: Response): void {
  const timer = setTimeout(() => response.destroy(), CLOSE_MS);
  response.once('close', () => clearTimeout(timer));
}
