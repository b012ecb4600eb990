import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { detect, importFile } from './index.ts';
import { type Conversation, ForeignFile } from './model.ts';
import { claudeSession } from './test/claude-files.ts';
import { copilotChatExport, copilotChatLog, copilotCliSession } from './test/copilot-files.ts';
import { aiderHistory, codexSession, cursorTranscript, specStory } from './test/files.ts';
import { cursorFile } from './test/reading.ts';
import { bytesOf } from './test/records.ts';

const cursorDatabase = cursorFile();

/** Every file that is read line by line or block by block, and so can be cut anywhere. */
const GROWING: [string, Uint8Array][] = [
  ['Claude Code', claudeSession],
  ['Codex', codexSession],
  ['Copilot CLI', copilotCliSession],
  ['Copilot Chat', copilotChatLog],
  ['Cursor', cursorTranscript],
  ['aider', aiderHistory],
  ['SpecStory', specStory],
];

/** What importing gives; null for a foreign file. Anything else that is thrown fails the test. */
function attempt(bytes: Uint8Array): Conversation[] | null {
  try {
    return importFile(bytes, { fileName: 'file' }).conversations;
  } catch (error) {
    if (error instanceof ForeignFile) return null;
    throw error;
  }
}

describe('always', () => {
  test.each(GROWING)('%s: a file that is not yet complete gives a part of the messages', (_, bytes) => {
    const whole = new Map(attempt(bytes)?.map(({ sessionId, messages }) => [sessionId, messages]));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length }), (length) => {
        for (const { sessionId, messages } of attempt(bytes.subarray(0, length)) ?? []) {
          const known = whole.get(sessionId)?.map(({ id }) => id) ?? [];
          expect(messages.map(({ id }) => id)).toEqual(known.slice(0, messages.length));
        }
      }),
      { numRuns: 150 },
    );
  });

  test('any bytes are read or refused', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void attempt(bytes)));
  });

  test('any records of any assistant are read or refused', () => {
    const word = fc.constantFrom(
      ...'user assistant system session.start session_meta response_item payload data message content role text tool_use tool_result type uuid parentUuid sessionId id kind k v requests response value name input output arguments toolCallId usage timestamp toolUseResult call_id attachment'.split(
        ' ',
      ),
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 5 },
        word,
        fc.jsonValue({ maxDepth: 1 }),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(word, tie('any'), { maxKeys: 5 }),
      ),
    })).any;
    const templates = GROWING.flatMap(([, bytes]) => new TextDecoder().decode(bytes).split('\n'));
    const changed = fc.tuple(fc.constantFrom(...templates), word, value).map(([line, field, other]) => {
      try {
        const record = JSON.parse(line) as Record<string, unknown>;
        const inner = Object.values(record).find((each) => typeof each === 'object' && each !== null);
        if (inner) Object.assign(inner, { [field]: other });
        return JSON.stringify(Math.abs(field.length % 2) === 0 ? record : { ...record, [field]: other });
      } catch {
        return line;
      }
    });
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            changed,
            fc.constantFrom(...templates),
            value.map((each) => JSON.stringify(each)),
          ),
          { maxLength: 12 },
        ),
        (written) => {
          for (const { messages } of attempt(bytesOf(written.join('\n'))) ?? []) {
            expect(new Set(messages.map(({ id }) => id)).size).toBe(messages.length);
            for (const message of messages) expect(message.text.isWellFormed()).toBe(true);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('a damaged database is read or refused', () => {
    fc.assert(
      fc.property(
        fc.nat(cursorDatabase.length - 1),
        fc.uint8Array({ minLength: 1, maxLength: 64 }),
        (at, damage) => {
          const bytes = cursorDatabase.slice();
          bytes.set(damage.subarray(0, bytes.length - at), at);
          attempt(bytes);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('formats are told apart by content alone', () => {
    const files = { ...Object.fromEntries(GROWING), database: cursorDatabase, export: copilotChatExport };
    expect(Object.values(files).map((bytes) => detect(bytes).format)).toEqual([
      'claude-code',
      'codex',
      'copilot-cli',
      'copilot-chat-log',
      'cursor-transcript',
      'aider',
      'specstory',
      'cursor-database',
      'copilot-chat',
    ]);
  });
});
