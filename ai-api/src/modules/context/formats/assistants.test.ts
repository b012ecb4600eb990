import { describe, expect, test } from 'vitest';
import { importFile } from './index.ts';
import type { Conversation } from './model.ts';
import { copilotChatExport, copilotChatLog, copilotCliSession } from './test/copilot-files.ts';
import { aiderHistory, codexSession, cursorTranscript, specStory } from './test/files.ts';
import { calls, cursorFile, only, outline } from './test/reading.ts';
import { bytesOf, lines } from './test/records.ts';

const cursorDatabase = cursorFile();

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
