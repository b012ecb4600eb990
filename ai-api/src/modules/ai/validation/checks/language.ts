import { createRequire } from 'node:module';
import type { RuleOf } from '../rule/schema.ts';
import type { Check } from './check.ts';

/** With fewer letters a guess says little. */
const MIN_LETTERS = 20;
/** A share of the best guess from which another language is as likely. */
const CLOSE = 0.9;
const MAX_READ = 5_000;

const require = createRequire(import.meta.url);
/** Loading the profiles of the languages takes 0.3 s of processor time, which only a process that needs them pays. */
const detectAll: typeof import('tinyld').detectAll = (text) =>
  (require('tinyld') as typeof import('tinyld')).detectAll(text);

const names = new Intl.DisplayNames('en', { type: 'language' });

export function language({ languages }: RuleOf<'language'>): Check {
  return {
    asks: `the language ${languages.map(nameOf).join(' or ')}`,
    run: ({ text }) => {
      const letters = text.match(/\p{L}/gu)?.length ?? 0;
      if (letters < MIN_LETTERS) return { holds: null, says: `It has ${letters} letters, too few to tell.` };
      const guesses = detectAll(text.slice(0, MAX_READ).toWellFormed());
      const [best] = guesses;
      if (!best) return { holds: null, says: 'Its language could not be told.' };
      const likely = guesses.filter(({ accuracy }) => accuracy >= best.accuracy * CLOSE);
      return {
        holds: likely.some(({ lang }) => languages.includes(lang)),
        says: `It is ${nameOf(best.lang)}.`,
      };
    },
  };
}

function nameOf(code: string): string {
  return names.of(code) ?? code;
}
