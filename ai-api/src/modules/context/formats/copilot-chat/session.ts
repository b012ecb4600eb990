import { Budget, ConversationBuilder } from '../builder.ts';
import { newCall } from '../calls.ts';
import type { Skips } from '../lines.ts';
import type { Conversation, Edit, Message, ToolCall } from '../model.ts';
import { count, isObject, type Json, list, name, object, text, time } from '../values.ts';
import { readParts } from './parts.ts';
import { callsOfRounds, unlisted } from './rounds.ts';

/** Makes the state of a chat session, as VS Code saves and exports it, into a conversation. */
export function readSession(state: Json, skips: Skips, fileName?: string): Conversation[] {
  const requests = list(state.requests);
  const builder = new ConversationBuilder('copilot-chat', sessionIdOf(state, fileName), new Budget());
  const { conversation } = builder;
  conversation.title = name(state.customTitle);
  const selected = object(object(object(state.inputState).selectedModel)).identifier;
  for (const [index, request] of requests.entries())
    if (isObject(request)) addRequest(builder, request, `request-${index}`, name(selected));
    else skips.add(`requests.${index}`, 'is not an object');
  return conversation.messages.length > 0 ? [builder.finish()] : [];
}

/** An exported chat has no session id: its first request identifies it. */
function sessionIdOf(state: Json, fileName?: string): string {
  const first = name(object(list(state.requests)[0]).requestId);
  const ofFile = fileName?.match(/^([0-9a-f-]{36})\.jsonl?$/i)?.[1];
  return name(state.sessionId) ?? ofFile ?? first ?? 'unknown';
}

function addRequest(
  builder: ConversationBuilder,
  request: Json,
  fallback: string,
  selected: string | null,
): void {
  const requestId = name(request.requestId) ?? fallback;
  const at = time(request.timestamp);
  const asked = questionOf(request.message);
  const previous = builder.conversation.messages.at(-1)?.id ?? null;
  if (asked.trim() !== '')
    builder.add({ id: requestId, parentId: previous, author: 'human', text: asked, at });
  addResponse(builder, request, requestId, asked.trim() === '' ? previous : requestId, selected);
  const agent = object(request.agent);
  builder.conversation.toolVersion = name(agent.extensionVersion) ?? builder.conversation.toolVersion;
}

function questionOf(message: unknown): string {
  const { text: said, parts } = object(message);
  return (
    text(message) ??
    text(said) ??
    list(parts)
      .map((part) => text(object(part).text) ?? '')
      .join('')
  );
}

function addResponse(
  builder: ConversationBuilder,
  request: Json,
  requestId: string,
  parentId: string | null,
  selected: string | null,
): void {
  const id = name(request.responseId) ?? `${requestId}:response`;
  const response = readParts(list(request.response), id);
  const result = object(request.result);
  const metadata = object(result.metadata);
  const listed = callsOfRounds(metadata, id);
  const calls = [...listed, ...unlisted(response.calls, listed)];
  const failure = text(object(result.errorDetails).message) ?? '';
  builder.conversation.workingDirectory ??= response.folder;
  if (response.text === '' && calls.length === 0 && response.edits.length === 0 && failure === '') return;
  const timings = object(result.timings);
  const message = builder.add({
    id,
    parentId,
    author: 'assistant',
    text: [response.text, failure].filter(Boolean).join('\n\n'),
    thinking: response.thinking || null,
    model: (name(request.modelId) ?? selected)?.replace(/^copilot\//, '') ?? null,
    at: later(request.timestamp, count(timings.totalElapsed)),
  });
  addCalls(builder, message, calls, response.edits);
  message.tokens = tokensOf(metadata, object(result.usage));
}

function later(timestamp: unknown, elapsed: number): string | null {
  return typeof timestamp === 'number' ? time(timestamp + elapsed) : time(timestamp);
}

/** Edits that no call names are a call of their own. */
function addCalls(
  builder: ConversationBuilder,
  message: Message,
  calls: readonly ToolCall[],
  edits: readonly Edit[],
): void {
  for (const call of calls) builder.addCall(message, call);
  const named = new Set(calls.flatMap((call) => call.edits.map(({ path }) => path)));
  const others = edits.filter(({ path }) => !named.has(path));
  if (others.length === 0) return;
  const call = newCall(`${message.id}:edits`, 'edit', {});
  builder.addCall(message, { ...call, input: '', edits: others });
}

function tokensOf(metadata: Json, usage: Json): Message['tokens'] {
  const output = count(usage.completionTokens) || count(metadata.outputTokens);
  const input = count(usage.promptTokens) || count(metadata.promptTokens);
  return input + output === 0 ? null : { input, output, cacheRead: 0, cacheWrite: 0 };
}
