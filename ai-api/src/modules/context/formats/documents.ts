import { readAider } from './aider/importer.ts';
import { OperationLog } from './copilot-chat/log.ts';
import { readSession } from './copilot-chat/session.ts';
import { withCursorBytes } from './cursor/database.ts';
import { type CursorExtract, extractCursor, parseExtract } from './cursor/extract.ts';
import { readExtract, recordsOf } from './cursor/importer.ts';
import type { Format } from './detect.ts';
import type { ImportOptions } from './index.ts';
import { eventsOf, LineSplitter, type Skips } from './lines.ts';
import { type Conversation, ForeignFile, type Tool } from './model.ts';
import { readSpecStory } from './specstory/importer.ts';
import { list, object, parsed } from './values.ts';

interface Document {
  tool: Tool;
  conversations: Conversation[];
  records: number;
}

const decoder = new TextDecoder();

/** Reads a file whose records are not lines of their own. */
export function readDocument(
  format: Format,
  bytes: Uint8Array,
  skips: Skips,
  { fileName, folder }: ImportOptions,
): Document {
  switch (format) {
    case 'copilot-chat': {
      const state = object(parsed(textOf(bytes)));
      return copilotChat(readSession(state, skips, fileName), list(state.requests).length);
    }
    case 'copilot-chat-log': {
      const log = new OperationLog(skips);
      const records = eachEvent(bytes, skips, log);
      return copilotChat(readSession(log.state, skips, fileName), records);
    }
    case 'cursor-database':
      return cursor(
        withCursorBytes(bytes, (rows) => extractCursor(rows, skips)),
        skips,
      );
    case 'cursor-extract':
      return cursor(parseExtract(parsed(textOf(bytes)), skips), skips);
    case 'aider': {
      const conversations = readAider(textOf(bytes), folder);
      return { tool: 'aider', conversations, records: messagesOf(conversations) };
    }
    case 'specstory': {
      const conversations = readSpecStory(textOf(bytes), folder, fileName);
      return { tool: 'specstory', conversations, records: messagesOf(conversations) };
    }
    default:
      throw new ForeignFile(`a file of ${format}`);
  }
}

/** Text without a byte order mark, and without the NUL bytes that a crash leaves at the end. */
function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes).replace(/\0+$/, '');
}

const copilotChat = (conversations: Conversation[], records: number): Document => ({
  tool: 'copilot-chat',
  conversations,
  records,
});

const cursor = (extract: CursorExtract, skips: Skips): Document => ({
  tool: 'cursor',
  conversations: readExtract(extract, skips),
  records: recordsOf(extract),
});

function messagesOf(conversations: readonly Conversation[]): number {
  return conversations.reduce((sum, { messages }) => sum + messages.length, 0);
}

function eachEvent(bytes: Uint8Array, skips: Skips, log: OperationLog): number {
  let records = 0;
  const splitter = new LineSplitter(
    (line, number) => {
      const { events, broken } = eventsOf(line);
      records += events.length;
      for (const event of events) log.apply(event, number);
      if (broken !== null) skips.add(number, broken);
    },
    (number) => skips.add(number, 'is longer than the limit of a line'),
  );
  splitter.push(bytes);
  splitter.end();
  return records;
}
