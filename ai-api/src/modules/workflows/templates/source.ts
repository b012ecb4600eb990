import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { plainIssue } from '../../../http/plain-issues.ts';
import { type Definition, definition, MAX_SOURCE_CHARACTERS, STEP_TYPES } from './schema.ts';

/** What is wrong with a template, and where. */
export interface Fault {
  /** Such as `steps[1].input.email`. */
  path: string;
  message: string;
  /** Of the text that was given; null where an object was given. */
  line: number | null;
  column: number | null;
  /** Characters of the expression that are meant; null where the fault is not in an expression. */
  start: number | null;
  end: number | null;
}

/** A template as it was given: as text in JSON or YAML, or as an object. */
export type Source = string | Record<string, unknown>;

export interface Read {
  definition: Definition | null;
  faults: Fault[];
  /** Adds the line and the column of a path. */
  locate(fault: Omit<Fault, 'line' | 'column'>): Fault;
}

/** Of brackets in a text: what is nested deeper keeps the parser busy for seconds. */
const MAX_DEPTH = 100;

function depthOfBrackets(source: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [bracket] of source.matchAll(/[[\]{}]/g)) {
    depth = bracket === '[' || bracket === '{' ? depth + 1 : Math.max(0, depth - 1);
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** Reads a template. JSON is YAML, so that one parser reads both. */
export function readSource(source: Source): Read {
  if (typeof source === 'object') return read(source, () => ({ line: null, column: null }));
  if (source.length > MAX_SOURCE_CHARACTERS)
    return unread(`must be at most ${MAX_SOURCE_CHARACTERS} characters`);
  if (depthOfBrackets(source) > MAX_DEPTH) return unread(`must be nested at most ${MAX_DEPTH} deep`);
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, maxAliasCount: 0, strict: true } as never);
  const [error] = document.errors;
  if (error) {
    const [start] = error.linePos ?? [];
    const place = { line: start?.line ?? null, column: start?.col ?? null };
    return {
      ...unread(''),
      faults: [{ ...NO_PLACE, ...place, path: '', message: firstLine(error.message) }],
    };
  }
  const locate = (path: string) => placeIn(document, lines, path);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 0 });
  } catch {
    return unread('must not have aliases');
  }
  return read(value, locate);
}

const NO_PLACE = { line: null, column: null, start: null, end: null };

function unread(message: string): Read {
  return {
    definition: null,
    faults: [{ ...NO_PLACE, path: '', message }],
    locate: (fault) => ({ ...NO_PLACE, ...fault }),
  };
}

type Place = { line: number | null; column: number | null };

function read(value: unknown, place: (path: string) => Place): Read {
  const locate = (fault: Omit<Fault, 'line' | 'column'>): Fault => ({ ...fault, ...place(fault.path) });
  const parsed = definition.safeParse(value, { reportInput: true });
  if (parsed.success) return { definition: parsed.data, faults: [], locate };
  const faults = parsed.error.issues
    .flatMap((issue) => flattened(issue as Issue, []))
    .slice(0, 20)
    .map(({ path, message }) => locate({ path: pathText(path), message, start: null, end: null }));
  return { definition: null, faults, locate };
}

interface Issue {
  path: PropertyKey[];
  message: string;
  errors?: Issue[][];
}

/** Of the options of a union, the complaints of the one that fits best: others complain about the type itself. */
function flattened(issue: Issue, before: PropertyKey[]): { path: PropertyKey[]; message: string }[] {
  const path = [...before, ...issue.path];
  const options = (issue.errors ?? [])
    .map((errors) => errors.flatMap((inner) => flattened(inner, path)))
    .filter(
      (faults) =>
        !faults.some((fault) => fault.path.length === path.length + 1 && fault.path.at(-1) === 'type'),
    );
  const best = options.toSorted((a, b) => depthOf(b) - depthOf(a))[0];
  if (best) return best;
  if (issue.errors)
    return [{ path: [...path, ...(path.at(-1) === 'type' ? [] : ['type'])], message: NO_TYPE }];
  return [{ path, message: plainIssue(issue as unknown as z.core.$ZodIssue) }];
}

const NO_TYPE = `must be one of ${STEP_TYPES.join(', ')}`;

function depthOf(faults: { path: PropertyKey[] }[]): number {
  return Math.max(0, ...faults.map(({ path }) => path.length));
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : index === 0 ? String(part) : `.${String(part)}`,
    )
    .join('');
}

function placeIn(document: ReturnType<typeof parseDocument>, lines: LineCounter, path: string): Place {
  const parts: (string | number)[] = [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, name]) =>
    index === undefined ? (name as string) : Number(index),
  );
  for (let length = parts.length; length >= 0; length--) {
    const node = document.getIn(parts.slice(0, length), true) as
      | { range?: [number, number, number] }
      | undefined;
    if (node?.range) {
      const { line, col } = lines.linePos(node.range[0]);
      return { line, column: col };
    }
  }
  return { line: null, column: null };
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? text;
}
