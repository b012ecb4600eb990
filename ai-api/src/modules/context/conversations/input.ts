import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { Conversation } from '../formats/model.ts';
import type { conversation } from './contract.ts';

export type CreateInput = z.output<(typeof conversation)['operations']['create']['input']>;

/** What was sent, as an importer would have made it. */
export function conversationOf(input: CreateInput): Conversation {
  const { tags: _tags, private: _private, sessionId, title, messages, ...rest } = input;
  const utc = (time: string | null) => (time === null ? null : new Date(time).toISOString());
  return {
    ...rest,
    sessionId: sessionId ?? randomUUID(),
    title: title ?? null,
    startedAt: utc(rest.startedAt),
    endedAt: utc(rest.endedAt),
    messages: messages.map(({ id, toolCalls, at, ...message }, place) => ({
      ...message,
      id: id ?? `message-${place}`,
      at: utc(at),
      toolCalls: toolCalls.map((call, index) => ({ ...call, id: call.id ?? `call-${index}` })),
    })),
  };
}
