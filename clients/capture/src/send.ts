import { actionFor, type Policy } from '../../../ai-api/src/modules/context/conversations/policy-match.ts';
import type { Conversation } from '../../../ai-api/src/modules/context/formats/model.ts';
import { type Api, ApiFailure } from './api.ts';
import type { Queue } from './queue.ts';

export interface Sent {
  parts: number;
  added: number;
  changed: number;
  dropped: number;
  /** Tool and session of what was dropped. */
  droppedKeys: string[];
  refused: string[];
  /** Parts that stay in the queue because the quota of the day is used up. */
  held: { parts: number; why: string } | null;
  /** Why the rest waits; null when the whole queue was gone through. */
  waiting: string | null;
}

/** Conversations that are tried after the quota of the day is used up: new messages of known ones do not count towards it. */
const MAX_HELD = 10;

/** Nothing sent, and why. */
export function nothingSent(waiting: string | null): Sent {
  return { parts: 0, added: 0, changed: 0, dropped: 0, droppedKeys: [], refused: [], held: null, waiting };
}

/**
 * Sends what waits, in order. A conversation that a policy now forbids is dropped. When the API is away the rest waits; what
 * is beyond the quota of the day is held in the queue for a later push; what the API refuses is set aside.
 */
export async function sendQueue(
  queue: Queue,
  api: Api,
  policies: readonly Policy[],
  onProgress: (sent: Sent) => void = () => {},
): Promise<Sent> {
  const sent = nothingSent(null);
  const held = new Set<string>();
  for (const { name, body } of queue.all()) {
    const conversation = read(body);
    if (conversation === null) {
      queue.setAside(name);
      sent.refused.push(`${name}: it is not valid JSON`);
      continue;
    }
    const key = `${conversation.tool}\n${conversation.sessionId}`;
    if (actionFor(policies, conversation) === 'do-not-save') {
      queue.remove(name);
      sent.dropped++;
      sent.droppedKeys.push(key);
      continue;
    }
    if (sent.held !== null && (held.has(key) || held.size >= MAX_HELD)) {
      sent.held.parts++;
      continue;
    }
    try {
      const { messages } = await api.save(body);
      queue.remove(name);
      sent.parts++;
      sent.added += messages.added;
      sent.changed += messages.changed;
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      if (error.isBeyondQuota) {
        held.add(key);
        sent.held = { parts: (sent.held?.parts ?? 0) + 1, why: whyHeld(error) };
        continue;
      }
      if (error.isPassing || error.isRefused) return { ...sent, waiting: error.message };
      if (error.isUnwanted) queue.remove(name);
      else queue.setAside(name);
      sent.refused.push(`${conversation.tool} ${conversation.sessionId}: ${error.message}`);
    }
    onProgress(sent);
  }
  return sent;
}

function whyHeld({ message, resetsAt }: ApiFailure): string {
  if (resetsAt === null) return message;
  return `${message} A push after ${resetsAt.toISOString().slice(0, 16).replace('T', ' ')} UTC sends them.`;
}

/** A part of the queue; null where it was not written to its end. */
function read(body: string): Conversation | null {
  try {
    return JSON.parse(body) as Conversation;
  } catch {
    return null;
  }
}
