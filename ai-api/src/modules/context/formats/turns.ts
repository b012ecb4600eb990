import type { ConversationBuilder } from './builder.ts';
import type { Message, ToolCall } from './model.ts';
import { clean } from './values.ts';

/** An assistant that works for hours without a word is shown in messages of this many calls. */
const MAX_CALLS = 200;

type Details = Partial<Pick<Message, 'at' | 'model'>>;

/**
 * Builds a conversation whose source lists thoughts, calls and texts one after the other. A text of the assistant
 * begins a message, unless only a thought came before it; calls belong to the text before them.
 */
export class Turns {
  readonly builder: ConversationBuilder;
  #open: Message | null = null;
  #last: string | null = null;

  constructor(builder: ConversationBuilder) {
    this.builder = builder;
  }

  /** The assistant's message that calls are added to, if one is open. */
  get open(): Message | null {
    return this.#open;
  }

  /** The next message answers this one. */
  continueFrom(messageId: string | null): void {
    this.#open = null;
    this.#last = messageId;
  }

  add(id: string, author: Message['author'], text: string, details: Details = {}): void {
    this.#open = null;
    this.#begin(id, author, details, text);
  }

  think(id: string, thinking: string, details: Details = {}): void {
    if (thinking.trim() === '') return;
    const message =
      this.#open && this.#open.text === '' && this.#open.toolCalls.length === 0
        ? this.#open
        : this.#answer(id, details);
    this.builder.append(message, thinking, 'thinking');
  }

  say(id: string, text: string, details: Details = {}): Message | null {
    if (text.trim() === '') return null;
    const message =
      this.#open && this.#open.text === '' && this.#open.toolCalls.length === 0
        ? this.#open
        : this.#answer(id, details);
    message.model ??= details.model ?? null;
    this.builder.append(message, text);
    return message;
  }

  call(id: string, call: ToolCall, details: Details = {}): void {
    const isFull = this.#open !== null && this.#open.toolCalls.length >= MAX_CALLS;
    const message = this.#open === null || isFull ? this.#answer(id, details) : this.#open;
    this.builder.addCall(message, call);
    this.builder.seenAt(details.at ?? null);
  }

  #answer(id: string, details: Details): Message {
    this.#open = this.#begin(id, 'assistant', details, '');
    return this.#open;
  }

  #begin(id: string, author: Message['author'], details: Details, text: string): Message {
    const message = this.builder.add({
      id: this.#unused(id),
      parentId: this.#last,
      author,
      text: clean(text),
      at: details.at ?? null,
      model: author === 'assistant' ? (details.model ?? null) : null,
    });
    this.#last = message.id;
    return message;
  }

  #unused(id: string): string {
    let unused = id;
    for (let number = 2; this.builder.get(unused); number++) unused = `${id}.${number}`;
    return unused;
  }
}
