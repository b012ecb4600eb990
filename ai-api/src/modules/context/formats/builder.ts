import { commitsIn, pullRequestsIn } from './commits.ts';
import { FileTooLarge, MAX_KEPT_CHARACTERS, MAX_TOOL_CHARACTERS } from './limits.ts';
import type { Author, CommitSeen, Conversation, Message, Tool, ToolCall } from './model.ts';
import { clean } from './values.ts';

/** Counts the characters that one import keeps, over all of its conversations. */
export class Budget {
  #left = MAX_KEPT_CHARACTERS;

  /** @throws FileTooLarge */
  spend(characters: number): void {
    this.#left -= characters;
    if (this.#left < 0)
      throw new FileTooLarge(
        `at most ${MAX_KEPT_CHARACTERS / 1024 / 1024} million characters of text are kept`,
      );
  }
}

/** The fields of a message that an importer does not leave at their defaults. */
export type NewMessage = Pick<Message, 'id' | 'author'> & Partial<Message>;

/** What is known of the result of a tool call. */
export interface ToolResult {
  output: string;
  failed?: boolean;
  rejected?: boolean;
}

/** Puts one conversation together, record by record. Messages keep the order in which they were added. */
export class ConversationBuilder {
  readonly conversation: Conversation;
  readonly #messages = new Map<string, Message>();
  /** Message that stands for a record: the record itself, the answer it is part of, or its nearest ancestor. */
  readonly #standsFor = new Map<string, string | null>();
  readonly #calls = new Map<string, { call: ToolCall; message: Message }>();
  readonly #budget: Budget;

  constructor(tool: Tool, sessionId: string, budget: Budget) {
    this.#budget = budget;
    this.conversation = {
      tool,
      sessionId,
      parentSessionId: null,
      agentName: null,
      title: null,
      workingDirectory: null,
      repository: null,
      branch: null,
      toolVersion: null,
      startedAt: null,
      endedAt: null,
      localTime: false,
      pullRequests: [],
      commits: [],
      messages: [],
    };
  }

  /** Whether a record of this id was read. */
  has(recordId: string): boolean {
    return this.#standsFor.has(recordId);
  }

  /** The message that a record belongs to; null when it has none. */
  messageIdOf(recordId: string | null): string | null {
    return (recordId !== null && this.#standsFor.get(recordId)) || null;
  }

  /** Lets records that answer `recordId` answer the message `messageId` instead. */
  alias(recordId: string, messageId: string | null): void {
    this.#standsFor.set(recordId, messageId);
  }

  get(messageId: string): Message | undefined {
    return this.#messages.get(messageId);
  }

  /** Adds a message; one whose id is already there is returned unchanged. */
  add(fields: NewMessage): Message {
    const known = this.#messages.get(fields.id);
    if (known) return known;
    const message: Message = {
      parentId: null,
      text: '',
      thinking: null,
      toolCalls: [],
      model: null,
      tokens: null,
      at: null,
      ...fields,
    };
    this.#budget.spend(message.text.length + (message.thinking?.length ?? 0) + 100);
    this.#messages.set(message.id, message);
    this.#standsFor.set(message.id, message.id);
    this.conversation.messages.push(message);
    this.seenAt(message.at);
    return message;
  }

  /** Appends a paragraph to a message. */
  append(message: Message, text: string, field: 'text' | 'thinking' = 'text'): void {
    if (text.trim() === '') return;
    const joined = clean(message[field] ? `${message[field]}\n\n${text}` : text);
    this.#budget.spend(joined.length - (message[field]?.length ?? 0));
    message[field] = joined;
  }

  addCall(message: Message, call: ToolCall): void {
    if (this.#calls.has(call.id)) return;
    const edited = call.edits.reduce(
      (sum, edit) => sum + (edit.before?.length ?? 0) + (edit.after?.length ?? 0),
      0,
    );
    this.#budget.spend(call.input.length + (call.output?.length ?? 0) + edited + 200);
    this.#calls.set(call.id, { call, message });
    message.toolCalls.push(call);
    if (call.action === 'run' && call.output !== null) this.#readOutput(call.input, call.output, message.id);
  }

  call(callId: string): { call: ToolCall; message: Message } | undefined {
    return this.#calls.get(callId);
  }

  /** Gives a call its result; the first result of a call is kept. Returns false when the call is unknown. */
  result(callId: string, { output, failed = false, rejected = false }: ToolResult): boolean {
    const known = this.#calls.get(callId);
    if (!known) return false;
    if (known.call.output === null) {
      known.call.output = clean(output, MAX_TOOL_CHARACTERS);
      this.#budget.spend(known.call.output.length);
    }
    if (known.call.action === 'run') this.#readOutput(known.call.input, output, known.message.id);
    known.call.failed ||= failed;
    known.call.rejected ||= rejected;
    return true;
  }

  #readOutput(command: string, output: string, messageId: string): void {
    for (const commit of commitsIn(command, output, messageId)) this.addCommit(commit);
    for (const url of pullRequestsIn(command, output)) this.addPullRequest(url);
  }

  addCommit(commit: CommitSeen): void {
    const { commits } = this.conversation;
    if (!commits.some(({ sha, kind }) => sha === commit.sha && kind === commit.kind)) commits.push(commit);
  }

  addPullRequest(url: string): void {
    const { pullRequests } = this.conversation;
    if (!pullRequests.includes(url)) pullRequests.push(url);
  }

  /** Widens the time of the conversation. Times of records go backwards now and then. */
  seenAt(at: string | null): void {
    if (at === null) return;
    const { conversation } = this;
    if (conversation.startedAt === null || at < conversation.startedAt) conversation.startedAt = at;
    if (conversation.endedAt === null || at > conversation.endedAt) conversation.endedAt = at;
  }

  /** The conversation; its title, where the source has none, is the first line that a person wrote. */
  finish(): Conversation {
    this.conversation.title ??= firstLineOf(this.conversation.messages, 'human');
    return this.conversation;
  }
}

const MAX_TITLE = 120;

function firstLineOf(messages: readonly Message[], author: Author): string | null {
  const message = messages.find((each) => each.author === author && each.text.trim() !== '');
  const line = message?.text.trim().split('\n', 1)[0]?.trim();
  return line ? clean(line, MAX_TITLE) : null;
}
