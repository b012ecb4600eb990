import { newCall } from '../calls.ts';
import { MAX_TOOL_CHARACTERS } from '../limits.ts';
import type { ToolCall } from '../model.ts';
import { clean, type Json, list, name, object, objects, parsed, text } from '../values.ts';

const MAX_DEPTH = 40;

/** Calls with arguments and results, as the metadata of an answer lists them. */
export function callsOfRounds(metadata: Json, responseId: string): ToolCall[] {
  const results = object(metadata.toolCallResults);
  return objects(metadata.toolCallRounds).flatMap((round, roundIndex) =>
    objects(round.toolCalls).map((listed, index) => {
      const id = name(listed.id) ?? `${responseId}:round-${roundIndex}-${index}`;
      const call = newCall(id, name(listed.name) ?? 'unknown', parsed(listed.arguments) ?? listed.arguments);
      if (typeof listed.id === 'string' && Object.hasOwn(results, listed.id))
        call.output = clean(resultText(results[listed.id]), MAX_TOOL_CHARACTERS);
      return call;
    }),
  );
}

/** Tool calls of the display that the rounds do not list: ids differ in a suffix, or altogether. */
export function unlisted(shown: readonly ToolCall[], listed: readonly ToolCall[]): ToolCall[] {
  const ids = new Set(listed.map(({ id }) => id.split('__vscode')[0]));
  return listed.length > 0 && shown.length <= listed.length ? [] : shown.filter(({ id }) => !ids.has(id));
}

function resultText(result: unknown): string {
  return list(object(result).content)
    .map((part) => {
      const { value } = object(part);
      return typeof value === 'string' ? value : nodeText(object(value).node, 0);
    })
    .join('\n');
}

/** Text of a tree of prompt elements. */
function nodeText(node: unknown, depth: number): string {
  const { text: own, children, lineBreakBefore } = object(node);
  if (typeof own === 'string') return `${lineBreakBefore === true ? '\n' : ''}${text(own) ?? ''}`;
  return depth > MAX_DEPTH
    ? ''
    : list(children)
        .map((child) => nodeText(child, depth + 1))
        .join('');
}
