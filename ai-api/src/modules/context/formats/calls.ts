import { MAX_NAME_CHARACTERS, MAX_TOOL_CHARACTERS } from './limits.ts';
import type { ToolCall } from './model.ts';
import { actionOf, editsIn, filesReadBy } from './tools.ts';
import { asText, clean } from './values.ts';

/** A call without its result. `input` is what the source has: an object, or text. */
export function newCall(id: string, toolName: string, input: unknown): ToolCall {
  const action = actionOf(toolName);
  return {
    id: clean(id, MAX_NAME_CHARACTERS),
    name: toolName,
    action,
    input: clean(asText(input), MAX_TOOL_CHARACTERS),
    output: null,
    failed: false,
    rejected: false,
    filesRead: filesReadBy(action, input),
    edits: editsIn(action, input),
  };
}
