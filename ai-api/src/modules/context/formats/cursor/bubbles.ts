import { newCall } from '../calls.ts';
import { MAX_TOOL_CHARACTERS } from '../limits.ts';
import type { Edit, Tokens, ToolCall } from '../model.ts';
import { pathOf } from '../uris.ts';
import {
  asText,
  clean,
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
} from '../values.ts';

/** Text of a bubble; of its editor's tree where the plain text is empty. */
export function bubbleText(bubble: Json): string {
  const plain = text(bubble.text) ?? text(bubble.rawText) ?? '';
  return plain.trim() === '' ? richText(parsed(bubble.richText), 0).trim() : plain;
}

const MAX_DEPTH = 30;

function richText(node: unknown, depth: number): string {
  if (!isObject(node) || depth > MAX_DEPTH) return '';
  if (typeof node.text === 'string') return clean(node.text);
  const children = list(node.children ?? object(node.root).children);
  const separator = node.root ? '\n' : '';
  return children.map((child) => richText(child, depth + 1)).join(separator);
}

/** Milliseconds of `timingInfo` are fractions, and some are counted from the start of the program. */
export function bubbleTime(bubble: Json): string | null {
  const { clientStartTime, clientRpcSendTime, clientEndTime } = object(bubble.timingInfo);
  return time(bubble.createdAt) ?? time(clientRpcSendTime) ?? time(clientStartTime) ?? time(clientEndTime);
}

export function bubbleModel(bubble: Json): string | null {
  return name(object(bubble.modelInfo).modelName) ?? name(bubble.modelType);
}

/** Zero in nearly all bubbles, which means unknown. */
export function bubbleTokens(bubble: Json): Tokens | null {
  const { inputTokens, outputTokens } = object(bubble.tokenCount);
  const tokens = { input: count(inputTokens), output: count(outputTokens), cacheRead: 0, cacheWrite: 0 };
  return tokens.input + tokens.output > 0 ? tokens : null;
}

/** The tool call that a bubble holds; null when it holds none. */
export function bubbleCall(bubble: Json, id: string): ToolCall | null {
  const former = bubble.toolFormerData;
  if (!isObject(former)) return null;
  const toolName = name(former.name);
  if (toolName === null) return null;
  const input = inputOf(former);
  const call = newCall(name(former.toolCallId) ?? id, toolName, input);
  const result = parsed(former.result);
  const output = text(object(result).output) ?? text(object(result).contents) ?? asText(former.result);
  return {
    ...call,
    output:
      former.result === undefined && former.status !== 'completed'
        ? null
        : clean(output, MAX_TOOL_CHARACTERS),
    failed: former.status === 'error' || former.error !== undefined,
    rejected: former.userDecision === 'rejected' || former.status === 'rejected',
    edits: call.action === 'edit' ? diffEdits(call.edits, result) : call.edits,
  };
}

/** Arguments are in `rawArgs` as the model wrote them, and in `params` as the tool took them. */
function inputOf(former: Json): unknown {
  const [params, raw] = [parsed(former.params), parsed(former.rawArgs)];
  if (isObject(params) && isObject(raw)) return { ...params, ...raw };
  return isObject(raw) ? raw : isObject(params) ? params : (former.rawArgs ?? former.params ?? {});
}

/** The result of an edit holds the chunks of its diff, whose lines begin with a sign. */
function diffEdits(edits: Edit[], result: unknown): Edit[] {
  const chunks = objects(object(object(result).diff).chunks);
  const [edit] = edits;
  if (!edit || edits.length > 1 || chunks.length === 0 || edit.before !== null) return edits;
  return chunks.map((chunk) => {
    const lines = (text(chunk.diffString) ?? '').split('\n');
    const signed = (sign: string) =>
      lines
        .filter((line) => line.startsWith(sign))
        .map((line) => line.slice(1))
        .join('\n');
    return { path: edit.path, before: signed('-') || null, after: signed('+') };
  });
}

/** Code of a bubble of 2024 that the person took into a file, or refused. */
export function codeBlockCall(composer: Json, bubble: Json, id: string): ToolCall | null {
  const stored = object(composer.codeBlockData);
  const written = objects(bubble.codeBlocks).flatMap((block) => {
    const path = pathOf(block.uri);
    const versions = objects(stored[name(object(block.uri).external) ?? '']);
    const version = versions.find((each) => each.version === block.version) ?? versions[0];
    return path === null || !version
      ? []
      : [{ path, content: text(version.content), status: version.status }];
  });
  if (written.length === 0) return null;
  return {
    ...newCall(`${id}:code`, 'edit', {}),
    input: '',
    output: written.map(({ path, status }) => `${path}: ${String(status)}`).join('\n'),
    rejected: written.every(({ status }) => status === 'rejected'),
    edits: written
      .filter(({ status }) => status === 'accepted' || status === 'rejected')
      .map(({ path, content }) => ({ path, before: null, after: content })),
  };
}
