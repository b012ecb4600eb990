import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Database } from 'node-sqlite3-wasm';
import { beforeAll, describe, expect, test } from 'vitest';
import { detect, FileTooLarge, importFile, importStream } from './index.ts';
import { type Conversation, ForeignFile } from './model.ts';
import {
  aiderHistory,
  answered,
  bytesOf,
  claude,
  claudeSession,
  codexSession,
  copilotChatExport,
  copilotChatLog,
  copilotCliSession,
  cursorRows,
  cursorTranscript,
  type Line,
  lines,
  result,
  said,
  specStory,
  text,
  tool,
} from './test/files.ts';

/** The conversation of a file that has one. */
function only(bytes: Uint8Array, fileName?: string): Conversation {
  const { conversations } = importFile(bytes, { fileName });
  expect(conversations).toHaveLength(1);
  return conversations[0] as Conversation;
}

/** Messages in short: who, what, and whom they answer. */
const outline = ({ messages }: Conversation) =>
  messages.map(({ id, parentId, author, text }) => [id, parentId, author, text]);

const calls = ({ messages }: Conversation) => messages.flatMap(({ toolCalls }) => toolCalls);

let cursorDatabase: Uint8Array;

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'formats-'));
  const path = join(folder, 'state.vscdb');
  const database = new Database(path);
  database.exec('create table cursorDiskKV (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB)');
  for (const row of cursorRows) database.run('insert into cursorDiskKV values (?, ?)', row);
  database.close();
  cursorDatabase = new Uint8Array(readFileSync(path));
  rmSync(folder, { recursive: true });
});

describe('Claude Code', () => {
  test('an answer of several records is one message, with its tokens counted once and results in their calls', () => {
    const session = only(claudeSession);
    expect(outline(session)).toEqual([
      ['u1', null, 'human', 'Fix the login\u2028of the shop'],
      ['a1', 'u1', 'assistant', 'I look at it.'],
      ['a5', 'a1', 'assistant', ''],
      ['a6', 'a5', 'assistant', ''],
      ['a7', 'a6', 'assistant', ''],
      ['a9', 'a7', 'assistant', 'Done.'],
    ]);
    expect(session.messages[1]).toMatchObject({
      thinking: 'Where is it?',
      model: 'claude-opus-4-5',
      tokens: { input: 10, output: 90, cacheRead: 200, cacheWrite: 50 },
    });
    const [read, grep, edit, commit, refused] = calls(session);
    expect(read).toMatchObject({
      action: 'read',
      filesRead: ['/home/ada/shop/login.ts'],
      output: 'export const login = 1;',
    });
    expect(grep).toMatchObject({ action: 'search', filesRead: [], output: 'Found 2 files' });
    expect(edit?.edits).toEqual([
      { path: '/home/ada/shop/login.ts', before: 'login = 1', after: 'login = 3' },
    ]);
    expect(commit).toMatchObject({ action: 'run', failed: false });
    expect(refused).toMatchObject({ failed: true, rejected: true });
    expect(session).toMatchObject({
      title: 'Login of the shop',
      workingDirectory: '/home/ada/shop',
      branch: 'main',
      repository: 'acme/shop',
      toolVersion: '2.1.144',
      pullRequests: ['https://github.com/acme/shop/pull/7'],
      commits: [{ sha: '1a2b3c4', kind: 'made', subject: 'Fix the login', branch: 'main', messageId: 'a6' }],
    });
  });

  test('what the client writes in the place of a person is from the system', () => {
    const { messages } = only(
      lines(
        said('u1', null, 'Hello'),
        said('u2', 'u1', 'Caveat: …', { isMeta: true }),
        said('u3', 'u2', '<command-name>/clear</command-name>'),
        said('u4', 'u3', 'Summary of what was said', { isCompactSummary: true }),
        said('u5', 'u4', [text('[Request interrupted by user]')]),
        claude('system', { uuid: 's1', parentUuid: 'u5', subtype: 'turn_duration', durationMs: 5 }),
        answered('a1', 's1', text('API Error'), { isApiErrorMessage: true }),
      ),
    );
    expect(messages.map(({ author }) => author)).toEqual([
      'human',
      'system',
      'system',
      'system',
      'system',
      'system',
    ]);
    expect(messages.at(-1)?.parentId).toBe('u5');
  });

  test('a rewind is two texts under one parent; a compacted conversation continues from where it was', () => {
    const session = only(
      lines(
        said('u1', null, 'Start'),
        answered('a1', 'u1', text('Ready')),
        said('u2', 'a1', 'One way'),
        said('u3', 'a1', 'Another way'),
        claude('system', {
          uuid: 'c1',
          subtype: 'compact_boundary',
          content: 'Compacted',
          logicalParentUuid: 'u3',
        }),
        said('u4', 'c1', 'Go on'),
        said('u5', 'gone', 'Without its parent'),
      ),
    );
    expect(outline(session).map(([id, parent]) => [id, parent])).toEqual([
      ['u1', null],
      ['a1', 'u1'],
      ['u2', 'a1'],
      ['u3', 'a1'],
      ['c1', 'u3'],
      ['u4', 'c1'],
      ['u5', null],
    ]);
  });

  test('steering is kept once, whichever of its two records comes first', () => {
    const attachment = (uuid: string, prompt: unknown) =>
      claude('attachment', { uuid, parentUuid: 'u1', attachment: { type: 'queued_command', prompt } });
    const removed = (content: string) => claude('queue-operation', { operation: 'remove', content });
    const { messages } = only(
      lines(
        said('u1', null, 'Start'),
        claude('queue-operation', { operation: 'enqueue', content: 'Use tabs' }),
        attachment('q1', 'Use tabs'),
        removed('Use tabs'),
        removed('And blanks'),
        attachment('q2', [text('And blanks'), { type: 'image', source: {} }]),
        removed('Use tabs'),
      ),
    );
    expect(messages.map(({ text }) => text)).toEqual([
      'Start',
      'Use tabs',
      'And blanks',
      'And blanks\n\n[image]',
      'Use tabs',
    ]);
  });

  test('a sub-agent is a conversation under its parent, with an id or without', () => {
    const { conversations } = importFile(
      lines(
        said('u1', null, 'Ask a helper'),
        answered('a1', 'u1', tool('t1', 'Task', { prompt: 'Look' })),
        said('x1', null, 'Look', { isSidechain: true, agentId: 'f00' }),
        answered('x2', 'x1', text('Seen'), {
          isSidechain: true,
          agentId: 'f00',
          attributionAgent: 'explorer',
        }),
        said('y1', null, 'Look again', { isSidechain: true }),
        answered('y2', 'y1', text('Seen again'), { isSidechain: true }),
      ),
    );
    const main = conversations[0]?.sessionId;
    expect(
      conversations.map(({ sessionId, parentSessionId, agentName, messages }) => [
        sessionId,
        parentSessionId,
        agentName,
        messages.map(({ author }) => author),
      ]),
    ).toEqual([
      [main, null, null, ['human', 'assistant']],
      [`${main}/f00`, main, 'f00', ['system', 'assistant']],
      [`${main}/y1`, main, 'sub-agent', ['system', 'assistant']],
    ]);
  });

  test('a resumed session continues the first, and copied records are not doubled', () => {
    const again = { sessionId: '22222222-2222-4222-8222-222222222222' };
    const session = only(
      lines(
        said('u1', null, 'Start'),
        answered('a1', 'u1', text('Ready')),
        said('u1', null, 'Start', again),
        said('u2', 'a1', 'Go on', again),
        answered('a2', 'u2', text('Yes'), again),
      ),
    );
    expect(session.messages.map(({ id }) => id)).toEqual(['u1', 'a1', 'u2', 'a2']);
  });

  test('titles: the person’s before the assistant’s before the summary', () => {
    const start = said('u1', null, 'Start');
    const made = claude('ai-title', { aiTitle: 'Made' });
    const custom = claude('custom-title', { customTitle: 'Chosen' });
    const foreign = { type: 'summary', summary: 'Of another session', leafUuid: 'elsewhere' };
    expect(only(lines(start, foreign)).title).toBe('Start');
    expect(only(lines(start, made)).title).toBe('Made');
    expect(only(lines(custom, start, made)).title).toBe('Chosen');
  });

  test('results without their call are kept as messages of a tool', () => {
    const { messages } = only(lines(said('u1', null, 'Start'), said('r1', 'gone', result('t9', 'orphan'))));
    expect(messages[1]).toMatchObject({ id: 'r1', author: 'tool', text: 'orphan' });
  });
});

describe('broken files', () => {
  test('broken lines are skipped, counted and reported; the rest is read', () => {
    const good = (number: number) => said(`u${number}`, null, `Text ${number}`);
    const records: Line[] = Array.from({ length: 100 }, (_, number) =>
      number % 25 === 24 ? `{"parentUuid":"[REDACTED_PHONE]0a,"x` : good(number),
    );
    const imported = importFile(lines(...records, '"text"', '[1]'));
    expect(imported.conversations[0]?.messages).toHaveLength(96);
    expect(imported).toMatchObject({ records: 96, skippedCount: 6 });
    expect(imported.skipped[0]).toEqual({ at: 25, reason: 'is not JSON' });
    expect(imported.skipped.at(-1)).toEqual({ at: 102, reason: 'is JSON, but not an object' });
  });

  test('two events on one line, a mark at the start, NUL at the end and inside, lone surrogates and a cut last line', () => {
    const first = JSON.stringify(said('u1', null, 'One {" \\'));
    const second = JSON.stringify(said('u2', 'u1', 'Two\0'));
    const lone = JSON.stringify(said('u3', 'u2', 'Three X')).replace('X', '\\ud83d');
    const cut = JSON.stringify(said('u4', 'u3', 'Four')).slice(0, -9);
    const imported = importFile(bytesOf(`\ufeff${first}${second}\r\n\n${lone}\n\0\0\0\n${cut}\0\0`));
    expect(imported.conversations[0]?.messages.map(({ text }) => text)).toEqual([
      'One {" \\',
      'Two',
      'Three \ufffd',
    ]);
    expect(imported.skipped).toEqual([{ at: 5, reason: 'is not JSON' }]);
  });

  test('a stream is read as the file is, wherever its chunks end', async () => {
    async function* chunks(bytes: Uint8Array, size: number) {
      for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
    }
    for (const bytes of [claudeSession, copilotChatExport, aiderHistory])
      for (const size of [7, 1000])
        expect(await importStream(chunks(bytes, size))).toEqual(importFile(bytes));
    const long = [claudeSession];
    for (let number = 0; number < 30; number++)
      long.push(lines(said(`n${number}`, null, 'x'.repeat(200_000))));
    const whole = Buffer.concat(long);
    expect(await importStream(chunks(whole, 65_536))).toEqual(importFile(whole));
  });

  test('a document without lines is refused over the limit', async () => {
    async function* endless() {
      yield bytesOf('# aider chat started at 2026-03-02 10:00:00\n');
      for (;;) yield new Uint8Array(1024 * 1024).fill(0x61);
    }
    await expect(importStream(endless())).rejects.toThrow(FileTooLarge);
  });
});

describe('a foreign file is refused with what it looks like', () => {
  test.each([
    ['', 'an empty file'],
    [' \n\0', 'a file of blanks'],
    ['PK\x03\x04abc', 'a ZIP archive'],
    ['%PDF-1.7', 'a PDF document'],
    ['<!doctype html><p>', 'an HTML page'],
    ['# Read me\n\nText', 'a Markdown document'],
    ['Just words', 'plain text'],
    ['{"a":1}', 'another JSON document'],
    ['{"a":1}\n{"a":2}', 'JSON lines of another kind'],
    ['{"a":', 'JSON that is broken or cut off'],
    ['SQLite format 3\0 and no more', 'a damaged SQLite database'],
    [
      '{"type":"summary","summary":"x","leafUuid":"y"}',
      'a file of Claude Code without messages, such as summaries or snapshots',
    ],
    ['{"kind":0,"v":{"sessionId":"x","requests":[]}}', 'a file of copilot-chat without messages'],
  ])('%j', (content, looksLike) => {
    expect(() => importFile(bytesOf(content))).toThrow(new ForeignFile(looksLike));
  });
});

describe('the other assistants', () => {
  test('Codex: messages once, calls with results, patches as edits, tokens as differences', () => {
    const session = only(codexSession);
    expect(session.messages.map(({ author, text, thinking }) => [author, text, thinking])).toEqual([
      ['human', 'List the files.', null],
      ['assistant', '', 'I list them.'],
      ['assistant', 'Here they are.', null],
    ]);
    const [shell, patch] = calls(session);
    expect(shell).toMatchObject({ action: 'run', output: 'no such file', failed: true });
    expect(patch?.edits).toEqual([
      { path: 'a.ts', before: 'old', after: 'new' },
      { path: 'b.ts', before: null, after: 'b' },
      { path: 'c.ts', before: null, after: null },
    ]);
    expect(session.messages.map(({ tokens }) => tokens)).toEqual([
      null,
      { input: 40, output: 20, cacheRead: 60, cacheWrite: 0 },
      { input: 40, output: 30, cacheRead: 10, cacheWrite: 0 },
    ]);
    expect(session.commits).toEqual([
      {
        sha: 'c0ffee1c0ffee1c0ffee1c0ffee1c0ffee1c0ffe',
        kind: 'head',
        subject: null,
        branch: 'main',
        messageId: null,
      },
    ]);
  });

  test('Codex: a forked thread leaves out its parent’s history', () => {
    const record = (at: string, type: string, payload: Record<string, unknown>) => ({
      timestamp: `2026-03-02T${at}Z`,
      type,
      payload,
    });
    const message = (words: string) => ({
      type: 'message',
      role: 'user',
      content: [{ type: 'input_text', text: words }],
    });
    const session = only(
      lines(
        record('10:00:00', 'session_meta', {
          id: 'fork',
          forked_from_id: 'parent',
          timestamp: '2026-03-02T10:00:00Z',
        }),
        record('09:00:00', 'session_meta', { id: 'parent', timestamp: '2026-03-02T09:00:00Z' }),
        record('09:00:01', 'response_item', message('Before')),
        record('10:00:01', 'response_item', message('After')),
      ),
    );
    expect(session).toMatchObject({ sessionId: 'fork', messages: [{ text: 'After' }] });
  });

  test('Copilot CLI: one call for its request and its start, a rewind forks, a sub-agent is under its parent', () => {
    const { conversations } = importFile(copilotCliSession);
    const [main, agent] = conversations as [Conversation, Conversation];
    expect(outline(main)).toEqual([
      ['e2', null, 'human', 'Add a file'],
      ['e3', 'e2', 'assistant', 'I add it.'],
      ['e6', 'e3', 'human', 'A wrong turn'],
      ['e8', 'e3', 'human', 'Now test it'],
      ['e12', 'e8', 'assistant', 'It works.'],
    ]);
    expect(calls(main)).toMatchObject([
      {
        id: 't1',
        action: 'edit',
        output: 'Created',
        edits: [{ path: '/home/ada/shop/a.py', after: 'print(1)' }],
      },
    ]);
    expect(main.messages.map(({ tokens }) => tokens?.output ?? 0)).toEqual([0, 12, 0, 0, 8]);
    expect(main.messages.at(-1)?.tokens).toMatchObject({ input: 500, cacheRead: 400 });
    expect(main).toMatchObject({
      title: 'A new file',
      repository: 'acme/shop',
      commits: [{ sha: 'c0ffee1', kind: 'head' }],
    });
    expect(agent).toMatchObject({ parentSessionId: main.sessionId, agentName: 'tester' });
    expect(agent.messages.map(({ author }) => author)).toEqual(['system', 'assistant']);
  });

  test('Copilot Chat: an export and an operation log say the same', () => {
    const exported = only(copilotChatExport);
    const { conversations, skipped } = importFile(copilotChatLog);
    const [logged] = conversations as [Conversation];
    expect(outline(exported)).toEqual([
      ['q1', null, 'human', 'What is in index.ts?'],
      ['response_q1', 'q1', 'assistant', 'It is in `index.ts`.'],
      ['q2', 'response_q1', 'human', 'Change it'],
      ['response_q2', 'q2', 'assistant', 'Changed.'],
    ]);
    expect(logged.messages).toEqual(exported.messages);
    expect(calls(exported)).toMatchObject([
      { name: 'read_file', filesRead: ['/home/ada/shop/index.ts'], output: 'hello\n()' },
      { name: 'edit', edits: [{ path: '/home/ada/shop/index.ts', after: 'hello()' }] },
    ]);
    expect(exported).toMatchObject({ sessionId: 'q1', workingDirectory: '/home/ada/shop' });
    expect(logged).toMatchObject({ title: 'The index', endedAt: '2026-03-02T10:00:01.500Z' });
    expect(skipped.map(({ at }) => at)).toEqual([7, 8]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('Copilot Chat: a log that lost its first line is replayed on an empty state', () => {
    const [, ...rest] = new TextDecoder().decode(copilotChatLog).split('\n');
    expect(only(bytesOf(rest.join('\n')), '11111111-1111-4111-8111-111111111111.jsonl')).toMatchObject({
      sessionId: '11111111-1111-4111-8111-111111111111',
      messages: { length: 4 },
    });
  });

  test('Cursor: bubbles in the order of their headers, found by key and by id', () => {
    const { conversations, skipped } = importFile(cursorDatabase);
    const [cart] = conversations as [Conversation];
    expect(outline(cart)).toEqual([
      ['b1', null, 'human', 'Empty the cart'],
      ['b2', 'b1', 'assistant', 'I do.'],
      ['b4', 'b2', 'human', 'Go on'],
      ['b5', 'b4', 'assistant', ''],
    ]);
    expect(cart.messages[1]).toMatchObject({
      thinking: 'How?',
      model: 'claude-4-sonnet',
      tokens: { input: 30, output: 4 },
    });
    expect(calls(cart)).toMatchObject([
      { rejected: true, edits: [{ path: 'cart.ts', before: ' old', after: ' new' }] },
    ]);
    expect(skipped).toEqual([{ at: 'bubbleId:c1:b6', reason: 'is empty' }]);
  });

  test('Cursor: a transcript has the id of its file', () => {
    const session = only(cursorTranscript, 'a1b2.jsonl');
    expect(session.sessionId).toBe('a1b2');
    expect(session.messages.map(({ text }) => text)).toEqual([
      'Write a list',
      'I write it.',
      'It is written.',
    ]);
    expect(calls(session).map(({ edits, filesRead }) => [edits.length, filesRead.length])).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  test('aider: a conversation for each session with words, edits from their blocks, marks in code are code', () => {
    const { conversations } = importFile(aiderHistory, { folder: '/home/ada/shop' });
    expect(
      conversations.map(({ sessionId, messages }) => [sessionId, messages.map(({ author }) => author)]),
    ).toEqual([
      ['/home/ada/shop#2026-03-02T10:00:00', ['human', 'assistant', 'system']],
      ['/home/ada/shop#2026-03-02T10:00:00-2', ['human', 'assistant']],
    ]);
    const [first] = conversations as [Conversation];
    expect(first).toMatchObject({
      localTime: true,
      startedAt: '2026-03-02T10:00:00.000Z',
      commits: [{ sha: 'dde0244', kind: 'made' }],
    });
    expect(first.messages[0]?.text).toBe('fix the login\nof the shop');
    expect(first.messages[1]?.text).toContain('#### not a person\n> not aider');
    expect(first.messages[1]?.tokens).toEqual({ input: 3200, output: 184, cacheRead: 1100, cacheWrite: 0 });
    expect(calls(first)).toMatchObject([
      { edits: [{ path: 'login.ts', before: 'login = 1', after: 'login = 2' }] },
    ]);
  });

  test('SpecStory: thoughts, calls and texts of an agent', () => {
    const session = only(specStory, '2026-03-02_10-00-00Z-explain-the-commit.md');
    expect(session.title).toBe('explain the commit');
    expect(session.messages.map(({ author, text, thinking }) => [author, text, thinking])).toEqual([
      ['human', 'Explain the commit', null],
      ['assistant', '', 'I look at it.'],
      ['assistant', 'It fixes the login.', null],
    ]);
    expect(calls(session)).toMatchObject([{ name: 'Bash', action: 'run', input: 'git commit -m x' }]);
    expect(session.commits).toMatchObject([{ sha: '1a2b3c4' }]);
  });
});

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
