import { Budget, ConversationBuilder } from './builder.ts';
import { newCall } from './calls.ts';
import type { Conversation, Message } from './model.ts';
import type { RecordReader } from './reader.ts';
import { Turns } from './turns.ts';
import { asText, count, isObject, type Json, list, name, object, parsed, text, time } from './values.ts';

/** User messages that the client writes. */
const CLIENT_TEXT =
  /^\s*<(environment_context|user_instructions|permissions instructions|turn_aborted|skill|INSTRUCTIONS)|^\s*# AGENTS\.md instructions/;

/** Reads a rollout of the Codex CLI. Messages of a person and of the model occur twice; the response items are used. */
export class CodexReader implements RecordReader {
  readonly #budget = new Budget();
  #turns: Turns | null = null;
  #model: string | null = null;
  /** A forked thread repeats its parent's history, with the parent's times, before its own. */
  #forkedAt: string | null = null;
  #total = { input: 0, output: 0, cached: 0 };

  record(value: Json, at: number): void {
    const payload = object(value.payload);
    if (value.type === 'session_meta') this.#start(payload);
    const turns = this.#turns;
    if (turns === null || this.#isHistory(value)) return;
    const when = time(value.timestamp);
    if (value.type === 'turn_context') this.#model = name(payload.model) ?? this.#model;
    else if (value.type === 'response_item') this.#item(turns, payload, `line-${at}`, when);
    else if (value.type === 'compacted')
      turns.add(`line-${at}`, 'system', text(payload.message) ?? '', { at: when });
    else if (value.type === 'event_msg' && payload.type === 'token_count') this.#count(turns, payload);
  }

  finish(): Conversation[] {
    const conversation = this.#turns?.builder.finish();
    return conversation && conversation.messages.length > 0 ? [conversation] : [];
  }

  #start(payload: Json): void {
    if (this.#turns !== null) return;
    const sessionId = name(payload.id);
    if (sessionId === null) return;
    const builder = new ConversationBuilder('codex', sessionId, this.#budget);
    this.#turns = new Turns(builder);
    if (name(payload.forked_from_id) !== null) this.#forkedAt = time(payload.timestamp);
    readOrigin(builder, payload);
  }

  #isHistory(value: Json): boolean {
    const at = time(value.timestamp);
    return this.#forkedAt !== null && at !== null && at < this.#forkedAt;
  }

  #item(turns: Turns, item: Json, id: string, at: string | null): void {
    const details = { at, model: this.#model };
    switch (item.type) {
      case 'message':
        this.#message(turns, item, id, details);
        break;
      case 'reasoning':
        turns.think(id, textOf(item.summary), details);
        break;
      case 'function_call':
      case 'custom_tool_call':
      case 'local_shell_call':
      case 'web_search_call': {
        const tool = name(item.name) ?? String(item.type).replace('_call', '');
        const input = parsed(item.arguments) ?? item.arguments ?? item.input ?? item.action;
        turns.call(id, newCall(name(item.call_id) ?? name(item.id) ?? id, tool, input), details);
        break;
      }
      case 'function_call_output':
      case 'custom_tool_call_output':
        addOutput(turns, item, id, at);
    }
  }

  #message(turns: Turns, item: Json, id: string, details: Pick<Message, 'at' | 'model'>): void {
    const said = textOf(item.content);
    if (item.role === 'assistant') turns.say(id, said, details);
    else if (item.role === 'user' && said.trim() !== '' && !CLIENT_TEXT.test(said))
      turns.add(id, 'human', said, { at: details.at });
  }

  /** Counts are of the whole session so far; what is new since the last count belongs to the latest answer. */
  #count(turns: Turns, payload: Json): void {
    const total = object(object(payload.info).total_token_usage);
    const now = {
      input: count(total.input_tokens),
      output: count(total.output_tokens),
      cached: count(total.cached_input_tokens),
    };
    const before = now.output < this.#total.output ? { input: 0, output: 0, cached: 0 } : this.#total;
    const answer = turns.builder.conversation.messages.findLast(({ author }) => author === 'assistant');
    if (!answer) return;
    this.#total = now;
    const cacheRead = Math.max(0, now.cached - before.cached);
    answer.tokens = {
      input: (answer.tokens?.input ?? 0) + Math.max(0, now.input - before.input - cacheRead),
      output: (answer.tokens?.output ?? 0) + Math.max(0, now.output - before.output),
      cacheRead: (answer.tokens?.cacheRead ?? 0) + cacheRead,
      cacheWrite: 0,
    };
  }
}

function readOrigin(builder: ConversationBuilder, payload: Json): void {
  const { conversation } = builder;
  const git = object(payload.git);
  const spawned = object(object(object(payload.source).subagent).thread_spawn);
  conversation.workingDirectory = name(payload.cwd);
  conversation.toolVersion = name(payload.cli_version);
  conversation.branch = name(git.branch);
  conversation.repository = name(git.repository_url);
  conversation.parentSessionId = name(spawned.parent_thread_id);
  conversation.agentName = name(spawned.agent_nickname) ?? name(spawned.agent_role);
  const sha = name(git.commit_hash);
  if (sha !== null && /^[0-9a-f]{7,40}$/.test(sha))
    builder.addCommit({ sha, kind: 'head', subject: null, branch: conversation.branch, messageId: null });
  builder.seenAt(time(payload.timestamp));
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return list(content)
    .map((block) => (isObject(block) ? (text(block.text) ?? (block.image_url ? '[image]' : '')) : ''))
    .filter(Boolean)
    .join('\n\n');
}

const FAILED = /^(?:Exit code|Process exited with code):? [1-9]/m;

function addOutput(turns: Turns, item: Json, id: string, at: string | null): void {
  const raw = Array.isArray(item.output) ? textOf(item.output) : item.output;
  const unwrapped = object(parsed(raw));
  const output = text(unwrapped.output) ?? asText(raw);
  const exitCode = object(unwrapped.metadata).exit_code;
  const failed =
    (typeof exitCode === 'number' && exitCode !== 0) ||
    FAILED.test(output.slice(0, 200)) ||
    unwrapped.success === false;
  const isKnown = turns.builder.result(name(item.call_id) ?? '', { output, failed });
  if (!isKnown) turns.add(id, 'tool', output, { at });
  else turns.builder.seenAt(at);
}
