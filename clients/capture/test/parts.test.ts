import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Conversation, Message } from '../../../ai-api/src/modules/context/formats/model.ts';
import { repositoryOfFolder } from '../src/git.ts';
import { ownFolder, placesOf } from '../src/places.ts';
import { bodiesOf, prepare } from '../src/prepare.ts';

const work = mkdtempSync(join(tmpdir(), 'capture-parts-'));
afterAll(() => rmSync(work, { recursive: true }));

describe('folders', () => {
  const foldersOf = (platform: NodeJS.Platform, home: string, env = {}) =>
    placesOf({ platform, home, env }).map(({ tool, folder }) => `${tool} ${folder}`);

  test('of macOS, Linux and Windows', () => {
    expect(foldersOf('darwin', '/Users/ada')).toEqual(
      expect.arrayContaining([
        'claude-code /Users/ada/.claude/projects',
        'copilot-chat /Users/ada/Library/Application Support/Code/User',
        'cursor /Users/ada/Library/Application Support/Cursor/User',
      ]),
    );
    expect(foldersOf('linux', '/home/ada')).toEqual(
      expect.arrayContaining(['codex /home/ada/.codex/sessions', 'cursor /home/ada/.config/Cursor/User']),
    );
    expect(foldersOf('win32', 'C:\\Users\\ada')).toEqual(
      expect.arrayContaining([
        'claude-code C:\\Users\\ada\\.claude\\projects',
        'cursor C:\\Users\\ada\\AppData\\Roaming\\Cursor\\User',
      ]),
    );
  });

  test('that the environment moves', () => {
    const env = {
      CLAUDE_CONFIG_DIR: '/c',
      CODEX_HOME: '/x',
      XDG_CONFIG_HOME: '/g',
      AI_MANAGER_CAPTURE_HOME: '/o',
    };
    expect(foldersOf('linux', '/home/ada', env)).toEqual(
      expect.arrayContaining(['claude-code /c/projects', 'codex /x/sessions', 'cursor /g/Cursor/User']),
    );
    expect(ownFolder({ platform: 'linux', home: '/home/ada', env })).toBe('/o');
  });

  test('have the files that are asked for', () => {
    const accepts = (tool: string, path: string) =>
      placesOf({ platform: 'linux', home: '/h', env: {} }).some(
        (place) => place.tool === tool && place.files.test(path),
      );
    expect(accepts('cursor', 'globalStorage/state.vscdb')).toBe(true);
    expect(accepts('cursor', 'globalStorage/other/state.vscdb')).toBe(false);
    expect(accepts('cursor', 'slug/agent-transcripts/id/subagents/x.jsonl')).toBe(true);
    expect(accepts('copilot-chat', 'workspaceStorage/a1/chatSessions/x.json')).toBe(true);
    expect(accepts('copilot-chat', 'globalStorage/emptyWindowChatSessions/x.jsonl')).toBe(true);
    expect(accepts('copilot-chat', 'workspaceStorage/a1/state.json')).toBe(false);
    expect(accepts('codex', '2026/03/02/rollout-1.jsonl')).toBe(true);
  });
});

test('the repository of a folder, of a folder in it, and of a work tree', () => {
  const repository = join(work, 'shop');
  mkdirSync(join(repository, '.git', 'worktrees', 'w'), { recursive: true });
  mkdirSync(join(repository, 'src'));
  writeFileSync(
    join(repository, '.git', 'config'),
    '[core]\n\tbare = false\n[remote "fork"]\n\turl = a\n[remote "origin"]\n\turl = git@github.com:acme/shop.git\n',
  );
  writeFileSync(join(repository, '.git', 'worktrees', 'w', 'commondir'), '../..\n');
  const tree = join(work, 'tree');
  mkdirSync(tree);
  writeFileSync(join(tree, '.git'), `gitdir: ${join(repository, '.git', 'worktrees', 'w')}\n`);
  for (const folder of [repository, join(repository, 'src'), tree, join(repository, 'gone')])
    expect(repositoryOfFolder(folder)).toBe('git@github.com:acme/shop.git');
  expect(repositoryOfFolder(work)).toBeNull();
});

describe('what is sent', () => {
  const message = (id: string, fields: Partial<Message> = {}): Message => ({
    id,
    parentId: null,
    author: 'assistant',
    text: `Text ${id}`,
    thinking: 'Thought',
    toolCalls: [],
    model: null,
    tokens: null,
    at: null,
    ...fields,
  });
  const conversation = (messages: Message[]): Conversation => ({
    tool: 'codex',
    sessionId: 's1',
    parentSessionId: null,
    agentName: null,
    title: 'x'.repeat(400),
    workingDirectory: '/home/ada/shop',
    repository: null,
    branch: null,
    toolVersion: null,
    startedAt: null,
    endedAt: null,
    localTime: false,
    pullRequests: [],
    commits: [],
    messages,
  });
  const call = {
    id: 'c',
    name: 'edit',
    action: 'edit' as const,
    input: 'what was asked',
    output: 'what was printed',
    failed: false,
    rejected: false,
    filesRead: [],
    edits: [{ path: 'a.ts', before: null, after: 'y'.repeat(9_000_000) }],
  };

  test('are the messages that are new or have changed, in parts that the API takes', () => {
    const messages = Array.from({ length: 4_500 }, (_, number) => message(`m${number}`));
    const first = prepare(conversation(messages), [], {}, false);
    const bodies = bodiesOf(first as NonNullable<typeof first>).map((body) => JSON.parse(body));
    expect(bodies.map(({ messages }) => messages.length)).toEqual([2_000, 2_000, 500]);
    expect(bodies[0].title).toHaveLength(300);
    const sent = { [first?.key ?? '']: first?.digests ?? [] };
    const grown = [...messages, message('new')].with(7, message('m7', { text: 'Changed' }));
    expect(prepare(conversation(grown), [], sent, false)?.changed.map(({ id }) => id)).toEqual(['m7', 'new']);
  });

  test('is cut where one message is too large, and left out where a policy says so', () => {
    const large = conversation([message('m', { toolCalls: [call] })]);
    expect(prepare(large, [], {}, false)?.changed[0]?.toolCalls[0]?.edits[0]?.after).toHaveLength(2_000);
    const policies = [{ scope: 'path' as const, pattern: '/home/ada', action: 'redact' as const }];
    expect(prepare(large, policies, {}, false)?.changed[0]).toMatchObject({
      text: 'Text m',
      thinking: null,
      toolCalls: [
        {
          input: '[left out by policy]',
          output: '[left out by policy]',
          edits: [{ path: 'a.ts', before: null }],
        },
      ],
    });
    expect(prepare(large, [{ ...policies[0], action: 'do-not-save' } as never], {}, false)).toBeNull();
  });
});
