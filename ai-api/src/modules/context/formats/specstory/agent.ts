import { newCall } from '../calls.ts';
import { MAX_TOOL_CHARACTERS } from '../limits.ts';
import type { Message, ToolCall } from '../model.ts';
import type { Turns } from '../turns.ts';
import { clean } from '../values.ts';

type Details = Pick<Message, 'at' | 'model'>;

/** Types that SpecStory gives tool calls. */
const ACTIONS: Record<string, ToolCall['action']> = {
  shell: 'run',
  read: 'read',
  write: 'edit',
  search: 'search',
  task: 'delegate',
};

const THOUGHT = /^<think>(?:<details>)?(?:<summary>[^\n]{0,100}?<\/summary>)?/;

/** Reads what an agent's block holds: a thought, tool calls, text, in any order. */
export function readAgentText(turns: Turns, id: string, said: string, details: Details): void {
  let number = 0;
  for (let rest = said; rest !== ''; number++) {
    const partId = number === 0 ? id : `${id}.${number}`;
    const [part, after] = nextPart(rest);
    rest = after;
    if (part.startsWith('<think>'))
      turns.think(
        partId,
        part
          .replace(THOUGHT, '')
          .replace(/(?:<\/details>)?<\/think>$/, '')
          .trim(),
        details,
      );
    else if (part.startsWith('<tool-use')) turns.call(partId, toolUse(part, partId), details);
    else turns.say(partId, part, details);
  }
}

/** The text up to the next tag, or the tagged part at the beginning; and what follows it. */
function nextPart(text: string): [string, string] {
  for (const [open, close] of [
    ['<tool-use', '</tool-use>'],
    ['<think>', '</think>'],
  ] as const)
    if (text.startsWith(open)) {
      const end = text.indexOf(close);
      return end < 0 ? [text, ''] : split(text, end + close.length);
    }
  const starts = ['\n<tool-use', '\n<think>'].map((tag) => text.indexOf(tag)).filter((at) => at >= 0);
  return starts.length === 0 ? [text, ''] : split(text, Math.min(...starts));
}

const split = (text: string, at: number): [string, string] => [
  text.slice(0, at).trim(),
  text.slice(at).trim(),
];

function toolUse(part: string, id: string): ToolCall {
  const tag = part.slice(0, Math.max(0, part.indexOf('>')));
  const type = /data-tool-type="([^"]{0,60})"/.exec(tag)?.[1] ?? '';
  const tool = /data-tool-name="([^"]{1,200})"/.exec(tag)?.[1] ?? 'unknown';
  const body = part
    .slice(tag.length + 1)
    .replace(/(?:<\/details>)?\s*<\/tool-use>$/, '')
    .replace(/^<details>\s*/, '');
  const summaryEnd = body.indexOf('</summary>');
  const content = (summaryEnd < 0 ? body : body.slice(summaryEnd + '</summary>'.length)).trim();
  const [before, output] = lastFence(content);
  const action = ACTIONS[type];
  const input = inputOf(before);
  const call = newCall(id, tool, action === 'run' ? { command: input } : pathInput(input));
  const result = output ?? (before === content ? null : '');
  return {
    ...call,
    action: action ?? call.action,
    input: clean(input, MAX_TOOL_CHARACTERS),
    output: result === null ? null : clean(result, MAX_TOOL_CHARACTERS),
    failed: /^(?:Exit code|exit code:?) [1-9]/.test(output ?? ''),
  };
}

/** What comes before the last code fence, and what is in it. */
function lastFence(content: string): [string, string | null] {
  if (!content.endsWith('```')) return [content, null];
  const start = content.lastIndexOf('\n```', content.length - 4);
  const begin = start >= 0 ? start + 1 : content.startsWith('```') ? 0 : -1;
  if (begin < 0) return [content, null];
  const newline = content.indexOf('\n', begin);
  return [content.slice(0, begin).trim(), content.slice(newline + 1, -3).trimEnd()];
}

/** The code of the last line that is code alone, which is the command or the path; otherwise all of it. */
function inputOf(before: string): string {
  const code = before.split('\n').findLast((line) => /^`[^`]+`$/.test(line.trim()));
  return code === undefined ? before : code.trim().slice(1, -1);
}

const pathInput = (input: string): unknown => (/^[^\s`]{1,500}$/.test(input) ? { path: input } : input);
