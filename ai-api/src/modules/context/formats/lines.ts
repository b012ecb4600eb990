import { MAX_LINE_BYTES, MAX_REPORTED } from './limits.ts';
import type { Skipped } from './model.ts';
import { isObject, type Json } from './values.ts';

/** Counts what is left out, and keeps the first reasons. */
export class Skips {
  readonly skipped: Skipped[] = [];
  skippedCount = 0;

  add(at: number | string, reason: string): void {
    this.skippedCount++;
    if (this.skipped.length < MAX_REPORTED) this.skipped.push({ at, reason });
  }
}

const NEWLINE = 0x0a;
const decoder = new TextDecoder();

/**
 * Splits bytes into lines at `\n` only: U+2028 and the like occur raw inside of strings. Chunks may end anywhere, also
 * within a character. A line over the limit is left out; `onLong` is called with its number.
 */
export class LineSplitter {
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #number = 1;
  readonly #onLine: (line: string, number: number) => void;
  readonly #onLong: (number: number) => void;

  constructor(onLine: (line: string, number: number) => void, onLong: (number: number) => void) {
    this.#onLine = onLine;
    this.#onLong = onLong;
  }

  push(chunk: Uint8Array): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, end));
      this.#flush();
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
  }

  /** The last line, which may be without a line end. */
  end(): void {
    this.#flush();
  }

  #keep(part: Uint8Array): void {
    this.#pendingBytes += part.length;
    if (this.#pendingBytes > MAX_LINE_BYTES) this.#pending = [];
    else if (part.length > 0) this.#pending.push(part);
  }

  #flush(): void {
    if (this.#pendingBytes > MAX_LINE_BYTES) this.#onLong(this.#number);
    else if (this.#pendingBytes > 0) this.#onLine(decoder.decode(joined(this.#pending)), this.#number);
    this.#number++;
    this.#pending = [];
    this.#pendingBytes = 0;
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1 && parts[0]) return parts[0];
  const whole = new Uint8Array(parts.reduce((bytes, part) => bytes + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/**
 * The JSON objects of one line: usually one, sometimes two without a line end between them. Blank lines have none.
 * `broken` is why the line, or the rest of it, could not be read.
 */
export function eventsOf(line: string): { events: Json[]; broken: string | null } {
  const trimmed = line.replaceAll('\0', ' ').trim();
  if (trimmed === '') return { events: [], broken: null };
  try {
    const value: unknown = JSON.parse(trimmed);
    return isObject(value)
      ? { events: [value], broken: null }
      : { events: [], broken: 'is JSON, but not an object' };
  } catch {
    return eventsJoined(trimmed);
  }
}

function eventsJoined(line: string): { events: Json[]; broken: string | null } {
  const events: Json[] = [];
  let start = 0;
  for (let end = endOfObject(line, 0); end > 0; end = endOfObject(line, start)) {
    try {
      const value: unknown = JSON.parse(line.slice(start, end));
      if (isObject(value)) events.push(value);
    } catch {
      return { events, broken: 'is not JSON' };
    }
    start = end;
  }
  return { events, broken: line.slice(start).trim() === '' ? null : 'is not JSON' };
}

/** The place after the object that begins at `start` (blanks before it are passed over); 0 when there is none. */
function endOfObject(line: string, start: number): number {
  let depth = 0;
  let inString = false;
  for (let at = start; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (inString) {
      if (code === 0x5c) at++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) {
      if (depth === 0) return 0;
      inString = true;
    } else if (code === 0x7b || code === 0x5b) depth++;
    else if (code === 0x7d || code === 0x5d) {
      depth--;
      if (depth === 0) return at + 1;
      if (depth < 0) return 0;
    }
  }
  return 0;
}
