import { createHash } from 'node:crypto';
import type { Story, Turn } from './stories.ts';

/** A conversation that is to be written in the format of a tool. */
export interface Told {
  /** The same seed gives the same ids. */
  seed: string;
  person: string;
  story: Story;
  turns: readonly Turn[];
  startedAt: Date;
}

/** A file as the tool would have written it. */
export interface ToolFile {
  name: string;
  text: string;
}

const MINUTE_MS = 60_000;

const uuidOf = (text: string): string => {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};
const lines = (records: readonly object[]) =>
  `${records.map((record) => JSON.stringify(record)).join('\n')}\n`;
const folderOf = ({ person, story }: Told) =>
  `/home/${person.split('.')[0]}/${story.repository.split('/').at(-1)}`;
const at = ({ startedAt }: Told, place: number) =>
  new Date(startedAt.getTime() + place * MINUTE_MS).toISOString();

function claudeCode(told: Told): ToolFile {
  const sessionId = uuidOf(told.seed);
  const records: object[] = [];
  let parentUuid: string | null = null;
  const add = (type: string, message: object, more: object = {}) => {
    const uuid = uuidOf(`${told.seed} ${records.length}`);
    records.push({
      type,
      uuid,
      parentUuid,
      sessionId,
      isSidechain: false,
      userType: 'external',
      cwd: folderOf(told),
      gitBranch: told.story.branch,
      version: '2.1.144',
      timestamp: at(told, records.length),
      message,
      ...more,
    });
    parentUuid = uuid;
  };
  const answer = (content: object[]) =>
    add('assistant', {
      id: `msg_${uuidOf(`${told.seed} answer ${records.length}`).replaceAll('-', '')}`,
      role: 'assistant',
      model: 'claude-sonnet-4-5',
      content,
      usage: {
        input_tokens: 900,
        output_tokens: 160,
        cache_read_input_tokens: 21_000,
        cache_creation_input_tokens: 400,
      },
    });
  for (const [place, { ask, answer: text, edit, run }] of told.turns.entries()) {
    add('user', { role: 'user', content: ask });
    const id = `toolu_${place}`;
    if (edit) {
      const input = {
        file_path: `${folderOf(told)}/${edit.path}`,
        old_string: edit.before,
        new_string: edit.after,
      };
      answer([{ type: 'tool_use', id, name: 'Edit', input }]);
      add('user', { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'Updated' }] });
    }
    if (run) {
      answer([{ type: 'tool_use', id: `${id}r`, name: 'Bash', input: { command: run.command } }]);
      add('user', {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: `${id}r`, content: run.output }],
      });
    }
    answer([{ type: 'text', text }]);
  }
  return { name: `${sessionId}.jsonl`, text: lines(records) };
}

function codex(told: Told): ToolFile {
  const id = uuidOf(told.seed);
  const item = (place: number, payload: object) => ({
    timestamp: at(told, place),
    type: 'response_item',
    payload,
  });
  const said = (role: string, type: string, text: string) => ({
    type: 'message',
    role,
    content: [{ type, text }],
  });
  const records: object[] = [
    {
      timestamp: at(told, 0),
      type: 'session_meta',
      payload: {
        id,
        timestamp: at(told, 0),
        cwd: folderOf(told),
        cli_version: '0.99.0',
        git: { branch: told.story.branch, repository_url: `git@github.com:${told.story.repository}.git` },
      },
    },
    { timestamp: at(told, 0), type: 'turn_context', payload: { model: 'gpt-5-codex' } },
  ];
  for (const [place, { ask, answer, edit, run }] of told.turns.entries()) {
    records.push(item(place, said('user', 'input_text', ask)));
    if (edit) {
      const removed = edit.before.split('\n').map((line) => `-${line}`);
      const added = edit.after.split('\n').map((line) => `+${line}`);
      const patch = [
        '*** Begin Patch',
        `*** Update File: ${edit.path}`,
        '@@',
        ...removed,
        ...added,
        '*** End Patch',
      ];
      records.push(
        item(place, {
          type: 'custom_tool_call',
          name: 'apply_patch',
          input: patch.join('\n'),
          call_id: `p${place}`,
        }),
        item(place, { type: 'custom_tool_call_output', call_id: `p${place}`, output: 'Done!' }),
      );
    }
    if (run) {
      const call = JSON.stringify({ command: ['bash', '-lc', run.command] });
      const output = JSON.stringify({ output: run.output, metadata: { exit_code: 0 } });
      records.push(
        item(place, { type: 'function_call', name: 'shell', arguments: call, call_id: `s${place}` }),
        item(place, { type: 'function_call_output', call_id: `s${place}`, output }),
      );
    }
    records.push(item(place, said('assistant', 'output_text', answer)));
  }
  return {
    name: `rollout-${at(told, 0).slice(0, 19).replaceAll(':', '-')}-${id}.jsonl`,
    text: lines(records),
  };
}

function copilotCli(told: Told): ToolFile {
  let place = 0;
  const event = (type: string, data: object) => ({
    type,
    data,
    id: uuidOf(`${told.seed} ${place}`),
    timestamp: at(told, place++),
    parentId: null,
  });
  const context = {
    cwd: folderOf(told),
    gitRoot: folderOf(told),
    repository: told.story.repository,
    branch: told.story.branch,
    headCommit: uuidOf(`${told.seed} head`).slice(0, 8).replace(/^\d/, 'c'),
  };
  const records = [
    event('session.start', {
      sessionId: uuidOf(told.seed),
      copilotVersion: '1.0.45',
      startTime: at(told, 0),
      context,
    }),
    event('session.model_change', { newModel: 'gpt-5' }),
    ...told.turns.flatMap(({ ask, answer, run }, turn) => [
      event('user.message', { content: ask }),
      event('assistant.message', {
        content: answer,
        outputTokens: 140,
        toolRequests: run
          ? [{ toolCallId: `t${turn}`, name: 'bash', arguments: JSON.stringify({ command: run.command }) }]
          : [],
      }),
      ...(run
        ? [
            event('tool.execution_complete', {
              toolCallId: `t${turn}`,
              success: true,
              result: { content: run.output },
            }),
          ]
        : []),
    ]),
  ];
  return { name: 'events.jsonl', text: lines(records) };
}

function aider(told: Told): ToolFile {
  const body = told.turns.flatMap(({ ask, answer, edit, run }) => [
    `#### ${ask}`,
    '',
    answer,
    '',
    ...(edit ? [`> Applied edit to ${edit.path}`] : []),
    ...(run ? [`> Running ${run.command}`, ...run.output.split('\n').map((line) => `> ${line}`)] : []),
    '',
  ]);
  const started = at(told, 0).slice(0, 19).replace('T', ' ');
  return {
    name: '.aider.chat.history.md',
    text: [`# aider chat started at ${started}`, '', ...body].join('\n'),
  };
}

function cursor(told: Told): ToolFile {
  const records = told.turns.flatMap(({ ask, answer, edit }) => [
    { role: 'user', message: { content: [{ type: 'text', text: `<user_query>\n${ask}\n</user_query>` }] } },
    {
      role: 'assistant',
      message: {
        content: [
          { type: 'text', text: answer },
          ...(edit
            ? [
                {
                  type: 'tool_use',
                  name: 'StrReplace',
                  input: {
                    path: `${folderOf(told)}/${edit.path}`,
                    old_string: edit.before,
                    new_string: edit.after,
                  },
                },
              ]
            : []),
        ],
      },
    },
  ]);
  return { name: `${uuidOf(told.seed)}.jsonl`, text: lines(records) };
}

function specStory(told: Told): ToolFile {
  const stamp = (place: number) => `${at(told, place).slice(0, 19).replace('T', ' ')}Z`;
  const body = told.turns.flatMap(({ ask, answer }, place) => [
    `_**User (${stamp(2 * place)})**_`,
    '',
    ask,
    '',
    '---',
    '',
    `_**Agent (claude-opus-4-5 ${stamp(2 * place + 1)})**_`,
    '',
    answer,
    '',
    '---',
    '',
  ]);
  const head = ['<!-- Generated by SpecStory, Markdown v2.1.0 -->', '', `# ${stamp(0)}`, ''];
  const session = `<!-- Claude Code Session ${uuidOf(told.seed)} (${stamp(0)}) -->`;
  return {
    name: `${stamp(0).replaceAll(/[: ]/g, '-')}.md`,
    text: [...head, session, '', ...body].join('\n'),
  };
}

/** Writers by tool, in the order in which the sample takes turns with them. */
export const SHAPES = [claudeCode, codex, cursor, copilotCli, claudeCode, aider, specStory] as const;
