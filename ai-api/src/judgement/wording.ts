import { readFileSync } from 'node:fs';
import type { Language } from '../contract/languages.ts';
import { expressionLanguage } from './expression.ts';
import type { Facts, FactValue } from './facts.ts';
import { type Kind, nameOf } from './kind.ts';
import { type KindWords, SENTENCES } from './language.ts';
import { type CompiledRule, compileRule } from './rule.ts';
import type { CriterionResult, Wording } from './schema.ts';

/** A sentence about a criterion, in the language of a reader where there is a translation. */
export interface Worded {
  sentence: string;
  wording: Wording;
}

/** What a sentence rests on beside the result itself. */
export interface WordingContext {
  kind: Kind;
  /** Those that the judgement was made with. */
  rules: readonly CompiledRule[];
  facts: Facts;
  language: Language;
}

type Messages = Readonly<Record<string, string>>;

function read(language: string): Messages {
  const file = new URL(`../../rules/messages/${language}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Messages;
}

/** The messages of the rules that come with the product, and the fixed sentences of its engine, by the English one. */
export const MESSAGES: Readonly<Record<Exclude<Language, 'en'>, Messages>> = {
  de: read('de'),
  es: read('es'),
};

const NOT_KNOWN = 'Not known: ';

/** The words of a kind in a language; undefined in English. */
export function wordsIn(words: Kind['words'], language: Language): KindWords | undefined {
  return language === 'en' ? undefined : words?.[language];
}

/** How a value reads in a language. */
export function shownIn({ words }: Kind, value: FactValue, language: Language): string {
  const say = SENTENCES[language];
  if (value === null) return say.unknown;
  if (typeof value === 'boolean') return value ? say.yes : say.no;
  if (typeof value === 'number') return value.toLocaleString(language, { maximumFractionDigits: 2 });
  return wordsIn(words, language)?.values?.[value] ?? value;
}

/** The reason of a criterion, translated where it is the product's; the company's says that it is. */
export function wordedReason(result: CriterionResult, context: WordingContext): Worded {
  const { reason: sentence, decidedBy, rule } = result;
  if (decidedBy === 'model') return { sentence, wording: 'model' };
  if (decidedBy === 'human') return { sentence, wording: 'person' };
  if (rule === null) return { sentence: openReason(result, context), wording: 'product' };
  const compiled = context.rules.find(
    ({ rule: one }) => one.key === rule.key && one.version === rule.version,
  );
  if (!compiled || !Object.hasOwn(MESSAGES.de, compiled.rule.message)) {
    const note = SENTENCES[context.language].ownWords;
    return { sentence: `${sentence} (${note})`, wording: 'company' };
  }
  return { sentence: translated(compiled, context) ?? sentence, wording: 'product' };
}

/** A sentence of the product outside of rules, such as why a person is asked; anything else stays as it is. */
export function wordedSentence(text: string, language: Language): string {
  return (language === 'en' ? undefined : MESSAGES[language][text]) ?? text;
}

function openReason({ reason, evidence }: CriterionResult, { kind, language }: WordingContext): string {
  if (!reason.startsWith(NOT_KNOWN) || evidence.length === 0) return wordedSentence(reason, language);
  const words = wordsIn(kind.words, language);
  const names = evidence.map(({ id }) => words?.facts[id] ?? nameOf(kind.vocabulary, id));
  return SENTENCES[language].notKnown(names.join(', '));
}

/** The message of a rule in another language; undefined where there is none, or a value of it cannot be computed. */
function translated({ rule }: CompiledRule, { kind, facts, language }: WordingContext): string | undefined {
  const message = language === 'en' ? undefined : MESSAGES[language][rule.message];
  if (message === undefined) return undefined;
  try {
    const criteria = kind.criteria.map(({ id }) => id);
    const compiled = compileRule({ ...rule, message }, expressionLanguage(kind.vocabulary), criteria);
    return compiled.message(facts, (value) => shownIn(kind, value, language));
  } catch {
    return undefined;
  }
}
