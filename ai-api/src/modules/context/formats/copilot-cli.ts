import { Budget, ConversationBuilder } from './builder.ts';
import { newCall } from './calls.ts';
import type { Conversation, Tokens } from './model.ts';
import type { RecordReader } from './reader.ts';
import { Turns } from './turns.ts';
import {
  asText,
  count,
  isObject,
  type Json,
  list,
  name,
  object,
  objects,
  parsed,
  text,
  time,
} from './values.ts';

const NO_TOKENS: Tokens = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

/** Reads the events of a session of the Copilot CLI, which VS Code writes in the same form. */
export class CopilotCliReader implements RecordReader {
  readonly #budget = new Budget();
  #session: Turns | null = null;
  /** Sub-agents by the tool call that started them. */
  readonly #agents = new Map<string, Turns>();
  #model: string | null = null;
  /** Output tokens that answers named since the last shutdown, which gives the totals. */
  #outputNamed = 0;

  record(value: Json, at: number): void {
    const data = object(value.data);
    if (value.type === 'session.start') this.#start(data);
    const session = this.#session;
    if (session === null || value.ephemeral === true) return;
    const id = name(value.id) ?? `line-${at}`;
    if (session.builder.has(id)) return;
    const when = time(value.timestamp);
    const turns = this.#turnsOf(session, data);
    if (!this.#talk(turns, String(value.type), data, id, when)) this.#state(session, value, data, id, when);
  }

  finish(): Conversation[] {
    return [this.#session, ...this.#agents.values()]
      .flatMap((turns) => (turns ? [turns.builder.finish()] : []))
      .filter(({ messages }) => messages.length > 0);
  }

  #start(data: Json): void {
    if (this.#session !== null) return;
    const sessionId = name(data.sessionId);
    if (sessionId === null) return;
    const builder = new ConversationBuilder('copilot-cli', sessionId, this.#budget);
    this.#session = new Turns(builder);
    this.#model = name(data.selectedModel);
    builder.conversation.toolVersion = name(data.copilotVersion);
    builder.seenAt(time(data.startTime));
    readPlace(builder, object(data.context));
  }

  #turnsOf(session: Turns, data: Json): Turns {
    const callId = name(data.parentToolCallId);
    return callId === null ? session : this.#agent(session, callId);
  }

  #agent(session: Turns, callId: string): Turns {
    const known = this.#agents.get(callId);
    if (known) return known;
    const parent = session.builder.conversation;
    const builder = new ConversationBuilder('copilot-cli', `${parent.sessionId}/${callId}`, this.#budget);
    const { workingDirectory, repository, branch, toolVersion } = parent;
    Object.assign(builder.conversation, {
      parentSessionId: parent.sessionId,
      workingDirectory,
      repository,
      branch,
      toolVersion,
    });
    const turns = new Turns(builder);
    this.#agents.set(callId, turns);
    return turns;
  }

  #talk(turns: Turns, type: string, data: Json, id: string, at: string | null): boolean {
    const details = { at, model: this.#model };
    switch (type) {
      case 'user.message':
        turns.add(id, isHuman(data) ? 'human' : 'system', text(data.content) ?? '', { at });
        return true;
      case 'assistant.reasoning':
        turns.think(id, text(data.content) ?? '', details);
        return true;
      case 'assistant.message':
        this.#answer(turns, data, id, details);
        return true;
      case 'tool.execution_start':
        if (!turns.builder.call(name(data.toolCallId) ?? id))
          turns.call(id, callOf(data.toolCallId, data.toolName, data.arguments, id), details);
        return true;
      case 'tool.execution_complete':
        complete(turns, data, id, at);
        return true;
      default:
        return false;
    }
  }

  #answer(turns: Turns, data: Json, id: string, details: { at: string | null; model: string | null }): void {
    turns.continueFrom(turns.builder.conversation.messages.at(-1)?.id ?? null);
    const requests = objects(data.toolRequests);
    const message = turns.say(id, text(data.content) ?? '', details);
    for (const [index, request] of requests.entries())
      turns.call(id, callOf(request.toolCallId, request.name, request.arguments, `${id}:${index}`), details);
    const answer = message ?? turns.open;
    const output = count(data.outputTokens);
    if (answer && output > 0) answer.tokens = { ...NO_TOKENS, output };
    this.#outputNamed += output;
  }

  #state(session: Turns, value: Json, data: Json, id: string, at: string | null): void {
    const { builder } = session;
    builder.alias(id, builder.messageIdOf(name(value.parentId)));
    switch (value.type) {
      case 'session.model_change':
        this.#model = name(data.newModel) ?? this.#model;
        break;
      case 'session.title_changed':
        builder.conversation.title = name(data.title) ?? builder.conversation.title;
        break;
      case 'session.context_changed':
        readPlace(builder, isObject(data.context) ? data.context : data);
        break;
      case 'session.snapshot_rewind':
        session.continueFrom(builder.messageIdOf(name(data.upToEventId)));
        break;
      case 'session.error':
        session.add(id, 'system', text(data.message) ?? '', { at });
        break;
      case 'session.shutdown':
        this.#total(builder, data);
        break;
      case 'subagent.started': {
        const callId = name(data.toolCallId);
        if (callId !== null)
          this.#agent(session, callId).builder.conversation.agentName =
            name(data.agentDisplayName) ?? name(data.agentName);
      }
    }
  }

  /** Input and cache are known for the whole session only: they are added to its latest answer. */
  #total(builder: ConversationBuilder, data: Json): void {
    const answer = builder.conversation.messages.findLast(({ author }) => author === 'assistant');
    const usages = Object.values(object(data.modelMetrics)).map((metrics) => object(object(metrics).usage));
    if (!answer || usages.length === 0) return;
    const sum = (field: string) => usages.reduce((total, usage) => total + count(usage[field]), 0);
    const own = answer.tokens ?? NO_TOKENS;
    const cacheRead = sum('cacheReadTokens');
    answer.tokens = {
      input: own.input + Math.max(0, sum('inputTokens') - cacheRead),
      output: own.output + Math.max(0, sum('outputTokens') - this.#outputNamed),
      cacheRead: own.cacheRead + cacheRead,
      cacheWrite: own.cacheWrite + sum('cacheWriteTokens'),
    };
    this.#outputNamed = 0;
  }
}

function isHuman(data: Json): boolean {
  const source = name(data.source);
  return source === null || source === 'user' || source === 'human';
}

function readPlace(builder: ConversationBuilder, context: Json): void {
  const { conversation } = builder;
  conversation.workingDirectory ??= name(context.cwd) ?? name(context.gitRoot);
  conversation.repository = name(context.repository) ?? conversation.repository;
  conversation.branch = name(context.branch) ?? conversation.branch;
  const sha = name(context.headCommit);
  if (sha !== null && /^[0-9a-f]{7,40}$/.test(sha))
    builder.addCommit({ sha, kind: 'head', subject: null, branch: name(context.branch), messageId: null });
}

function callOf(callId: unknown, toolName: unknown, input: unknown, fallback: string) {
  return newCall(name(callId) ?? fallback, name(toolName) ?? 'unknown', parsed(input) ?? input);
}

function complete(turns: Turns, data: Json, id: string, at: string | null): void {
  const result = data.result;
  const parts = object(result);
  const output =
    text(result) ??
    text(parts.content) ??
    text(parts.text_result_for_llm) ??
    text(parts.detailedContent) ??
    text(object(data.error).message) ??
    (list(parts.content).length > 0 ? asText(parts.content) : '');
  const failed = data.success === false || parts.result_type === 'failure' || parts.result_type === 'error';
  const rejected = parts.result_type === 'rejected' || parts.result_type === 'denied';
  const isKnown = turns.builder.result(name(data.toolCallId) ?? '', { output, failed, rejected });
  if (!isKnown && output.trim() !== '') turns.add(id, 'tool', output, { at });
  else turns.builder.seenAt(at);
}
