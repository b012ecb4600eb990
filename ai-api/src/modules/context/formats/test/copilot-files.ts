import { bytesOf, lines, SESSION } from './records.ts';

/** Small files of Copilot, written after the shape of real ones, with what has gone wrong in real ones. */

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
