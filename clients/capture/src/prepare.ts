import { createHash } from 'node:crypto';
import { actionFor, type Policy } from '../../../ai-api/src/modules/context/conversations/policy-match.ts';
import type { Conversation, Message } from '../../../ai-api/src/modules/context/formats/model.ts';
import { redactConversation } from '../../../ai-api/src/modules/context/redaction/index.ts';

/** Limits of the API for one request. */
const MAX_MESSAGES = 2_000;
const MAX_CHARACTERS = 4_000_000;
/** What is left of a text in a message that is too large for one request. */
const MAX_SHRUNK = 2_000;
const MAX_TITLE = 300;

/** A conversation as it may leave the machine. */
export interface Prepared {
  key: string;
  /** Without secrets. */
  conversation: Conversation;
  /** Digests of its messages, in order. */
  digests: string[];
  /** Messages that were not sent before, or have changed. */
  changed: Message[];
  redactions: number;
}

/** Applies policy and redaction; null for a conversation that must not be saved. */
export function prepare(
  conversation: Conversation,
  policies: readonly Policy[],
  sent: Readonly<Record<string, string[]>>,
  emails: boolean,
): Prepared | null {
  const action = actionFor(policies, conversation);
  if (action === 'do-not-save') return null;
  const isStrict = action === 'redact';
  const { conversation: redacted, removed } = redactConversation(conversation, {
    emails: emails || isStrict,
    withoutContent: isStrict,
  });
  const messages = redacted.messages.map(fitting);
  const digests = messages.map(digestOf);
  const key = `${redacted.tool}\n${redacted.sessionId}`;
  const before = sent[key] ?? [];
  return {
    key,
    conversation: { ...redacted, messages },
    digests,
    changed: messages.filter((_, index) => digests[index] !== before[index]),
    redactions: removed.reduce((sum, { count }) => sum + count, 0),
  };
}

/** Bodies of requests that send the changed messages, each within the limits of the API. */
export function bodiesOf({ conversation, changed }: Prepared): string[] {
  const parts: Message[][] = [];
  let characters = Number.POSITIVE_INFINITY;
  for (const message of changed) {
    const size = JSON.stringify(message).length;
    const last = parts.at(-1);
    if (!last || characters + size > MAX_CHARACTERS || last.length >= MAX_MESSAGES) {
      parts.push([message]);
      characters = size;
    } else {
      last.push(message);
      characters += size;
    }
  }
  const { title, ...rest } = conversation;
  const named = title?.trim() ? { title: title.trim().slice(0, MAX_TITLE).toWellFormed() } : {};
  return parts.map((messages) => JSON.stringify({ ...rest, ...named, messages }));
}

function digestOf(message: Message): string {
  return createHash('sha256').update(JSON.stringify(message)).digest('base64url').slice(0, 8);
}

function fitting(message: Message): Message {
  if (JSON.stringify(message).length <= MAX_CHARACTERS) return message;
  const cut = <Text extends string | null>(text: Text) =>
    text === null ? text : (text.slice(0, MAX_SHRUNK).toWellFormed() as Text);
  return {
    ...message,
    toolCalls: message.toolCalls.map((call) => ({
      ...call,
      input: cut(call.input),
      output: cut(call.output),
      edits: call.edits.map((edit) => ({ ...edit, before: cut(edit.before), after: cut(edit.after) })),
    })),
  };
}
