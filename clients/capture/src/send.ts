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
  /** Why the rest waits; null when the queue is empty. */
  waiting: string | null;
}

/**
 * Sends what waits, in order. A conversation that a policy now forbids is dropped. When the API is away the rest waits;
 * what it refuses is set aside.
 */
export async function sendQueue(
  queue: Queue,
  api: Api,
  policies: readonly Policy[],
  onProgress: (sent: Sent) => void = () => {},
): Promise<Sent> {
  const sent: Sent = {
    parts: 0,
    added: 0,
    changed: 0,
    dropped: 0,
    droppedKeys: [],
    refused: [],
    waiting: null,
  };
  for (const { name, body } of queue.all()) {
    const conversation = read(body);
    if (conversation === null) {
      queue.setAside(name);
      sent.refused.push(`${name}: it is not valid JSON`);
      continue;
    }
    if (actionFor(policies, conversation) === 'do-not-save') {
      queue.remove(name);
      sent.dropped++;
      sent.droppedKeys.push(`${conversation.tool}\n${conversation.sessionId}`);
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
      if (error.isPassing || error.isRefused) return { ...sent, waiting: error.message };
      if (error.isUnwanted) queue.remove(name);
      else queue.setAside(name);
      sent.refused.push(`${conversation.tool} ${conversation.sessionId}: ${error.message}`);
    }
    onProgress(sent);
  }
  return sent;
}

/** A part of the queue; null where it was not written to its end. */
function read(body: string): Conversation | null {
  try {
    return JSON.parse(body) as Conversation;
  } catch {
    return null;
  }
}
