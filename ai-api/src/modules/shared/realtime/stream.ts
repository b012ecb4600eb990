import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventLog, LoggedEvent, Position } from '../events/index.ts';
import { type Follower, type HubSettings, isAfter, told } from './follower.ts';

const PAGE = 500;
/** Events between two turns of the event loop, in which sockets empty their buffers. */
const BURST = 50;
/** When to look again for events that wait for an older transaction. */
const SETTLE_MS = 25;
const RETRY_MS = 1_000;

export type TenantStream = ReturnType<typeof openStream>;

/**
 * The events of one tenant, told to its connections in order. Reading and joining go one after the other, so
 * that a connection gets each event once: of those up to the stream's position when it joins, of the
 * others with all connections.
 */
export function openStream(log: EventLog, tenantId: string, settings: HubSettings) {
  const members = new Set<Follower>();
  let position: Position | null = null;
  let placed = false;
  let closed = false;
  let readIsQueued = false;
  let timer: NodeJS.Timeout | undefined;
  let last: Promise<void> = Promise.resolve();

  function inTurn(work: () => Promise<void>): void {
    last = last.then(work).catch((err: unknown) => {
      if (closed) return;
      settings.log.warn({ err }, 'events could not be read');
      later(RETRY_MS);
    });
  }

  function later(ms: number): void {
    clearTimeout(timer);
    timer = setTimeout(read, ms);
    timer.unref();
  }

  function read(): void {
    if (readIsQueued || closed) return;
    readIsQueued = true;
    inTurn(async () => {
      readIsQueued = false;
      await catchUp();
    });
  }

  async function catchUp(): Promise<void> {
    if (!placed) {
      position = await log.end(tenantId);
      placed = true;
    }
    for (let more = true; more && !closed; ) {
      const events = await log.after(tenantId, position, PAGE);
      const settled = events.filter((event) => event.settled);
      await tell(members, settled);
      position = settled.at(-1) ?? position;
      more = settled.length === PAGE;
      if (settled.length < events.length) later(SETTLE_MS);
    }
  }

  async function replay(follower: Follower, lastEventId: string): Promise<number> {
    const from = await log.positionOf(tenantId, lastEventId);
    if (!from) {
      follower.gap('The last event is not known here, or not any more.');
      return 0;
    }
    const events = await log.after(tenantId, from, settings.replay + 1);
    const missed = events.filter((event) => !isAfter(event, position));
    if (missed.length > settings.replay) {
      follower.gap(`More than ${settings.replay} events were missed.`);
      return 0;
    }
    await tell([follower], missed);
    return missed.length;
  }

  async function take(follower: Follower): Promise<void> {
    await catchUp();
    const replayed = follower.lastEventId ? await replay(follower, follower.lastEventId) : 0;
    if (!follower.isOpen) return;
    members.add(follower);
    follower.begin(replayed);
  }

  return {
    read,
    join: (follower: Follower): void => {
      inTurn(() =>
        take(follower).catch((error: unknown) => {
          follower.leave();
          throw error;
        }),
      );
    },
    leave: (follower: Follower): void => {
      members.delete(follower);
    },
    close: (): void => {
      closed = true;
      clearTimeout(timer);
    },
  };
}

async function tell(followers: Iterable<Follower>, events: LoggedEvent[]): Promise<void> {
  for (const [index, event] of events.entries()) {
    if (index > 0 && index % BURST === 0) await nextTurn();
    const message = told(event);
    for (const follower of followers) follower.tell(message);
  }
}
