import { readFileSync } from 'node:fs';
import { createRandom, type Random } from '../../examples/company/random.ts';

/** A text to learn from. */
export interface Example {
  text: string;
  /** The heading it stands under in its file. */
  kind: string;
  /** The line it was made of. */
  line: string;
  isAccount: boolean;
}

/** Frozen: another seed makes other texts and other weights. */
export const SEED = 52_711;
const FILES = [
  { name: 'work', isAccount: true, perLine: 8 },
  { name: 'spoken', isAccount: false, perLine: 8 },
  { name: 'other', isAccount: false, perLine: 1 },
] as const;

/**
 * The texts of `work.txt` (accounts of work), `spoken.txt` (texts that speak to whoever judges them) and `other.txt`
 * (any other prose). A line `{one|other} <name>` stands for all texts that its choices make, with the words listed
 * under `= name`; a few of them are drawn.
 */
export function trainingTexts(): Example[] {
  return FILES.flatMap(({ name, isAccount, perLine }) => {
    const { kinds, lists } = parse(readFileSync(new URL(`./${name}.txt`, import.meta.url), 'utf8'));
    return [...kinds].flatMap(([kind, lines]) =>
      lines.flatMap((line) => {
        const random = createRandom(SEED, name, line);
        const drawn = Array.from({ length: perLine }, () => write(line, lists, random));
        return [...new Set(drawn)].map((text) => ({ text, kind, line, isAccount }));
      }),
    );
  });
}

type Lines = Map<string, string[]>;

function parse(file: string): { kinds: Lines; lists: Lines } {
  const kinds: Lines = new Map();
  const lists: Lines = new Map();
  let under: string[] = [];
  for (const line of file.split('\n')) {
    const [, sign, name = ''] = /^([#=]) (.+)$/.exec(line) ?? [];
    if (sign) {
      under = [];
      (sign === '#' ? kinds : lists).set(name, under);
    } else if (line !== '') under.push(line);
  }
  return { kinds, lists };
}

/** One text of a line: choices from the innermost on, at random. */
function write(line: string, lists: Lines, random: Random): string {
  const next = line
    .replace(/<(\w+)>/, (_, name: string) => random.pick(lists.get(name) ?? []))
    .replace(/\{([^{}]*)\}/, (_, choices: string) => random.pick(choices.split('|')));
  return next === line ? line : write(next, lists, random);
}
