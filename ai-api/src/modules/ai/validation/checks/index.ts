import { ExpressionError } from '../../../../judgement/index.ts';
import { SchemaError } from '../../../../platform/json-schema/index.ts';
import { PatternError } from '../../../../platform/text/pattern.ts';
import type { Rule, RuleOf, RuleType } from '../rule/schema.ts';
import type { Check } from './check.ts';
import { cel, format, json } from './data.ts';
import { language } from './language.ts';
import { regex } from './patterns.ts';
import { pii } from './pii.ts';
import * as structure from './structure.ts';
import * as words from './words.ts';

/** Rules that need something outside of the text: meaning and reading. */
type OutsideType = 'similarity' | 'rubric';
export type TextRule = Exclude<Rule, { type: OutsideType }>;

const CHECKS: { [T in Exclude<RuleType, OutsideType>]: (rule: RuleOf<T>) => Check } = {
  contains: words.contains,
  forbids: words.forbids,
  'keyword-frequency': words.keywordFrequency,
  'letter-frequency': words.letterFrequency,
  regex,
  length: structure.length,
  format,
  json,
  language,
  pii,
  cel,
  'paragraph-first-word': structure.paragraphFirstWord,
  placeholders: structure.placeholders,
  postscript: structure.postscript,
  bullets: structure.bullets,
  'one-of': words.oneOf,
  highlights: structure.highlights,
  sections: structure.sections,
  title: structure.title,
  'two-answers': structure.twoAnswers,
  'repeats-request': structure.repeatsRequest,
  'ends-with': words.endsWith,
  'capital-words': words.capitalWords,
  'letter-case': words.letterCase,
  'no-comma': words.noComma,
  quoted: words.quoted,
};

/** What is wrong with a rule, and in which of its fields. */
export class RuleFault extends Error {
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.name = 'RuleFault';
    this.field = field;
  }
}

/** The check of a rule. @throws {RuleFault} */
export function checkOf(rule: TextRule): Check {
  try {
    return (CHECKS[rule.type] as (rule: TextRule) => Check)(rule);
  } catch (error) {
    if (error instanceof PatternError) throw new RuleFault('pattern', error.message);
    if (error instanceof SchemaError) throw new RuleFault('schema', error.message);
    if (error instanceof ExpressionError)
      throw new RuleFault('that', `character ${error.start + 1}: ${error.message}`);
    throw error;
  }
}

export function isTextRule(rule: Rule): rule is TextRule {
  return rule.type !== 'similarity' && rule.type !== 'rubric';
}
