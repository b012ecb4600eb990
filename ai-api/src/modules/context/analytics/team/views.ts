import {
  amountOf,
  COMPARED,
  differenceOf,
  FIGURES,
  type Figure,
  type Ratio,
  type Read,
  ratioOf,
} from './figures.ts';
import type { Week } from './measures.ts';

const CAUTION = 'Correlation, not cause: commits with a link differ from others in more than the link.';

/** What a group does with one assistant. */
export function usedOf(weeks: readonly Week[], assistant: string, read: Read) {
  return {
    assistant,
    personWeeks: amountOf(weeks, read, 'people'),
    conversations: amountOf(weeks, read, 'conversations'),
    messages: amountOf(weeks, read, 'messages'),
    tokens: amountOf(weeks, read, 'tokens'),
    costMicros: amountOf(weeks, read, 'cost'),
  };
}

/** Figures and amounts of a group over some weeks, and commits with a link beside others. */
export function viewOf(weeks: readonly Week[], read: Read) {
  const figures = Object.fromEntries(
    Object.entries(FIGURES).map(([name, parts]) => [name, ratioOf(weeks, read, parts)]),
  ) as Record<Figure, Ratio | null>;
  const { linesPerCommit, rework } = COMPARED;
  return {
    figures,
    amounts: {
      conversations: amountOf(weeks, read, 'conversations'),
      conversationsSuggested: amountOf(weeks, read, 'conversationsSuggested'),
      commits: amountOf(weeks, read, 'commits'),
      commitsSuggested: amountOf(weeks, read, 'commitsSuggested'),
      tokens: amountOf(weeks, read, 'tokens'),
      tokensUnlinked: differenceOf(weeks, read, ['tokens', 'tokensLinked']),
      tokensUnpriced: amountOf(weeks, read, 'unpriced'),
      costMicros: amountOf(weeks, read, 'cost'),
      costUnlinkedMicros: differenceOf(weeks, read, ['cost', 'costLinked']),
    },
    compared: {
      note: CAUTION,
      linked: {
        linesPerCommit: ratioOf(weeks, read, linesPerCommit[0]),
        rework: ratioOf(weeks, read, rework[0]),
      },
      other: {
        linesPerCommit: ratioOf(weeks, read, linesPerCommit[1]),
        rework: ratioOf(weeks, read, rework[1]),
      },
    },
  };
}

/** Whether anything of a group may be shown. */
export function isShown({ figures, amounts }: ReturnType<typeof viewOf>): boolean {
  return [...Object.values(figures), ...Object.values(amounts)].some((value) => value !== null);
}
