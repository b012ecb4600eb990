import { Budget, type ConversationBuilder } from '../builder.ts';
import { MAX_TOOL_CHARACTERS } from '../limits.ts';
import type { Author, Conversation, Message, Tokens } from '../model.ts';
import type { RecordReader } from '../reader.ts';
import { actionOf, editsIn, filesReadBy } from '../tools.ts';
import { asText, clean, count, isObject, type Json, name, object, objects, text, time } from '../values.ts';
import { isWrapped, textOf, toolResultsOf } from './blocks.ts';
import { addResult, orphanText } from './results.ts';
import { Sessions } from './sessions.ts';
import { Steering } from './steering.ts';

/** System records that say something to a reader. */
const SPOKEN = new Set(['local_command', 'compact_boundary', 'api_error', 'away_summary', 'informational']);

/** Reads a transcript of Claude Code: one session, or one sub-agent's part of it. */
export class ClaudeCodeReader implements RecordReader {
  readonly #sessions = new Sessions(new Budget());
  readonly #steering = new Steering();
  readonly #seen = new Set<string>();
  /** Title by session id, and summary by the record that it summarises up to. */
  readonly #titles = new Map<string, { custom?: string; made?: string }>();
  readonly #summaries = new Map<string, string>();

  record(value: Json, at: number): void {
    const uuid = name(value.uuid);
    if (uuid !== null && this.#seen.has(uuid)) return;
    if (uuid !== null) this.#seen.add(uuid);
    switch (value.type) {
      case 'user':
      case 'assistant':
      case 'system':
        this.#talk(value, uuid ?? `line-${at}`);
        break;
      case 'summary':
        this.#summary(value);
        break;
      case 'custom-title':
      case 'ai-title':
        this.#title(value);
        break;
      default:
        this.#other(value, uuid, at);
    }
  }

  finish(): Conversation[] {
    for (const builder of this.#sessions.all()) {
      const { conversation } = builder;
      const { custom, made } = this.#titles.get(conversation.sessionId) ?? {};
      const summaries = [...this.#summaries].filter(([leaf]) => builder.has(leaf));
      conversation.title = custom ?? made ?? summaries.at(-1)?.[1] ?? null;
    }
    return this.#sessions.finish();
  }

  #talk(record: Json, uuid: string): void {
    const builder = this.#sessions.of(record);
    if (builder === null) return;
    readPlace(builder.conversation, record);
    const parentId = parentOf(builder, record);
    if (record.type === 'assistant') addAnswer(builder, record, uuid, parentId);
    else if (record.type === 'user') addTurn(builder, record, uuid, parentId);
    else addNotice(builder, record, uuid, parentId);
  }

  #other(record: Json, uuid: string | null, at: number): void {
    const builder = this.#sessions.of(record);
    if (builder === null) return;
    if (record.type === 'pr-link') {
      const url = name(record.prUrl);
      if (url) builder.addPullRequest(url);
      builder.conversation.repository ??= name(record.prRepository);
    }
    const steering = this.#steering.textOf(record);
    const parentId = parentOf(builder, record);
    if (steering !== null)
      builder.add({
        id: uuid ?? `line-${at}`,
        parentId: parentId ?? builder.conversation.messages.at(-1)?.id ?? null,
        author: 'human',
        text: clean(steering),
        at: time(record.timestamp),
      });
    else if (uuid !== null) builder.alias(uuid, parentId);
  }

  #title(record: Json): void {
    const sessionId = name(record.sessionId);
    const title = name(record.customTitle) ?? name(record.aiTitle) ?? name(record.title);
    if (sessionId === null || title === null) return;
    const titles = this.#titles.get(sessionId) ?? {};
    titles[record.type === 'custom-title' ? 'custom' : 'made'] = title;
    this.#titles.set(sessionId, titles);
  }

  #summary(record: Json): void {
    const leaf = name(record.leafUuid);
    const summary = name(record.summary);
    if (leaf !== null && summary !== null) this.#summaries.set(leaf, summary);
  }
}

function parentOf(builder: ConversationBuilder, record: Json): string | null {
  return builder.messageIdOf(name(record.parentUuid)) ?? builder.messageIdOf(name(record.logicalParentUuid));
}

function readPlace(conversation: Conversation, record: Json): void {
  conversation.workingDirectory ??= name(record.cwd);
  conversation.toolVersion = name(record.version) ?? conversation.toolVersion;
  const branch = name(record.gitBranch);
  if (branch !== null && branch !== 'HEAD') conversation.branch = branch;
}

/** One answer of the model is spread over several records that share `message.id`. */
function addAnswer(builder: ConversationBuilder, record: Json, uuid: string, parentId: string | null): void {
  const message = object(record.message);
  const model = name(message.model);
  const isMade = model === '<synthetic>' || record.isApiErrorMessage === true;
  const key = `answer:${name(message.id) ?? uuid}`;
  const answer =
    builder.get(builder.messageIdOf(key) ?? '') ??
    builder.add({
      id: uuid,
      parentId,
      author: isMade ? 'system' : 'assistant',
      model: isMade ? null : model,
      at: time(record.timestamp),
    });
  builder.alias(key, answer.id);
  builder.alias(uuid, answer.id);
  builder.seenAt(time(record.timestamp));
  if (!isMade) answer.tokens = larger(answer.tokens, message.usage);
  addContent(builder, answer, message.content);
}

function addContent(builder: ConversationBuilder, answer: Message, content: unknown): void {
  if (typeof content === 'string') builder.append(answer, content);
  for (const block of objects(content)) {
    if (block.type === 'text') builder.append(answer, text(block.text) ?? '');
    else if (block.type === 'thinking') builder.append(answer, text(block.thinking) ?? '', 'thinking');
    else if (block.type === 'tool_use' || block.type === 'server_tool_use') addCall(builder, answer, block);
  }
}

function addCall(builder: ConversationBuilder, answer: Message, block: Json): void {
  const tool = name(block.name) ?? 'unknown';
  const action = actionOf(tool);
  const input = block.input;
  builder.addCall(answer, {
    id: name(block.id) ?? `${answer.id}:${answer.toolCalls.length}`,
    name: tool,
    action,
    input: clean(asText(input), MAX_TOOL_CHARACTERS),
    output: null,
    failed: false,
    rejected: false,
    filesRead: filesReadBy(action, input),
    edits: editsIn(action, input),
  });
}

/** The larger of each count: the records of one answer repeat its usage, and the last has the full output. */
function larger(tokens: Tokens | null, usage: unknown): Tokens | null {
  if (!isObject(usage)) return tokens;
  return {
    input: Math.max(tokens?.input ?? 0, count(usage.input_tokens)),
    output: Math.max(tokens?.output ?? 0, count(usage.output_tokens)),
    cacheRead: Math.max(tokens?.cacheRead ?? 0, count(usage.cache_read_input_tokens)),
    cacheWrite: Math.max(tokens?.cacheWrite ?? 0, count(usage.cache_creation_input_tokens)),
  };
}

/** A record of type `user`: what a person wrote, results of tools, or what the client wrote in the person's place. */
function addTurn(builder: ConversationBuilder, record: Json, uuid: string, parentId: string | null): void {
  const content = object(record.message).content;
  const at = time(record.timestamp);
  let owner = parentId;
  for (const [index, block] of toolResultsOf(content).entries()) {
    const answerId = addResult(builder, block, record.toolUseResult);
    owner = answerId ?? owner;
    if (answerId === null)
      builder.add({
        id: index === 0 ? uuid : `${uuid}:${index}`,
        parentId,
        author: 'tool',
        text: clean(orphanText(block), MAX_TOOL_CHARACTERS),
        at,
      });
  }
  const said = textOf(content);
  if (said.trim() !== '' && !builder.has(uuid))
    builder.add({ id: uuid, parentId: owner, author: authorOf(record, said), text: clean(said), at });
  else if (!builder.has(uuid)) builder.alias(uuid, owner);
  builder.seenAt(at);
}

/** In a sub-agent the parent's assistant writes what a person writes elsewhere. */
function authorOf(record: Json, said: string): Author {
  const isClients =
    record.isMeta === true ||
    record.isCompactSummary === true ||
    record.isVisibleInTranscriptOnly === true ||
    record.isSidechain === true ||
    toolResultsOf(object(record.message).content).length > 0 ||
    isWrapped(said);
  return isClients ? 'system' : 'human';
}

function addNotice(builder: ConversationBuilder, record: Json, uuid: string, parentId: string | null): void {
  const said = text(record.content) ?? '';
  if (said.trim() !== '' && SPOKEN.has(String(record.subtype)))
    builder.add({ id: uuid, parentId, author: 'system', text: said, at: time(record.timestamp) });
  else builder.alias(uuid, parentId);
}
