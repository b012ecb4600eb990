import { Budget, ConversationBuilder } from '../builder.ts';
import { newCall } from '../calls.ts';
import type { Conversation } from '../model.ts';
import type { RecordReader } from '../reader.ts';
import { Turns } from '../turns.ts';
import { isObject, type Json, list, name, object, text } from '../values.ts';

const REDACTED = /\s*\[REDACTED\]\s*/g;
const QUERY = /<user_query>\s*([\s\S]{0,200000}?)\s*<\/user_query>/;

/** Reads an agent transcript of Cursor. It has no ids, times, models or results; its file name is the conversation's id. */
export class CursorTranscriptReader implements RecordReader {
  readonly #turns: Turns;

  constructor(fileName?: string, parentSessionId?: string) {
    const sessionId = fileName?.replace(/\.(jsonl|txt)$/i, '') || 'unknown';
    const builder = new ConversationBuilder('cursor', name(sessionId) ?? 'unknown', new Budget());
    builder.conversation.parentSessionId = name(parentSessionId);
    this.#turns = new Turns(builder);
  }

  record(value: Json, at: number): void {
    const content = object(value.message).content;
    const blocks =
      typeof content === 'string' ? [{ type: 'text', text: content }] : list(content).filter(isObject);
    if (value.role === 'user') this.#human(blocks, `line-${at}`);
    else if (value.role === 'assistant') this.#answer(blocks, `line-${at}`);
  }

  finish(): Conversation[] {
    const conversation = this.#turns.builder.finish();
    return conversation.messages.length > 0 ? [conversation] : [];
  }

  #human(blocks: readonly Json[], id: string): void {
    const said = blocks.map((block) => text(block.text) ?? '').join('\n\n');
    const query = QUERY.exec(said)?.[1] ?? said;
    if (query.trim() !== '') this.#turns.add(id, 'human', query.trim());
  }

  #answer(blocks: readonly Json[], id: string): void {
    for (const [index, block] of blocks.entries()) {
      const partId = index === 0 ? id : `${id}.${index}`;
      if (block.type === 'text')
        this.#turns.say(partId, (text(block.text) ?? '').replace(REDACTED, '\n\n').trim());
      else if (block.type === 'tool_use')
        this.#turns.call(
          partId,
          newCall(name(block.id) ?? partId, name(block.name) ?? 'unknown', block.input),
        );
    }
  }
}
