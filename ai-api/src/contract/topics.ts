import { z } from 'zod';
import { EVENT_TYPES, type EventType } from './events.ts';

/**
 * A pattern of event types, as on a topic exchange: `*` is one word, `#` none or more, as in `agent.execution.*`,
 * `approval.#` or `#`. It has one `#` at most and matches at least one type.
 */
export const topic = z
  .string()
  .max(100)
  .refine(
    (pattern) =>
      /^[a-z-]+(\.[a-z-]+)*$/.test(pattern.replaceAll(/[*#]/g, 'x')) && pattern.split('#').length <= 2,
    'must be words joined by dots, where * is one word and # (once) any number of them',
  )
  .refine((pattern) => typesOfTopic(pattern).length > 0, 'matches no type of event');

/** Whether a topic is a pattern, and not the name of one type. */
export function isPattern(pattern: string): boolean {
  return /[*#]/.test(pattern);
}

/** Whether an event type matches a pattern. */
export function matchesTopic(pattern: string, type: string): boolean {
  return matchesWords(pattern.split('.'), type.split('.'));
}

function matchesWords(pattern: readonly string[], words: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return words.length === 0;
  if (first === '#')
    return matchesWords(rest, words) || (words.length > 0 && matchesWords(pattern, words.slice(1)));
  return words.length > 0 && (first === '*' || first === words[0]) && matchesWords(rest, words.slice(1));
}

/** The event types that a pattern matches. */
export function typesOfTopic(pattern: string): EventType[] {
  return EVENT_TYPES.filter((type) => matchesTopic(pattern, type));
}

/** Every pattern that matches a type, so that patterns can be looked up by an index. */
export function topicsOfType(type: string): string[] {
  const words = type.split('.');
  const found = new Set(choices(words));
  for (let start = 0; start <= words.length; start++)
    for (let end = start; end <= words.length; end++)
      for (const left of choices(words.slice(0, start)))
        for (const right of choices(words.slice(end)))
          found.add([left, '#', right].filter((part) => part !== '').join('.'));
  return [...found];
}

/** The words with each of them kept or replaced by `*`. */
function choices(words: readonly string[]): string[] {
  return words.reduce<string[]>(
    (before, word) =>
      before.flatMap((start) => [word, '*'].map((next) => (start === '' ? next : `${start}.${next}`))),
    [''],
  );
}
