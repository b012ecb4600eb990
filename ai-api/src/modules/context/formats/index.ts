import { ClaudeCodeReader } from './claude-code/importer.ts';
import { CodexReader } from './codex.ts';
import { CopilotCliReader } from './copilot-cli.ts';
import { CursorTranscriptReader } from './cursor/transcript.ts';
import { DETECTION_BYTES, detect, type Format } from './detect.ts';
import { readDocument } from './documents.ts';
import { FileTooLarge, MAX_DOCUMENT_BYTES } from './limits.ts';
import { eventsOf, LineSplitter, Skips } from './lines.ts';
import { type Conversation, ForeignFile, type Imported, type Tool } from './model.ts';
import type { RecordReader } from './reader.ts';

export { type Detected, detect, type Format } from './detect.ts';
export { FileTooLarge } from './limits.ts';

export interface ImportOptions {
  /** Name of the file without its folder. It identifies conversations whose file names no session. */
  fileName?: string | undefined;
  /** Folder of the file. It identifies histories that name no session, and is their working directory. */
  folder?: string | undefined;
}

/** Formats of one record a line, which are read line by line. */
const READERS: Partial<Record<Format, { tool: Tool; open: (options: ImportOptions) => RecordReader }>> = {
  'claude-code': { tool: 'claude-code', open: () => new ClaudeCodeReader() },
  'copilot-cli': { tool: 'copilot-cli', open: () => new CopilotCliReader() },
  codex: { tool: 'codex', open: () => new CodexReader() },
  'cursor-transcript': {
    tool: 'cursor',
    open: ({ fileName, folder }) => new CursorTranscriptReader(fileName, parentOf(folder)),
  },
};

/**
 * Reads one file of any assistant. A broken line or record is skipped, counted and reported.
 *
 * @throws ForeignFile when the file is not a conversation.
 * @throws FileTooLarge when it is over a limit.
 */
export function importFile(bytes: Uint8Array, options: ImportOptions = {}): Imported {
  const format = formatOf(bytes, options);
  const lines = READERS[format];
  if (lines) {
    const reading = new LineImport(lines.tool, lines.open(options));
    reading.push(bytes);
    return reading.finish();
  }
  return readWhole(format, bytes, options);
}

/**
 * Reads a file of any size in chunks. Formats of one record a line need memory for what is kept of them only; others
 * are collected, up to a limit.
 *
 * @throws ForeignFile when the file is not a conversation.
 * @throws FileTooLarge when it is over a limit.
 */
export async function importStream(
  chunks: AsyncIterable<Uint8Array>,
  options: ImportOptions = {},
): Promise<Imported> {
  const pending: Uint8Array[] = [];
  let bytes = 0;
  let reading: LineImport | null = null;
  for await (const chunk of chunks) {
    if (reading) {
      reading.push(chunk);
      continue;
    }
    pending.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_DOCUMENT_BYTES) throw tooLarge();
    if (bytes >= DETECTION_BYTES && bytes - chunk.length < DETECTION_BYTES)
      reading = startLines(pending.splice(0), options, (start) => pending.push(start));
  }
  return reading ? reading.finish() : importFile(Buffer.concat(pending), options);
}

/** Starts reading lines when the beginning of the file has them; otherwise gives the beginning back. */
function startLines(
  chunks: Uint8Array[],
  options: ImportOptions,
  giveBack: (start: Uint8Array) => void,
): LineImport | null {
  const start = Buffer.concat(chunks);
  const lines = READERS[formatOf(start, options)];
  if (!lines) {
    giveBack(start);
    return null;
  }
  const reading = new LineImport(lines.tool, lines.open(options));
  reading.push(start);
  return reading;
}

function formatOf(bytes: Uint8Array, options: ImportOptions): Format {
  const { format, looksLike } = detect(bytes, options.fileName);
  if (format === null) throw new ForeignFile(looksLike);
  return format;
}

function readWhole(format: Format, bytes: Uint8Array, options: ImportOptions): Imported {
  if (bytes.length > MAX_DOCUMENT_BYTES) throw tooLarge();
  const skips = new Skips();
  const { tool, conversations, records } = readDocument(format, bytes, skips, options);
  return imported(tool, conversations, records, skips);
}

function tooLarge(): FileTooLarge {
  return new FileTooLarge(`at most ${MAX_DOCUMENT_BYTES / 1024 / 1024} MB of a file without lines`);
}

function imported(tool: Tool, conversations: Conversation[], records: number, skips: Skips): Imported {
  if (conversations.length === 0) throw new ForeignFile(`a file of ${tool} without messages`);
  return { tool, conversations, records, skipped: skips.skipped, skippedCount: skips.skippedCount };
}

class LineImport {
  readonly #skips = new Skips();
  readonly #splitter: LineSplitter;
  readonly #tool: Tool;
  readonly #reader: RecordReader;
  #records = 0;

  constructor(tool: Tool, reader: RecordReader) {
    this.#tool = tool;
    this.#reader = reader;
    this.#splitter = new LineSplitter(
      (line, number) => this.#line(line, number),
      (number) => this.#skips.add(number, 'is longer than the limit of a line'),
    );
  }

  push(chunk: Uint8Array): void {
    this.#splitter.push(chunk);
  }

  finish(): Imported {
    this.#splitter.end();
    return imported(this.#tool, this.#reader.finish(), this.#records, this.#skips);
  }

  #line(line: string, number: number): void {
    const { events, broken } = eventsOf(line);
    for (const event of events) {
      this.#records++;
      this.#reader.record(event, number);
    }
    if (broken !== null) this.#skips.add(number, broken);
  }
}

/** A sub-agent's transcript is in the folder `subagents` of its parent's. */
function parentOf(folder: string | undefined): string | undefined {
  return folder?.match(/([^\\/]+)[\\/]subagents[\\/]?$/)?.[1];
}
