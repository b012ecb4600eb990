import type { Person } from './person.ts';

/** Regular expressions of PostgreSQL that find a person in texts and in the text of JSON. */
export interface Patterns {
  email: string | null;
  name: string | null;
  phone: string | null;
  /** Names of one word: replaced only where a column holds nothing else. */
  wholes: string[];
}

const escaped = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** In JSON a line break before a word is `\n`, whose letter is no part of the word; in a link, `%3C` before an address. */
const BEFORE_NAME = String.raw`(^|\W|_|\\[nrtbf]|%[0-9A-Fa-f]{2})`;
const BEFORE_EMAIL = String.raw`(^|[^[:alnum:]._+-]|\\[nrtbf]|%[0-9A-Fa-f]{2})`;
const AFTER_NAME = '(?![[:alnum:]])';
/** No part of a longer address, such as `ann@example.com` of `ann@example.com.au`. */
const AFTER_EMAIL = '(?![[:alnum:]@-]|[.][[:alnum:]])';
const SPACE = String.raw`(?:\s|\\[nrt]|%20|[+_])+`;

const BEFORE_PHONE = String.raw`(^|[^[:alnum:]+]|\\[nrtbf]|%[0-9A-Fa-f]{2})`;

/** How a person's addresses, numbers and names of several words look in texts. */
export function patternsOf({
  emails,
  names,
  phones = [],
}: Pick<Person, 'emails' | 'names'> & { phones?: readonly string[] }): Patterns {
  const addresses = emails.map((email) => {
    const at = email.lastIndexOf('@');
    return `${escaped(email.slice(0, at))}(?:@|%40)${escaped(email.slice(at + 1))}`;
  });
  const parts = names.map((name) => name.trim().split(/\s+/));
  const spoken = parts
    .filter((words) => words.length > 1)
    .flatMap((words) => [words, asJson(words)])
    .flatMap((words) => [words.map(escaped).join(SPACE), ...reversed(words)]);
  return {
    email: addresses.length === 0 ? null : `${BEFORE_EMAIL}(?:${addresses.join('|')})${AFTER_EMAIL}`,
    name: spoken.length === 0 ? null : `${BEFORE_NAME}(?:${[...new Set(spoken)].join('|')})${AFTER_NAME}`,
    phone:
      phones.length === 0 ? null : `${BEFORE_PHONE}(?:\\+|%2B)(?:${phones.map(dialled).join('|')})(?![0-9])`,
    wholes: names.filter((name) => !/\s/.test(name.trim())),
  };
}

/** `+4740000000` as `+47 40 00 00 00` or `+47-400-00000`. */
function dialled(phone: string): string {
  return [...phone.replaceAll(/\D/g, '')].join('[ .()/-]{0,2}');
}

/** `Quill Marrow` as `Marrow, Quill`. */
function reversed(words: readonly string[]): string[] {
  if (words.length !== 2) return [];
  const [first = '', last = ''] = words.map(escaped);
  return [`${last},${SPACE}${first}`];
}

/** Words as they are in the text of JSON. */
function asJson(words: readonly string[]): string[] {
  return words.map((word) => JSON.stringify(word).slice(1, -1));
}

/** One expression for all of them; null where a person has none. */
export function anyOf({ email, name, phone }: Patterns): string | null {
  const both = [email, name, phone].filter((pattern) => pattern !== null);
  return both.length === 0 ? null : both.map((pattern) => `(?:${pattern})`).join('|');
}
