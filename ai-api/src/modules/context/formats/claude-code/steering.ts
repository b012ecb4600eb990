import { type Json, object } from '../values.ts';
import { isWrapped, textOf } from './blocks.ts';

/**
 * What a person writes while the assistant works is recorded twice: as an attachment `queued_command`, and as the
 * `remove` of a queue operation. The first of the two is the message, the other is left out.
 */
export class Steering {
  /** How many records of one kind wait for their twin, by `kind` and text. */
  readonly #waiting = new Map<string, number>();

  /** The text that a person wrote, when this record is the first that has it. */
  textOf(record: Json): string | null {
    const found = steeringIn(record);
    if (found === null || found.text.trim() === '' || isWrapped(found.text)) return null;
    const twin = `${found.kind === 'attachment' ? 'queue' : 'attachment'}\n${found.text}`;
    const waiting = this.#waiting.get(twin) ?? 0;
    if (waiting > 0) {
      this.#waiting.set(twin, waiting - 1);
      return null;
    }
    const own = `${found.kind}\n${found.text}`;
    this.#waiting.set(own, (this.#waiting.get(own) ?? 0) + 1);
    return found.text;
  }
}

function steeringIn(record: Json): { kind: 'attachment' | 'queue'; text: string } | null {
  if (record.type === 'attachment') {
    const attachment = object(record.attachment);
    return attachment.type === 'queued_command'
      ? { kind: 'attachment', text: textOf(attachment.prompt) }
      : null;
  }
  return record.type === 'queue-operation' && record.operation === 'remove'
    ? { kind: 'queue', text: textOf(record.content) }
    : null;
}
