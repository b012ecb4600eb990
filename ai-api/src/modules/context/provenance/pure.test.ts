import { describe, expect, test } from 'vitest';
import { attributionsOfTrace } from '../formats/agent-trace.ts';
import { merged } from '../formats/attribution.ts';
import { readGitAiNote } from '../formats/git-ai-note.ts';
import { type Comparable, heirsOf } from '../repositories/heirs.ts';
import { lineDigestsOf, lineOfPatch } from '../repositories/patch.ts';
import { type BlamedLine, type KnownCommit, originsOf } from './origins.ts';
import { addedLines, traceOf } from './trace.ts';

const SHA = '3f2a'.repeat(10);
const linesOf = (text: string, file = 'src/a.ts'): BlamedLine[] =>
  text.split('\n').map((line, at) => ({ sha: SHA, file, number: at + 1, text: line }));
const linked = (...ids: string[]): KnownCommit => ({
  linked: ids.map((conversationId) => ({
    conversationId,
    sessionId: `session of ${conversationId}`,
    rank: 0,
  })),
  attributions: [],
});
const edit = (conversationId: string, after: string, path = '/home/ada/shop/src/a.ts') => ({
  conversationId,
  messageId: `message of ${conversationId}`,
  path,
  after,
});

describe('a line of a commit of several conversations', () => {
  const first = 'function one() {\n  return null;\n}';
  const second = 'function two() {\n  return null;\n}';
  const edits = [edit('a', first), edit('b', second)];

  test('leads to the edit that has the same lines around it, however common the line is', () => {
    const origins = originsOf(linesOf(`${second}\n${first}`), new Map([[SHA, linked('a', 'b')]]), edits);
    expect(origins.map((origin) => origin?.conversationId)).toEqual(['b', 'b', 'b', 'a', 'a', 'a']);
    expect(origins.every((origin) => origin?.match === 'line')).toBe(true);
  });

  test('that no edit wrote leads to the one that edited the file, or to none where several did', () => {
    const commit = new Map([[SHA, linked('a', 'b')]]);
    expect(originsOf(linesOf('const three = 3;'), commit, [edit('a', first)])[0]).toMatchObject({
      conversationId: 'a',
      match: 'file',
    });
    expect(originsOf(linesOf('const three = 3;'), commit, edits)[0]).toBeNull();
    expect(originsOf(linesOf('const three = 3;'), new Map([[SHA, linked('a')]]), [])[0]).toMatchObject({
      conversationId: 'a',
      messageId: null,
      match: 'commit',
    });
    expect(originsOf(linesOf(first), new Map(), edits)).toEqual([null, null, null]);
  });

  test('leads to the session that a note names, before anything else', () => {
    const commit = {
      ...linked('a', 'b'),
      attributions: [
        { sessionId: 'session of a', files: [{ path: 'src/a.ts', ranges: [[2, 3]] as [number, number][] }] },
      ],
    };
    const origins = originsOf(linesOf(second), new Map([[SHA, commit]]), edits);
    expect(origins.map((origin) => [origin?.conversationId, origin?.match])).toEqual([
      ['b', 'line'],
      ['a', 'attributed'],
      ['a', 'attributed'],
    ]);
  });
});

test('five thousand lines are found in twenty thousand ranges', () => {
  const ranges = Array.from({ length: 20_000 }, (_, n): [number, number] => [n * 2 + 1, n * 2 + 1]);
  const other = { sessionId: 'not linked', files: [{ path: 'src/a.ts', ranges }] };
  const commit = {
    ...linked('a'),
    attributions: [other, { ...other, sessionId: 'session of a' }],
  };
  const lines = linesOf(Array(5_000).fill('x').join('\n'));
  const origins = originsOf(lines, new Map([[SHA, commit]]), []);
  expect(origins.filter((origin) => origin?.match === 'attributed')).toHaveLength(2_500);
});

describe('an authorship note of git-ai', () => {
  const note = (metadata: object) =>
    [
      'src/main.rs',
      '  s_c9883b05a2487d::t_9f8e7d6c5b4a32 1-10,15',
      '  s_c9883b05a2487d::t_a1b2c3d4e5f678 25',
      '  h_31dce776f88375 42-50',
      '"src/my file.rs"',
      '  abcd1234abcd1234 1-50',
      '  unknown 3',
      '---',
      JSON.stringify(metadata),
    ].join('\n');
  const agent = (id: string) => ({ agent_id: { tool: 'claude', id, model: 'claude-opus-4-5' } });
  const metadata = {
    schema_version: 'authorship/3.0.0',
    base_commit_sha: SHA,
    prompts: { abcd1234abcd1234: { ...agent('old'), accepted_lines: 3 } },
    humans: { h_31dce776f88375: { author: 'Ada <ada@example.com>' } },
    sessions: { s_c9883b05a2487d: agent('new') },
  };

  test('gives the lines of each session, of both formats, and not those of people', () => {
    expect(readGitAiNote(note(metadata))).toEqual([
      {
        source: 'git-ai',
        sessionId: 'new',
        tool: 'claude',
        files: [
          {
            path: 'src/main.rs',
            ranges: [
              [1, 10],
              [15, 15],
              [25, 25],
            ],
          },
        ],
      },
      {
        source: 'git-ai',
        sessionId: 'old',
        tool: 'claude',
        files: [{ path: 'src/my file.rs', ranges: [[1, 50]] }],
      },
    ]);
  });

  test.each([
    ['nothing', ''],
    ['prose', 'Reviewed by Ada'],
    ['broken metadata', 'a.rs\n  s_1::t_1 1\n---\n{'],
    ['another version', note({ ...metadata, schema_version: 'authorship/9.0.0' })],
  ])('that is %s gives nothing', (_, text) => {
    expect(readGitAiNote(text)).toEqual([]);
  });
});

describe('an agent trace', () => {
  const patch = '@@ -1,2 +1,4 @@\n context\n+one();\n+two();\n context\n@@ -10,0 +13 @@\n+three();';
  const lines = addedLines(SHA, [{ path: 'src/a.ts', patch }]);

  test('that is written is read again with the same lines', () => {
    const origins = lines.map(() => ({ conversationId: 'a', messageId: 'm', match: 'line' as const }));
    const commit = { id: 'c', sha: SHA, committedAt: new Date('2026-11-02T09:00:00Z') };
    const trace = traceOf(commit, lines, origins, () => ({
      url: 'https://ai.example/conversations/session%20of%20a',
      model: 'claude-opus-4-5',
    }));
    expect(trace).toMatchObject({ version: '0.1.0', vcs: { type: 'git', revision: SHA } });
    expect(attributionsOfTrace(trace)).toEqual([
      {
        source: 'agent-trace',
        sessionId: 'session of a',
        tool: 'ai-manager',
        files: [
          {
            path: 'src/a.ts',
            ranges: [
              [2, 3],
              [13, 13],
            ],
          },
        ],
      },
    ]);
  });

  test('of one session in several records has each file once, and ranges that touch as one', () => {
    const of = (...ranges: [number, number][]) => ({
      source: 'agent-trace' as const,
      sessionId: 's',
      tool: null,
      files: [{ path: 'a', ranges }],
    });
    expect(merged([of([5, 6], [1, 2]), of([3, 3], [20, 30]), of([22, 23])])).toEqual([
      of([1, 3], [5, 6], [20, 30]),
    ]);
    const many = Array.from({ length: 50_000 }, (_, n): [number, number] => [n * 2 + 1, n * 2 + 1]);
    expect(merged([of(...many)])[0]?.files[0]?.ranges).toHaveLength(20_000);
  });

  test('of a person names no session', () => {
    const conversation = {
      url: 'https://a.example/12345',
      contributor: { type: 'human' as const },
      ranges: [],
    };
    const trace = {
      version: '0.1.0',
      id: '550e8400-e29b-41d4-a716-446655440000',
      timestamp: '2026-01-25T10:00:00Z',
      files: [{ path: 'a', conversations: [conversation] }],
    };
    expect(attributionsOfTrace(trace)).toEqual([]);
  });

  test('numbers lines as the new file has them', () => {
    expect(lines.map(({ number, text }) => [number, text])).toEqual([
      [2, 'one();'],
      [3, 'two();'],
      [13, 'three();'],
    ]);
    expect(lineOfPatch(patch, 13)).toBe('three();');
    expect(lineOfPatch(patch, 1)).toBe('context');
    expect(lineOfPatch(patch, 9)).toBeNull();
  });
});

describe('commits that were replaced', () => {
  let number = 0;
  const commit = (given: Partial<Comparable> & { added?: string[] }): Comparable => {
    number += 1;
    const sha = number.toString(16).padStart(40, '0');
    const patch = `@@ -0,0 +1 @@\n${(given.added ?? []).map((line) => `+${line}`).join('\n')}`;
    const digests = lineDigestsOf([{ patch }]);
    return {
      id: sha,
      sha,
      message: `change ${number}`,
      subject: `change ${number}`,
      kind: 'ordinary',
      patch_id: null,
      origin: sha,
      authoredAt: number,
      committedAt: number,
      paths: new Set(['a.ts']),
      lines: digests === null ? null : new Set(digests),
      parents: [],
      ...given,
    };
  };
  const hows = (heir: Comparable, commits: Comparable[]) =>
    heirsOf([heir], commits).map(({ commitId, how }) => [commitId, how]);

  test('are found in a fixup by their lines, but not in the commit that follows them', () => {
    const lines = (...names: string[]) => names.map((name) => `the ${name} line`);
    const one = commit({ added: lines('first', 'second', 'third', 'fourth') });
    const other = commit({ added: lines('fifth', 'sixth', 'seventh', 'eighth') });
    const all = lines('first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth');
    expect(hows(commit({ added: all }), [one, other])).toEqual([
      [one.id, 'contained'],
      [other.id, 'contained'],
    ]);
    expect(hows(commit({ added: all, parents: [one.sha] }), [one])).toEqual([]);
    expect(hows(commit({ added: all, paths: new Set(['b.ts']) }), [one])).toEqual([]);
    expect(hows(commit({ added: lines('first', 'second', 'third') }), [one])).toEqual([]);
  });

  test('are found whatever became of the address of their author', () => {
    const one = commit({ subject: 'Retry', authoredAt: 500 });
    expect(hows(commit({ subject: 'Retry', authoredAt: 500 }), [one])).toEqual([
      [one.id, 'same-author-and-time'],
    ]);
    expect(hows(commit({ subject: 'Retry', authoredAt: 501 }), [one])).toEqual([]);
  });

  test('are restored by the revert of a revert', () => {
    const one = commit({});
    const revert = commit({ message: `Revert\n\nThis reverts commit ${one.sha}.` });
    const again = commit({ message: `Reapply\n\nThis reverts commit ${revert.sha}.` });
    expect(hows(again, [one, revert])).toEqual([[one.id, 'restored']]);
    expect(hows(revert, [one])).toEqual([]);
  });
});
