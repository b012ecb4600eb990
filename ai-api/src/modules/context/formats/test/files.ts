/** Small files of every assistant, written after the shape of real ones, with what has gone wrong in real ones. */

const encoder = new TextEncoder();
export const bytesOf = (text: string): Uint8Array => encoder.encode(text);

export type Line = Record<string, unknown> | string;

/** Records one a line; a string is a line as it is. */
export const lines = (...records: Line[]): Uint8Array =>
  bytesOf(
    `${records.map((record) => (typeof record === 'string' ? record : JSON.stringify(record))).join('\n')}\n`,
  );

const SESSION = '11111111-1111-4111-8111-111111111111';

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

export const codexSession = lines(
  {
    timestamp: '2026-03-02T10:00:00.000Z',
    type: 'session_meta',
    payload: {
      id: SESSION,
      timestamp: '2026-03-02T10:00:00.000Z',
      cwd: '/home/ada/shop',
      cli_version: '0.99.0',
      source: 'cli',
      git: {
        commit_hash: 'c0ffee1c0ffee1c0ffee1c0ffee1c0ffee1c0ffe',
        branch: 'main',
        repository_url: 'git@github.com:acme/shop.git',
      },
    },
  },
  { timestamp: '2026-03-02T10:00:01.000Z', type: 'turn_context', payload: { model: 'gpt-5-codex' } },
  codexItem({
    type: 'message',
    role: 'user',
    content: [{ type: 'input_text', text: '<environment_context>\n</environment_context>' }],
  }),
  codexEvent({ type: 'user_message', message: 'List the files.' }),
  codexItem({ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'List the files.' }] }),
  codexItem({
    type: 'reasoning',
    summary: [{ type: 'summary_text', text: 'I list them.' }],
    encrypted_content: 'x',
  }),
  codexItem({ type: 'function_call', name: 'shell', arguments: '{"command":["ls"]}', call_id: 'c1' }),
  codexItem({
    type: 'function_call_output',
    call_id: 'c1',
    output: '{"output":"no such file","metadata":{"exit_code":2}}',
  }),
  codexItem({
    type: 'custom_tool_call',
    name: 'apply_patch',
    input:
      '*** Begin Patch\n*** Update File: a.ts\n@@\n-old\n+new\n*** Add File: b.ts\n+b\n*** Delete File: c.ts\n*** End Patch',
    call_id: 'c2',
  }),
  codexItem({
    type: 'custom_tool_call_output',
    call_id: 'c2',
    output: [{ type: 'output_text', text: 'Done!' }],
  }),
  codexEvent({
    type: 'token_count',
    info: { total_token_usage: { input_tokens: 100, cached_input_tokens: 60, output_tokens: 20 } },
  }),
  codexEvent({ type: 'agent_message', message: 'Here they are.' }),
  codexItem({
    type: 'message',
    role: 'assistant',
    content: [{ type: 'output_text', text: 'Here they are.' }],
  }),
  codexEvent({
    type: 'token_count',
    info: { total_token_usage: { input_tokens: 150, cached_input_tokens: 70, output_tokens: 50 } },
  }),
  codexEvent({
    type: 'token_count',
    info: { total_token_usage: { input_tokens: 150, cached_input_tokens: 70, output_tokens: 50 } },
  }),
  { timestamp: '2026-03-02T10:00:09.000Z', type: 'record_of_the_future', payload: { safe: true } },
);

function codexItem(payload: Record<string, unknown>) {
  return { timestamp: '2026-03-02T10:00:02.000Z', type: 'response_item', payload };
}
function codexEvent(payload: Record<string, unknown>) {
  return { timestamp: '2026-03-02T10:00:02.000Z', type: 'event_msg', payload };
}

/** An event of the Copilot CLI; its id is made of its place. */
const event = (id: string, type: string, data: Record<string, unknown>, parentId: string | null = null) => ({
  type,
  data,
  id,
  timestamp: '2026-03-02T10:00:00.000Z',
  parentId,
});

export const copilotCliSession = lines(
  event('e0', 'session.start', {
    sessionId: SESSION,
    copilotVersion: '1.0.45',
    startTime: '2026-03-02T09:59:59.000Z',
    context: {
      cwd: '/home/ada/shop',
      gitRoot: '/home/ada/shop',
      repository: 'acme/shop',
      branch: 'main',
      headCommit: 'c0ffee1',
    },
  }),
  event('e1', 'session.model_change', { newModel: 'gpt-5' }),
  event('e2', 'user.message', { content: 'Add a file' }),
  event('e3', 'assistant.message', {
    content: 'I add it.',
    outputTokens: 12,
    toolRequests: [
      {
        toolCallId: 't1',
        name: 'create',
        arguments: '{"path":"/home/ada/shop/a.py","file_text":"print(1)"}',
      },
    ],
  }),
  event('e4', 'tool.execution_start', {
    toolCallId: 't1',
    toolName: 'create',
    arguments: { path: '/home/ada/shop/a.py' },
  }),
  event('e5', 'tool.execution_complete', {
    toolCallId: 't1',
    success: true,
    result: { content: 'Created', detailedContent: 'x' },
  }),
  event('e6', 'user.message', { content: 'A wrong turn' }),
  event('e7', 'session.snapshot_rewind', { upToEventId: 'e3', eventsRemoved: 2 }),
  event('e8', 'user.message', { content: 'Now test it' }),
  event('e9', 'subagent.started', { toolCallId: 't2', agentName: 'tester' }),
  event('e10', 'user.message', { content: 'Test a.py', source: 'system', parentToolCallId: 't2' }),
  event('e11', 'assistant.message', { content: 'It works.', parentToolCallId: 't2' }),
  event('e12', 'assistant.message', { content: 'It works.', outputTokens: 5 }),
  event('e13', 'session.title_changed', { title: 'A new file' }),
  event('e14', 'session.shutdown', {
    modelMetrics: {
      'gpt-5': { usage: { inputTokens: 900, outputTokens: 20, cacheReadTokens: 400, cacheWriteTokens: 0 } },
    },
  }),
);

const uri = (path: string) => ({ $mid: 1, fsPath: path, external: `file://${path}`, path, scheme: 'file' });

const chatRequest = (
  id: string,
  words: string,
  response: unknown[],
  fields: Record<string, unknown> = {},
) => ({
  requestId: id,
  message: { text: words, parts: [{ kind: 'text', text: words }] },
  timestamp: Date.UTC(2026, 2, 2, 10),
  modelId: 'copilot/gpt-4o',
  responseId: `response_${id}`,
  response,
  result: { timings: { totalElapsed: 1500 } },
  ...fields,
});

const chatRequests = [
  chatRequest('q1', 'What is in index.ts?', [
    { value: 'It is in ', baseUri: uri('/home/ada/shop/') },
    { kind: 'inlineReference', inlineReference: uri('/home/ada/shop/index.ts') },
    { value: '.' },
    { kind: 'progressMessage', content: { value: 'hidden' } },
  ]),
  chatRequest(
    'q2',
    'Change it',
    [
      {
        kind: 'toolInvocationSerialized',
        toolId: 'copilot_readFile',
        toolCallId: 'x1',
        isConfirmed: { type: 1 },
        pastTenseMessage: { value: 'Read' },
      },
      { value: '\n```\n' },
      { kind: 'codeblockUri', uri: uri('/home/ada/shop/index.ts') },
      {
        kind: 'textEditGroup',
        uri: uri('/home/ada/shop/index.ts'),
        edits: [[{ text: 'hello()', range: {} }]],
      },
      { value: '\n```\n' },
      { value: 'Changed.' },
    ],
    {
      result: {
        timings: { totalElapsed: 900 },
        metadata: {
          toolCallRounds: [
            {
              toolCalls: [
                {
                  id: 'call_1__vscode-1',
                  name: 'read_file',
                  arguments: '{"filePath":"/home/ada/shop/index.ts"}',
                },
              ],
            },
          ],
          toolCallResults: {
            'call_1__vscode-1': {
              content: [
                { value: { node: { children: [{ text: 'hello' }, { text: '()', lineBreakBefore: true }] } } },
              ],
            },
          },
        },
      },
    },
  ),
];

/** An exported chat: no session id. */
export const copilotChatExport = bytesOf(
  `\ufeff${JSON.stringify({ responderUsername: 'GitHub Copilot', requesterUsername: 'ada', requests: chatRequests }, null, 2)}\0\0`,
);

export const copilotChatLog = lines(
  {
    kind: 0,
    v: { version: 3, sessionId: SESSION, responderUsername: 'GitHub Copilot', requests: [], inputState: {} },
  },
  { kind: 2, k: ['requests'], v: [chatRequests[0]] },
  { kind: 1, k: ['inputState', 'inputText'], v: 'draft' },
  { kind: 1, k: ['customTitle'], v: 'The index' },
  { kind: 2, k: ['requests'], v: [{ ...chatRequests[1], response: [{ value: 'I begin' }] }] },
  { kind: 2, k: ['requests', 1, 'response'], v: chatRequests[1]?.response, i: 0 },
  { kind: 1, k: ['requests', 7000, 'response'], v: [] },
  { kind: 1, k: ['__proto__', 'polluted'], v: true },
  { kind: 3, k: ['inputState', 'inputText'] },
);

export const cursorTranscript = lines(
  {
    role: 'user',
    message: { content: [{ type: 'text', text: '<user_query>\nWrite a list\n</user_query>' }] },
  },
  {
    role: 'assistant',
    message: {
      content: [
        { type: 'text', text: 'I write it.\n\n[REDACTED]' },
        { type: 'tool_use', name: 'Write', input: { path: '/home/ada/list.txt', contents: 'one' } },
      ],
    },
  },
  {
    role: 'assistant',
    message: {
      content: [
        { type: 'text', text: '[REDACTED]' },
        { type: 'tool_use', name: 'Read', input: { path: '/home/ada/list.txt' } },
      ],
    },
  },
  { role: 'assistant', message: { content: [{ type: 'text', text: 'It is written.' }] } },
);

/** Rows of the newer of Cursor's databases: an empty value, an empty id, and an id that differs from its key. */
export const cursorRows: [key: string, value: string | null][] = Object.entries({
  'composerData:c1': {
    name: 'The cart',
    createdAt: Date.UTC(2026, 2, 2, 10),
    workspaceIdentifier: { uri: { fsPath: '/home/ada/shop' } },
    modelConfig: { modelName: 'claude-4-sonnet' },
    fullConversationHeadersOnly: ['b1', 'b2', 'missing', 'other-id', '', 'b5', 'b6'].map((bubbleId) => ({
      bubbleId,
    })),
  },
  'bubbleId:c1:b1': {
    type: 1,
    bubbleId: 'b1',
    text: 'Empty the cart',
    createdAt: '2026-03-02T10:00:01.000Z',
  },
  'bubbleId:c1:b2': { type: 2, bubbleId: 'b2', thinking: { text: 'How?' }, text: '' },
  'bubbleId:c1:b3': {
    type: 2,
    bubbleId: 'other-id',
    text: 'I do.',
    tokenCount: { inputTokens: 30, outputTokens: 4 },
  },
  'bubbleId:c1:b4': { type: 1, bubbleId: '', text: 'Go on' },
  'bubbleId:c1:b5': {
    type: 2,
    bubbleId: 'b5',
    toolFormerData: {
      name: 'edit_file',
      params: JSON.stringify({ relativeWorkspacePath: 'cart.ts' }),
      result: JSON.stringify({ diff: { chunks: [{ diffString: '- old\n+ new' }] } }),
      status: 'completed',
      userDecision: 'rejected',
    },
  },
  'bubbleId:c1:b6': null,
  'bubbleId:c10:z': { type: 1, text: 'Of another conversation' },
}).map(([key, value]) => [key, value === null ? null : JSON.stringify(value)]);

export const aiderHistory = bytesOf(`
# aider chat started at 2026-03-02 10:00:00

> Aider v0.85.1  
> Main model: gpt-4o with diff edit format  
> Git repo: .git with 16 files  

#### fix the login  
#### of the shop  

login.ts
\`\`\`ts
<<<<<<< SEARCH
login = 1
=======
login = 2
>>>>>>> REPLACE
\`\`\`

A heading in code:

\`\`\`md
#### not a person
> not aider
\`\`\`

> Tokens: 3.2k sent, 1.1k cache hit, 184 received. Cost: $0.01 message, $0.03 session.  
> Applied edit to login.ts  
> Commit dde0244 fix: login of the shop  
> You can use /undo to undo and discard each aider commit.  

# aider chat started at 2026-03-02 11:00:00

> Aider v0.85.1  

# aider chat started at 2026-03-02 10:00:00

#### again  

Yes.
`);

export const specStory = bytesOf(`<!-- Generated by SpecStory, Markdown v2.1.0 -->

# 2026-03-02 10:00:00Z

<!-- Claude Code Session ${SESSION} (2026-03-02 10:00:00Z) -->

_**User (2026-03-02 10:00:00Z)**_

Explain the commit

---

_**Agent (claude-opus-4-5 2026-03-02 10:00:03Z)**_

<think><details><summary>Thought Process</summary>
I look at it.
</details></think>

_**Agent (claude-opus-4-5 2026-03-02 10:00:05Z)**_

<tool-use data-tool-type="shell" data-tool-name="Bash"><details>
<summary>Tool use: **Bash**</summary>
Commit

\`git commit -m x\`

\`\`\`text
[main 1a2b3c4] x

_**User (not a person)**_
\`\`\`
</details></tool-use>

_**Agent (claude-opus-4-5 2026-03-02 10:00:09Z)**_

It fixes the login.
`);
