import { eventsOf } from './lines.ts';
import { isObject, type Json, list, object } from './values.ts';

/** How a file is read. A tool may have several. */
export const FORMATS = [
  'claude-code',
  'cursor-database',
  'cursor-extract',
  'cursor-transcript',
  'copilot-chat',
  'copilot-chat-log',
  'copilot-cli',
  'codex',
  'aider',
  'specstory',
] as const;
export type Format = (typeof FORMATS)[number];

/** What a file is, or what it looks like when it is no conversation. */
export type Detected = { format: Format; looksLike: null } | { format: null; looksLike: string };

/** Bytes of the beginning that are looked at. */
export const DETECTION_BYTES = 4 * 1024 * 1024;
const MAX_EVENTS = 400;
const SIGNATURES: [string, string][] = [
  ['PK\x03\x04', 'a ZIP archive'],
  ['\x1f\x8b', 'a gzip file'],
  ['%PDF-', 'a PDF document'],
  ['\x89PNG', 'a PNG image'],
  ['\xff\xd8\xff', 'a JPEG image'],
  ['GIF8', 'a GIF image'],
  ['\x7fELF', 'a program'],
  ['MZ', 'a Windows program'],
];

const decoder = new TextDecoder();
const is = (format: Format): Detected => ({ format, looksLike: null });
const foreign = (looksLike: string): Detected => ({ format: null, looksLike });

/** Tells the format by content. `fileName` only helps to say what a foreign file looks like. */
export function detect(bytes: Uint8Array, fileName?: string): Detected {
  if (bytes.length === 0) return foreign('an empty file');
  const start = String.fromCharCode(...bytes.subarray(0, 16));
  if (start === 'SQLite format 3\0') return is('cursor-database');
  const signature = SIGNATURES.find(([magic]) => start.startsWith(magic));
  if (signature) return foreign(signature[1]);
  const text = decoder.decode(bytes.subarray(0, DETECTION_BYTES)).replaceAll('\0', ' ').trimStart();
  if (text === '') return foreign('a file of blanks');
  if (text.startsWith('{') || text.startsWith('[')) return ofJson(text, bytes.length > DETECTION_BYTES);
  return ofEvents(eventsAtStart(text)) ?? ofText(text, fileName);
}

/** A document that is written over several lines has no event on its first. */
function ofJson(text: string, isCut: boolean): Detected {
  const document = isCut ? undefined : whole(text);
  if (document !== undefined) {
    const found = ofDocument(document);
    if (found) return found;
  }
  const events = eventsAtStart(text);
  const found = ofEvents(events);
  if (found) return found;
  if (isCut && /"requests"\s*:\s*\[/.test(text) && /"responderUsername"\s*:/.test(text))
    return is('copilot-chat');
  if (document !== undefined) return foreign('another JSON document');
  return foreign(events.length > 0 ? 'JSON lines of another kind' : 'JSON that is broken or cut off');
}

function whole(text: string): unknown {
  try {
    return JSON.parse(text.replace(/\s+$/, ''));
  } catch {
    return undefined;
  }
}

function ofDocument(document: unknown): Detected | null {
  if (!isObject(document)) return null;
  const { requests, responderUsername, format, composers } = document;
  if (Array.isArray(requests) && typeof responderUsername === 'string') return is('copilot-chat');
  return format === 'cursor-extract' && Array.isArray(composers) ? is('cursor-extract') : null;
}

function eventsAtStart(text: string): Json[] {
  const events: Json[] = [];
  for (let start = 0; start < text.length && events.length < MAX_EVENTS; ) {
    const end = text.indexOf('\n', start);
    const line = text.slice(start, end < 0 ? undefined : end);
    // Text that is no JSON lines at all has no line that begins with a brace; its lines are cheap.
    if (line.trimStart().startsWith('{')) events.push(...eventsOf(line).events);
    start = end < 0 ? text.length : end + 1;
  }
  return events;
}

const CLAUDE_TALK = new Set(['user', 'assistant']);
const CLAUDE_OTHER = new Set([
  'summary',
  'file-history-snapshot',
  'file-history-delta',
  'queue-operation',
  'custom-title',
  'ai-title',
  'progress',
  'system',
  'last-prompt',
  'permission-mode',
]);

function ofEvents(events: readonly Json[]): Detected | null {
  if (events.length === 0) return null;
  if (events.some(({ type, data }) => type === 'session.start' && isObject(data))) return is('copilot-cli');
  if (events.some(({ type, payload }) => type === 'session_meta' && isObject(payload))) return is('codex');
  if (events.some(isClaudeTalk)) return is('claude-code');
  if (isOperationLog(events)) return is('copilot-chat-log');
  if (events.some(isCursorTurn)) return is('cursor-transcript');
  if (events.some(({ type }) => CLAUDE_OTHER.has(String(type))))
    return foreign('a file of Claude Code without messages, such as summaries or snapshots');
  return null;
}

function isClaudeTalk({ type, sessionId, uuid, message }: Json): boolean {
  return (
    CLAUDE_TALK.has(String(type)) &&
    typeof sessionId === 'string' &&
    typeof uuid === 'string' &&
    isObject(message)
  );
}

/** The first line of a log holds the state; it may have been lost. */
function isOperationLog(events: readonly Json[]): boolean {
  const isOperation = ({ kind, k, v }: Json) =>
    (kind === 0 && isObject(v)) ||
    ((kind === 1 || kind === 2 || kind === 3) && Array.isArray(k) && k.every(isKey));
  return events.every(isOperation) && events.some(concernsChat);
}

const isKey = (key: unknown) => typeof key === 'string' || typeof key === 'number';

function concernsChat({ kind, k, v }: Json): boolean {
  const { requests, sessionId, responderUsername } = object(v);
  return kind === 0
    ? Array.isArray(requests) || typeof sessionId === 'string' || typeof responderUsername === 'string'
    : list(k)[0] === 'requests';
}

function isCursorTurn({ role, message, type }: Json): boolean {
  const { content } = object(message);
  return (
    typeof role === 'string' && type === undefined && (Array.isArray(content) || typeof content === 'string')
  );
}

function ofText(text: string, fileName?: string): Detected {
  if (/^# aider chat started at /m.test(text)) return is('aider');
  if (/^<!-- Generated by SpecStory/m.test(text) || /^<!-- [^\n]{1,60} Session \S+ \(/m.test(text))
    return is('specstory');
  if (/^<(!doctype|html)\b/i.test(text)) return foreign('an HTML page');
  if (/^<\?xml\b/.test(text)) return foreign('an XML document');
  if (/\.(md|markdown)$/i.test(fileName ?? '') || /^#{1,6} \S/m.test(text))
    return foreign('a Markdown document');
  return foreign(text.includes('\ufffd') ? 'a binary file' : 'plain text');
}
