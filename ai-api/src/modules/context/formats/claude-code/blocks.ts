import { isObject, type Json, list } from '../values.ts';

/** Text of a message's content: a string, or its text blocks; images and documents leave a mark. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return list(content).map(blockText).filter(Boolean).join('\n\n');
}

function blockText(block: unknown): string {
  if (typeof block === 'string') return block;
  if (!isObject(block)) return '';
  if (typeof block.text === 'string') return block.text;
  if (block.type === 'image') return '[image]';
  return block.type === 'document' ? '[document]' : '';
}

export function toolResultsOf(content: unknown): Json[] {
  return list(content).filter((block): block is Json => isObject(block) && block.type === 'tool_result');
}

const WRAPPERS =
  /^<(command-name|command-message|local-command-stdout|local-command-stderr|local-command-caveat|bash-input|bash-stdout|bash-stderr|system-reminder|task-notification|user-memory-input|ide_opened_file|ide_selection)>/;

/** Text that the client wrote in the person's place: commands, their output, reminders. */
export function isWrapped(text: string): boolean {
  return WRAPPERS.test(text.trimStart()) || text.startsWith('[Request interrupted by user');
}
