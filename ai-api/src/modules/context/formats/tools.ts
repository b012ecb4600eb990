import { MAX_EDIT_CHARACTERS, MAX_FILES } from './limits.ts';
import type { Edit, ToolCall } from './model.ts';
import { patchEdits } from './patch.ts';
import { isObject, type Json, list, name, object, objects, text } from './values.ts';

type Action = ToolCall['action'];

/** Names whose words would mislead. */
const NAMED: Record<string, Action> = {
  todowrite: 'other',
  todo_write: 'other',
  update_plan: 'other',
  exitplanmode: 'other',
  websearch: 'search',
  web_search: 'search',
  webfetch: 'fetch',
  write_stdin: 'run',
  ls: 'read',
  list_dir: 'read',
  task: 'delegate',
  agent: 'delegate',
};

/** The first rule whose words are in the name decides. */
const WORDS: [RegExp, Action][] = [
  [/subagent|delegate|spawn_agent/, 'delegate'],
  [/apply_?patch|edit|write|create|replace|insert|delete_?file|rename|multiedit/, 'edit'],
  [/bash|shell|terminal|exec|run_|command|powershell/, 'run'],
  [/grep|glob|search|find|codebase/, 'search'],
  [/fetch|browse|open_?url|http/, 'fetch'],
  [/read|view|cat|open|list_?dir|get_?file/, 'read'],
];

/** The kind of a call, by the name that its tool has in any assistant. */
export function actionOf(toolName: string): Action {
  const lower = toolName.toLowerCase();
  const known = NAMED[lower];
  if (known) return known;
  if (lower.startsWith('mcp__') || lower.startsWith('mcp_')) return 'other';
  return WORDS.find(([words]) => words.test(lower))?.[1] ?? 'other';
}

const PATH_FIELDS = [
  'file_path',
  'filePath',
  'notebook_path',
  'target_file',
  'targetFile',
  'relativeWorkspacePath',
  'relative_workspace_path',
  'effectiveUri',
  'path',
];

/** The path in the arguments of a call; null when it has none. */
export function pathIn(input: Json): string | null {
  for (const field of PATH_FIELDS) {
    const path = name(input[field]);
    if (path) return path;
  }
  return null;
}

/** Files that a call reads. A search names a file only where its path has an extension. */
export function filesReadBy(action: Action, input: unknown): string[] {
  if (!isObject(input) || (action !== 'read' && action !== 'search')) return [];
  const paths = [
    pathIn(input),
    ...list(input.filePaths).map(name),
    ...list(input.paths).map(name),
    ...list(input.files).map(name),
  ].filter((path) => path !== null);
  return [...new Set(action === 'read' ? paths : paths.filter((path) => /\.\w{1,8}$/.test(path)))].slice(
    0,
    MAX_FILES,
  );
}

const cut = (value: unknown): string | null => text(value, MAX_EDIT_CHARACTERS);

const first = (input: Json, ...fields: string[]): unknown =>
  fields.map((field) => input[field]).find((value) => typeof value === 'string');

/** Changes that the arguments of an editing call ask for: of whole files, of replaced texts, or as a patch. */
export function editsIn(action: Action, input: unknown): Edit[] {
  const patch = patchText(input);
  if (patch !== null) return patchEdits(patch);
  if (action !== 'edit' || !isObject(input)) return [];
  const path = pathIn(input);
  const replacements = objects(input.edits ?? input.replacements);
  const parts = replacements.length > 0 ? replacements : [input];
  return parts.slice(0, MAX_FILES).flatMap((part) => {
    const partPath = pathIn(part) ?? path;
    return partPath === null ? [] : [editOf(partPath, part)];
  });
}

function editOf(path: string, part: Json): Edit {
  return {
    path,
    before: cut(first(part, 'old_string', 'oldString', 'old_str')),
    after: cut(
      first(
        part,
        'new_string',
        'newString',
        'new_str',
        'content',
        'contents',
        'file_text',
        'new_source',
        'code_edit',
        'code',
      ),
    ),
  };
}

function patchText(input: unknown): string | null {
  if (typeof input === 'string') return input.includes('*** Begin Patch') ? input : null;
  const { patch, input: nested, command } = object(input);
  const candidates = [patch, nested, ...(Array.isArray(command) ? command : [command])];
  const found = candidates.find((value) => typeof value === 'string' && value.includes('*** Begin Patch'));
  return typeof found === 'string' ? found : null;
}
