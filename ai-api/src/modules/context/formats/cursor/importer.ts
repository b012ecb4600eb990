import { Budget } from '../builder.ts';
import type { Skips } from '../lines.ts';
import type { Conversation } from '../model.ts';
import { readComposer } from './composer.ts';
import type { CursorExtract } from './extract.ts';
import { readTab } from './tab.ts';

/** Conversations of an extract: those with bubbles, then chats of 2024. */
export function readExtract(extract: CursorExtract, skips: Skips): Conversation[] {
  const budget = new Budget();
  const found = [
    ...extract.composers.map((entry) => readComposer(entry, budget)),
    ...extract.tabs.map((tab, index) => {
      const conversation = readTab(tab, budget);
      if (conversation === null) skips.add(`tabs.${index}`, 'has no id or no messages');
      return conversation;
    }),
  ];
  return found.filter((conversation) => conversation !== null);
}

/** Records of an extract: conversations, bubbles and chats. */
export function recordsOf({ composers, tabs }: CursorExtract): number {
  return composers.reduce((sum, { bubbles }) => sum + 1 + Object.keys(bubbles).length, tabs.length);
}
