import type { Role } from '../../../contract/operation.ts';
import type { Caller } from '../../../http/caller.ts';

/** What is followed by itself at `WS /ws/{name}/{id}`, such as one conversation. */
export interface Room {
  name: string;
  /** Field of an event's data with the id. */
  field: string;
  /** Who may connect at all, and the resource that a key's scopes have to include. */
  roles: readonly Role[];
  resource: string;
  /** Whether this one exists for a caller. */
  mayFollow(caller: Caller, id: string): Promise<boolean>;
}

/** One room that is entered. */
export interface Entered {
  room: Room;
  id: string;
}

const PATH = /^\/ws\/([a-z-]+)\/([0-9a-f-]{36})$/i;

/** Finds the room of a path; undefined for a path that is none. */
export function roomOf(rooms: ReadonlyMap<string, Room>, path: string): Entered | undefined {
  const [, name = '', id = ''] = PATH.exec(path) ?? [];
  const room = rooms.get(name);
  return room && { room, id: id.toLowerCase() };
}

/** Whether an event is about what a connection has entered. */
export function isInside(entered: Entered | undefined, event: { data: object }): boolean {
  return entered === undefined || (event.data as Record<string, unknown>)[entered.room.field] === entered.id;
}
