import type { Conversation, Message, ToolCall } from '../formats/model.ts';
import { type Finding, type RedactionOptions, redact } from './redact.ts';

/** What was removed where. */
export interface Removed extends Finding {
  /** Record id of the message; null for what belongs to the conversation itself, such as its title. */
  recordId: string | null;
  /** Such as `text` or `toolCalls.0.output`. */
  field: string;
}

export interface ConversationOptions extends RedactionOptions {
  /** Leaves out what tools printed and wrote, and the model's reasoning. Defaults to false. */
  withoutContent?: boolean;
}

/** Replaces what a policy leaves out. */
const LEFT_OUT = '[left out by policy]';

type Clean = <Text extends string | null>(field: string, text: Text) => Text;

/**
 * Removes secrets from every text of a conversation. NUL and lone surrogates, which no database takes, go as well.
 * @returns a copy, and what was removed
 */
export function redactConversation(
  conversation: Conversation,
  { withoutContent = false, ...options }: ConversationOptions = {},
): { conversation: Conversation; removed: Removed[] } {
  const removed: Removed[] = [];
  const cleanFor = (recordId: string | null): Clean => {
    const clean = (field: string, text: string | null) => {
      if (text === null) return null;
      const { text: left, findings } = redact(storable(text), options);
      for (const finding of findings) removed.push({ recordId, field, ...finding });
      return left;
    };
    return clean as Clean;
  };
  const clean = cleanFor(null);
  return {
    conversation: {
      ...conversation,
      title: clean('title', conversation.title),
      workingDirectory: clean('workingDirectory', conversation.workingDirectory),
      repository: clean('repository', conversation.repository),
      branch: clean('branch', conversation.branch),
      agentName: clean('agentName', conversation.agentName),
      commits: conversation.commits.map((commit) => ({
        ...commit,
        subject: clean('commits', commit.subject),
      })),
      pullRequests: conversation.pullRequests.map((url) => clean('pullRequests', url)),
      messages: conversation.messages.map((message) =>
        redactMessage(message, cleanFor(message.id), withoutContent),
      ),
    },
    removed,
  };
}

function redactMessage(message: Message, clean: Clean, withoutContent: boolean): Message {
  const content: Clean = (field, text) =>
    text !== null && withoutContent ? (LEFT_OUT as typeof text) : clean(field, text);
  return {
    ...message,
    text: clean('text', message.text),
    thinking: withoutContent ? null : clean('thinking', message.thinking),
    model: message.model === null ? null : storable(message.model),
    toolCalls: message.toolCalls.map((call, place) => redactCall(call, `toolCalls.${place}`, content)),
  };
}

function redactCall(call: ToolCall, field: string, content: Clean): ToolCall {
  return {
    ...call,
    id: storable(call.id),
    name: storable(call.name),
    filesRead: call.filesRead.map(storable),
    input: content(`${field}.input`, call.input),
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
