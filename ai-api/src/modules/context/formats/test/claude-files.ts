import { lines, SESSION } from './records.ts';

/** Small files of Claude Code, written after the shape of real ones, with what has gone wrong in real ones. */

interface Claude {
  uuid?: string;
  parentUuid?: string | null;
  [field: string]: unknown;
}

/** A record of Claude Code, with what all of them have. */
export const claude = (type: string, fields: Claude): Record<string, unknown> => ({
  parentUuid: null,
  isSidechain: false,
  userType: 'external',
  cwd: '/home/ada/shop',
  sessionId: SESSION,
  version: '2.1.144',
  gitBranch: 'main',
  timestamp: '2026-03-02T10:00:00.000Z',
  ...fields,
  type,
});

export const said = (uuid: string, parentUuid: string | null, text: unknown, fields: Claude = {}) =>
  claude('user', { uuid, parentUuid, message: { role: 'user', content: text }, ...fields });

interface Answer extends Claude {
  id?: string;
  usage?: Record<string, number>;
}

export const answered = (
  uuid: string,
  parentUuid: string | null,
  block: Record<string, unknown>,
  { id, usage, ...fields }: Answer = {},
) =>
  claude('assistant', {
    uuid,
    parentUuid,
    message: {
      id: id ?? `msg_${uuid}`,
      role: 'assistant',
      model: 'claude-opus-4-5',
      content: [block],
      usage: {
        input_tokens: 10,
        output_tokens: 3,
        cache_read_input_tokens: 200,
        cache_creation_input_tokens: 50,
        ...usage,
      },
    },
    ...fields,
  });

export const text = (words: string) => ({ type: 'text', text: words });
export const thinking = (words: string) => ({ type: 'thinking', thinking: words, signature: 'SIG' });
export const tool = (id: string, name: string, input: Record<string, unknown>) => ({
  type: 'tool_use',
  id,
  name,
  input,
});
export const result = (id: string, content: unknown, isError = false) => [
  { type: 'tool_result', tool_use_id: id, content, is_error: isError },
];

/** A session with a question, an answer in four records, two parallel calls, a commit and an edit. */
export const claudeSession = lines(
  { type: 'summary', summary: 'Login of the shop', leafUuid: 'a9' },
  { type: 'file-history-snapshot', messageId: 'u1', snapshot: { trackedFileBackups: {} } },
  claude('progress', { uuid: 'p0', data: { type: 'hook_progress' } }),
  said('u1', 'p0', 'Fix the login\u2028of the shop'),
  answered('a1', 'u1', thinking('Where is it?'), { id: 'msg_1' }),
  answered('a2', 'a1', text('I look at it.'), { id: 'msg_1' }),
  answered('a3', 'a2', tool('t1', 'Read', { file_path: '/home/ada/shop/login.ts' }), { id: 'msg_1' }),
  answered('a4', 'a3', tool('t2', 'Grep', { pattern: 'login', path: 'src' }), {
    id: 'msg_1',
    usage: { output_tokens: 90 },
  }),
  claude('progress', { uuid: 'p1', parentUuid: 'a4', data: {} }),
  said('r2', 'a4', result('t2', 'Found 2 files')),
  said('r1', 'a3', result('t1', [text('export const login = 1;')])),
  answered(
    'a5',
    'r1',
    tool('t3', 'Edit', {
      file_path: '/home/ada/shop/login.ts',
      old_string: 'login = 1',
      new_string: 'login = 2',
    }),
  ),
  said('r3', 'a5', result('t3', 'Updated'), {
    toolUseResult: {
      filePath: '/home/ada/shop/login.ts',
      oldString: 'login = 1',
      newString: 'login = 3',
      userModified: true,
    },
  }),
  answered('a6', 'r3', tool('t4', 'Bash', { command: 'cd shop && git commit -am "Fix the login"' })),
  said('r4', 'a6', result('t4', '[main 1a2b3c4] Fix the login\n 1 file changed\n')),
  answered('a7', 'r4', tool('t5', 'Write', { file_path: '/etc/passwd', content: 'x' })),
  said(
    'r5',
    'a7',
    result('t5', "The user doesn't want to proceed with this tool use. The tool use was rejected", true),
  ),
  claude('pr-link', { prNumber: 7, prUrl: 'https://github.com/acme/shop/pull/7', prRepository: 'acme/shop' }),
  answered('a9', 'r5', text('Done.')),
);
