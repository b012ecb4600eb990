import type { ConversationDetail, MessageView } from './views.ts';

const AUTHORS = { human: 'Person', assistant: 'Assistant', tool: 'Tool', system: 'System' } as const;
/** Of a tool's output in Markdown; JSON has all of it. */
const MAX_OUTPUT = 4_000;

/** A conversation as one JSON document, in the shape of the API. */
export function asJson(conversation: ConversationDetail, messages: readonly MessageView[]): string {
  return `${JSON.stringify({ ...conversation, messageList: messages }, null, 2)}\n`;
}

/**
 * A conversation as Markdown, as people read it.
 * @param withTools false leaves out what tools were asked and printed, and where it happened
 */
export function asMarkdown(
  conversation: ConversationDetail,
  messages: readonly MessageView[],
  withTools: boolean,
): string {
  const head = [`# ${conversation.title.replaceAll('\n', ' ')}`, '', ...facts(conversation, withTools), ''];
  return `${[...head, ...messages.flatMap((message) => messageLines(message, withTools))].join('\n').trimEnd()}\n`;
}

function facts(conversation: ConversationDetail, isWhole: boolean): string[] {
  const { tool, ownerName, repository, branch, workingDirectory, startedAt, commitsSeen } = conversation;
  const made = commitsSeen.filter(({ kind }) => kind === 'made').map(({ sha }) => sha);
  return [
    ['Tool', tool],
    ['Person', isWhole ? ownerName : null],
    ['Repository', repository],
    ['Branch', branch],
    ['Folder', isWhole ? workingDirectory : null],
    ['Begun', startedAt],
    ['Commits', made.length > 0 ? made.join(', ') : null],
  ].flatMap(([name, value]) => (value ? [`- ${name}: ${value}`] : []));
}

function messageLines({ author, at, model, text, toolCalls }: MessageView, withTools: boolean): string[] {
  const title = [AUTHORS[author], model, at].filter((part) => part != null).join(' · ');
  const calls = withTools ? toolCalls.flatMap(callLines) : toolCalls.map(({ name }) => `*${name}*`);
  if (text.trim() === '' && calls.length === 0) return [];
  return [
    `## ${title}`,
    '',
    ...(text.trim() === '' ? [] : [text, '']),
    ...calls,
    ...(calls.length > 0 ? [''] : []),
  ];
}

function callLines({ name, input, output, edits }: MessageView['toolCalls'][number]): string[] {
  return [
    `**${name}**`,
    ...fenced(input.slice(0, MAX_OUTPUT)),
    ...edits.flatMap(({ path, before, after }) => [
      `\`${path}\``,
      ...fenced(diffOf(before, after).slice(0, MAX_OUTPUT), 'diff'),
    ]),
    ...(output ? fenced(output.slice(0, MAX_OUTPUT)) : []),
  ];
}

function diffOf(before: string | null, after: string | null): string {
  const lines = (text: string | null, sign: string) =>
    text === null || text === '' ? [] : text.split('\n').map((line) => `${sign}${line}`);
  return [...lines(before, '-'), ...lines(after, '+')].join('\n');
}

/** A fence that is longer than any in the text. */
function fenced(text: string, language = ''): string[] {
  if (text === '') return [];
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}${language}`, text, fence];
}
