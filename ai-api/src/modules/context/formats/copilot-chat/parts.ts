import { newCall } from '../calls.ts';
import { MAX_EDIT_CHARACTERS, MAX_FILES } from '../limits.ts';
import type { Edit, ToolCall } from '../model.ts';
import { baseName, pathOf } from '../uris.ts';
import { asText, clean, isObject, type Json, list, name, object, objects, parsed, text } from '../values.ts';

/** What the parts of one response say. */
export interface Response {
  text: string;
  thinking: string;
  calls: ToolCall[];
  edits: Edit[];
  folder: string | null;
}

/** Reads response parts. Kinds that only steer the display are passed over. */
export function readParts(parts: readonly unknown[], responseId: string): Response {
  const response: Response = { text: '', thinking: '', calls: [], edits: [], folder: null };
  for (const [index, part] of parts.entries())
    if (isObject(part)) readPart(response, part, `${responseId}:${index}`);
    else if (typeof part === 'string') response.text += part;
  response.text = withoutEmptyFences(clean(response.text));
  return response;
}

/** Edits are shown between two fences, whose code is in the edit and not in the text. */
function withoutEmptyFences(text: string): string {
  return text.replace(/\n?```[\w-]{0,30}\s{0,10}```\n?/g, '\n').trim();
}

function readPart(response: Response, part: Json, id: string): void {
  switch (part.kind) {
    case undefined:
    case 'markdownContent':
    case 'markdownVuln':
    case 'warning':
      response.text += markdownOf(part.value ?? part.content);
      response.folder ??= pathOf(part.baseUri)?.replace(/(.)\/$/, '$1') ?? null;
      break;
    case 'thinking':
      response.thinking += Array.isArray(part.value)
        ? part.value.map(markdownOf).join('')
        : markdownOf(part.value);
      break;
    case 'inlineReference':
      response.text += referenceText(part);
      break;
    case 'textEditGroup':
    case 'notebookEditGroup':
      response.edits.push(...editsOf(part));
      break;
    case 'toolInvocationSerialized':
      response.calls.push(invocation(part, id));
      break;
    case 'confirmation':
      response.text += `\n\n${markdownOf(part.title)} ${markdownOf(part.message)}`.trimEnd();
  }
}

/** A string, or the `value` of a Markdown string. */
function markdownOf(value: unknown): string {
  return text(value) ?? text(object(value).value) ?? '';
}

function referenceText(part: Json): string {
  const reference = object(part.inlineReference);
  const path = pathOf(reference.location) ?? pathOf(reference.uri) ?? pathOf(reference);
  return `\`${name(part.name) ?? name(reference.name) ?? (path === null ? '' : baseName(path))}\``;
}

function editsOf(part: Json): Edit[] {
  const path = pathOf(part.uri);
  if (path === null) return [];
  const written = list(part.edits)
    .flatMap((edits) => (Array.isArray(edits) ? edits : [edits]))
    .map((edit: unknown) => text(object(edit).text) ?? '')
    .filter((line) => line !== '');
  if (written.length === 0) return [];
  return [{ path, before: null, after: clean(written.join('\n'), MAX_EDIT_CHARACTERS) }];
}

/** `isConfirmed` was a boolean, and is now an object whose type 0 is denied and 5 is skipped. */
function invocation(part: Json, id: string): ToolCall {
  const details = object(part.resultDetails);
  const said = markdownOf(part.pastTenseMessage) || markdownOf(part.invocationMessage);
  const call = newCall(
    name(part.toolCallId) ?? id,
    (name(part.toolId) ?? 'unknown').replace(/^(copilot|vscode)_/, ''),
    parsed(details.input) ?? details.input ?? object(part.toolSpecificData),
  );
  if (call.input === '{}') call.input = said;
  const decision = object(part.isConfirmed).type;
  call.rejected = part.isConfirmed === false || decision === 0 || decision === 5;
  call.output = details.output === undefined ? null : clean(outputText(details.output), 20_000);
  call.failed = details.isError === true;
  if (call.action === 'read') call.filesRead = filesNamed(part, call.filesRead);
  return call;
}

function outputText(output: unknown): string {
  if (!Array.isArray(output)) return asText(output);
  return objects(output)
    .map((part) => text(part.value) ?? '')
    .join('\n');
}

function filesNamed(part: Json, known: string[]): string[] {
  const uris = [part.pastTenseMessage, part.invocationMessage].flatMap((message) =>
    Object.keys(object(object(message).uris)),
  );
  const paths = uris.map(pathOf).filter((path) => path !== null);
  return [...new Set([...known, ...paths])].slice(0, MAX_FILES);
}
