import type { Line } from './sessions.ts';

/** Lines of one kind that follow each other. */
export interface Block {
  kind: 'human' | 'tool' | 'answer';
  lines: string[];
  number: number;
}

/**
 * Puts lines into blocks: `#### ` is a person, `> ` is aider, the rest is the model. Inside of a code fence of the
 * model only lines with the two blanks at their end that aider writes are its marks.
 */
export function blocksOf(lines: readonly Line[]): Block[] {
  const blocks: Block[] = [];
  let isFenced = false;
  for (const { text, number } of lines) {
    const isMark = !isFenced || text.endsWith('  ');
    const kind =
      isMark && /^####( |$)/.test(text) ? 'human' : isMark && /^>( |$)/.test(text) ? 'tool' : 'answer';
    if (kind !== 'answer') isFenced = false;
    else if (/^\s{0,3}(```|~~~)/.test(text)) isFenced = !isFenced;
    const last = blocks.at(-1);
    if (last?.kind === kind) last.lines.push(contentOf(kind, text));
    else if (kind !== 'answer' || text.trim() !== '')
      blocks.push({ kind, lines: [contentOf(kind, text)], number });
  }
  return blocks;
}

function contentOf(kind: Block['kind'], text: string): string {
  if (kind === 'answer') return text;
  return text.replace(kind === 'human' ? /^#### ?/ : /^> ?/, '').trimEnd();
}
