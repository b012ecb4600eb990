import { bytesOf, lines, SESSION } from './records.ts';

/** Small files of the other assistants, written after the shape of real ones, with what has gone wrong in real ones. */

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
