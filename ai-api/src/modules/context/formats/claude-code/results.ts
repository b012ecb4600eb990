import type { ConversationBuilder } from '../builder.ts';
import { MAX_EDIT_CHARACTERS } from '../limits.ts';
import type { ToolCall } from '../model.ts';
import { asText, isObject, type Json, name, text } from '../values.ts';
import { textOf } from './blocks.ts';

const REFUSED = /^(The user doesn't want to (proceed|take this action)|User rejected)/;

/** Puts a tool result into its call. Returns the message of the call; null when the call is not in the file. */
export function addResult(builder: ConversationBuilder, block: Json, detail: unknown): string | null {
  const id = name(block.tool_use_id);
  const known = id === null ? undefined : builder.call(id);
  if (id === null || !known) return null;
  const output = textOf(block.content);
  const rejected = REFUSED.test(output) || (typeof detail === 'string' && REFUSED.test(detail));
  builder.result(id, { output, failed: block.is_error === true, rejected });
  if (isObject(detail)) refineEdits(known.call, detail);
  return known.message.id;
}

/** The result tells what an edit really wrote: the person may have changed it, and the file may have been there before. */
function refineEdits(call: ToolCall, detail: Json): void {
  const [edit, ...others] = call.edits;
  if (!edit || others.length > 0) return;
  if (detail.userModified === true)
    edit.after = text(detail.newString ?? detail.content, MAX_EDIT_CHARACTERS) ?? edit.after;
  if (detail.type === 'update') edit.before ??= text(detail.originalFile, MAX_EDIT_CHARACTERS);
}

/** A result whose call is not in the file, as text. */
export function orphanText(block: Json): string {
  return textOf(block.content) || asText(block.content);
}
