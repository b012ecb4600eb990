import type { Conversation, Message, ToolCall } from '../formats/model.ts';
import { redact } from '../redaction/index.ts';
import { repositoryOf } from './session.ts';

/** What was removed where, before a conversation is stored. */
export interface Removed {
  /** Record id of the message; null for what belongs to the conversation itself. */
  recordId: string | null;
  /** Such as `text` or `toolCalls.0.output`. */
  field: string;
  rule: string;
  count: number;
}

export interface RedactionOptions {
  /** Also e-mail addresses. */
  emails: boolean;
  /** Leaves out what tools printed and wrote, and the model's reasoning. */
  withoutContent: boolean;
}

/** Stands for what a policy leaves out. */
export const LEFT_OUT = '[left out by policy]';

/**
 * Removes secrets from every text of a conversation. NUL and lone surrogates, which no database takes, go as well.
 * @returns a copy, and what was removed
 */
export function redactConversation(
  conversation: Conversation,
  options: RedactionOptions,
): { conversation: Conversation; removed: Removed[] } {
  const removed: Removed[] = [];
  const clean = (recordId: string | null, field: string, text: string): string => {
    const { text: left, findings } = redact(storable(text), { emails: options.emails });
    for (const { kind, count } of findings) removed.push({ recordId, field, rule: kind, count });
    return left;
  };
  const maybe = (recordId: string | null, field: string, text: string | null) =>
    text === null ? null : clean(recordId, field, text);
  const own = (field: keyof Conversation & string, text: string | null) => maybe(null, field, text);
  return {
    conversation: {
      ...conversation,
      title: own('title', conversation.title),
      workingDirectory: own('workingDirectory', conversation.workingDirectory),
      repository: own('repository', repositoryOf(conversation.repository)),
      branch: own('branch', conversation.branch),
      agentName: own('agentName', conversation.agentName),
      commits: conversation.commits.map((commit) => ({ ...commit, subject: own('commits', commit.subject) })),
      messages: conversation.messages.map((message) => redactMessage(message, options, maybe)),
    },
    removed,
  };
}

type Clean = (recordId: string, field: string, text: string | null) => string | null;

function redactMessage(message: Message, { withoutContent }: RedactionOptions, clean: Clean): Message {
  const content = (field: string, text: string | null) => {
    if (text !== null && withoutContent) return LEFT_OUT;
    return clean(message.id, field, text);
  };
  return {
    ...message,
    text: clean(message.id, 'text', message.text) ?? '',
    thinking: withoutContent ? null : clean(message.id, 'thinking', message.thinking),
    model: message.model === null ? null : storable(message.model),
    toolCalls: message.toolCalls.map((call, place) => redactCall(call, `toolCalls.${place}`, content)),
  };
}

function redactCall(
  call: ToolCall,
  field: string,
  content: (field: string, text: string | null) => string | null,
): ToolCall {
  return {
    ...call,
    id: storable(call.id),
    name: storable(call.name),
    filesRead: call.filesRead.map(storable),
    input: content(`${field}.input`, call.input) ?? '',
    output: content(`${field}.output`, call.output),
    edits: call.edits.map((edit, place) => ({
      path: storable(edit.path),
      before: content(`${field}.edits.${place}.before`, edit.before),
      after: content(`${field}.edits.${place}.after`, edit.after),
    })),
  };
}

/** A text as the database takes it. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '');
}
