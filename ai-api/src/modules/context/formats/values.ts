import { MAX_MESSAGE_CHARACTERS, MAX_NAME_CHARACTERS } from './limits.ts';

/** A JSON object of which nothing is known yet. */
export type Json = Record<string, unknown>;

const NONE: Json = Object.freeze({});

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object, or an empty one. */
export function object(value: unknown): Json {
  return isObject(value) ? value : NONE;
}

/** The array, or an empty one. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function objects(value: unknown): Json[] {
  return list(value).filter(isObject);
}

/** Text that every database takes: without NUL and lone surrogates, cut at `limit` characters. */
export function clean(text: string, limit: number = MAX_MESSAGE_CHARACTERS): string {
  let cleaned = text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
  if (!cleaned.isWellFormed()) cleaned = cleaned.toWellFormed();
  return cleaned.includes('\0') ? cleaned.replaceAll('\0', '') : cleaned;
}

/** The string, cleaned; null for anything else. */
export function text(value: unknown, limit?: number): string | null {
  return typeof value === 'string' ? clean(value, limit) : null;
}

/** A short string such as an id, a path or a name; null when it is empty or no string. */
export function name(value: unknown): string | null {
  return (typeof value === 'string' && clean(value.trim(), MAX_NAME_CHARACTERS)) || null;
}

/** A count; 0 for anything that is none. */
export function count(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.round(value) : 0;
}

const EARLIEST = Date.UTC(2000, 0, 1);
const LATEST = Date.UTC(2200, 0, 1);

/** ISO 8601 UTC of an ISO text or of milliseconds; null when it is neither, or outside the years 2000 to 2199. */
export function time(value: unknown): string | null {
  const milliseconds =
    typeof value === 'number' ? value : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return milliseconds >= EARLIEST && milliseconds < LATEST ? new Date(milliseconds).toISOString() : null;
}

/** What a JSON text says; the value itself when it is no string, undefined when the text is not JSON. */
export function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/** A value as text: strings as they are, anything else as JSON; empty when it is nested too deeply for that. */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  try {
    return JSON.stringify(value);
  } catch {
    return '';
  }
}

/**
 * The lines of a text, split at `\n` or `\r\n`. A last line without its end is left out where it matches `mark`: it may be
 * the beginning of a mark that is still being written.
 */
export function textLines(text: string, mark: RegExp): string[] {
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  if (mark.test(lines.at(-1) ?? '')) lines.pop();
  return lines;
}
