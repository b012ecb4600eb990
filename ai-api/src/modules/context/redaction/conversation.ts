import type { Conversation, Message, ToolCall } from '../formats/model.ts';
import { type Finding, type RedactionOptions, redact } from './redact.ts';

/** What was removed from one message; from the conversation itself, such as its title, where `messageId` is null. */
export interface ConversationRedaction extends Finding {
  messageId: string | null;
}

type Clean = <Text extends string | null>(text: Text) => Text;

/** Removes secrets from every text of a conversation. The conversation that is given stays as it is. */
export function redactConversation(
  conversation: Conversation,
  options: RedactionOptions = {},
): { conversation: Conversation; report: ConversationRedaction[] } {
  const report = new Map<string, ConversationRedaction>();
  const cleanFor = (messageId: string | null): Clean => {
    const clean = (text: string | null) => {
      if (text === null || text === '') return text;
      const redacted = redact(text, options);
      for (const { kind, count } of redacted.findings) {
        const key = JSON.stringify([messageId, kind]);
        const known = report.get(key);
        if (known) known.count += count;
        else report.set(key, { messageId, kind, count });
      }
      return redacted.text;
    };
    return clean as Clean;
  };
  const clean = cleanFor(null);
  return {
    conversation: {
      ...conversation,
      title: clean(conversation.title),
      repository: clean(conversation.repository),
      branch: clean(conversation.branch),
      commits: conversation.commits.map((commit) => ({ ...commit, subject: clean(commit.subject) })),
      pullRequests: conversation.pullRequests.map(clean),
      messages: conversation.messages.map((message) => redactMessage(message, cleanFor(message.id))),
    },
    report: [...report.values()],
  };
}

function redactMessage(message: Message, clean: Clean): Message {
  return {
    ...message,
    text: clean(message.text),
    thinking: clean(message.thinking),
    toolCalls: message.toolCalls.map((call) => redactCall(call, clean)),
  };
}

function redactCall(call: ToolCall, clean: Clean): ToolCall {
  return {
    ...call,
    input: clean(call.input),
    output: clean(call.output),
    edits: call.edits.map((edit) => ({ ...edit, before: clean(edit.before), after: clean(edit.after) })),
  };
}
