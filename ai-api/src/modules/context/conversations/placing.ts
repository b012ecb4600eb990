import { createHash } from 'node:crypto';
import type { Conversation, Message } from '../formats/model.ts';
import type { PlacedMessage } from './message-store.ts';
import type { KnownRecord } from './record-store.ts';
import { messageIdOf } from './session.ts';

/** A message on its way into a conversation. */
export interface Placed extends PlacedMessage {
  digest: string;
}

/** What an import means for each message of a conversation. */
export interface Classified {
  added: Placed[];
  changed: Placed[];
  unchanged: number;
  /** Of another conversation, which had them first, with how many there are. */
  elsewhere: number;
  /** The conversation that has the first of these. */
  continuesId: string | null;
  /** Of conversations that were removed. */
  removed: number;
}

/** The messages of a conversation with their ids; a record that occurs twice counts once, as it was last. */
export function identified(tenantId: string, conversation: Conversation): { id: string; message: Message }[] {
  const byId = new Map<string, Message>();
  for (const message of conversation.messages)
    byId.set(messageIdOf(tenantId, conversation, message.id), message);
  return [...byId].map(([id, message]) => ({ id, message }));
}

/** A message's content in few characters, the same from a file and from `POST /conversations`. */
export function digestOf(message: Message, parentId: string | null): string {
  return shortDigest(JSON.stringify({ ...message, parentId }, inOrder));
}

/** As messages were stored before keys were put in order. */
function earlierDigestOf(message: Message, parentId: string | null): string {
  return shortDigest(JSON.stringify([{ ...message, parentId }]));
}

function shortDigest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

/** Keys in their order, whichever way an object was put together. */
function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Compares messages with what is known of their records. New ones are placed after the one that they follow in the
 * source: a file that has grown continues, and one that is sent in parts is put together in the order of the parts.
 * @param last the last place of the conversation
 * @param restore whether records of removed conversations are taken back
 * @param isOlder whether the source is an earlier copy than what is stored: it changes no message
 */
export function classify(
  tenantId: string,
  conversation: Conversation,
  ownId: string,
  known: ReadonlyMap<string, KnownRecord>,
  last: number,
  { restore, isOlder = false }: { restore: boolean; isOlder?: boolean },
): Classified {
  const result: Classified = {
    added: [],
    changed: [],
    unchanged: 0,
    elsewhere: 0,
    continuesId: null,
    removed: 0,
  };
  const messages = identified(tenantId, conversation);
  const isOwn = (id: string) => known.get(id)?.conversation_id === ownId;
  const places = placesOf(
    messages.map(({ id }) => (isOwn(id) ? (known.get(id)?.place ?? null) : null)),
    last,
  );
  for (const [index, { id, message }] of messages.entries()) {
    const record = known.get(id);
    if (record && record.conversation_id === null && !restore) {
      result.removed += 1;
      continue;
    }
    if (record && record.conversation_id !== null && record.conversation_id !== ownId) {
      result.elsewhere += 1;
      result.continuesId ??= record.conversation_id;
      continue;
    }
    const parentId = message.parentId === null ? null : messageIdOf(tenantId, conversation, message.parentId);
    const digest = digestOf(message, parentId);
    const placed = { id, parentId, place: places[index] as number, message, digest };
    if (!record || record.conversation_id === null) result.added.push(placed);
    else if (isOlder || record.digest === digest || record.digest === earlierDigestOf(message, parentId))
      result.unchanged += 1;
    else result.changed.push(placed);
  }
  return result;
}

/**
 * Places for messages of which some are known: those between two known ones go between them, those after the last known
 * one to the end.
 * @param known places by message; null for a new one
 * @param last the last place that is taken; -1 for none
 */
export function placesOf(known: readonly (number | null)[], last: number): number[] {
  const places: number[] = [];
  let end = last;
  let at = 0;
  while (at < known.length) {
    const place = known[at];
    if (place !== null && place !== undefined) {
      places.push(place);
      at += 1;
      continue;
    }
    const next = known.findIndex((value, index) => index > at && value !== null);
    if (next < 0) {
      for (; at < known.length; at++) places.push(++end);
      break;
    }
    const upper = known[next] as number;
    const before = at === 0 ? upper - 1 : (places[at - 1] as number);
    const lower = Math.min(before, upper - Number.EPSILON);
    const count = next - at;
    for (let step = 1; at < next; at++, step++) places.push(lower + ((upper - lower) * step) / (count + 1));
  }
  return places;
}
