import { describe, expect, test } from 'vitest';
import { FileTooLarge, importFile, importStream } from './index.ts';
import { ForeignFile } from './model.ts';
import { answered, claude, claudeSession, result, said, text, tool } from './test/claude-files.ts';
import { copilotChatExport } from './test/copilot-files.ts';
import { aiderHistory } from './test/files.ts';
import { calls, only, outline } from './test/reading.ts';
import { bytesOf, type Line, lines } from './test/records.ts';

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
