import { z } from 'zod';
import { FORMAT_NAMES, MAX_PATTERN_LENGTH } from '../../../../platform/text/vocabulary.ts';
import { PII_KINDS, UNITS } from '../vocabulary.ts';

const MAX_RULES = 40;
/** Longest text that is judged, in UTF-16 units. */
export const MAX_TEXT_LENGTH = 50_000;
const MAX_COUNT = 100_000;

const count = z.number().int().min(0).max(MAX_COUNT);
const words = z.array(z.string().min(1).max(200)).min(1).max(100);
const ignoreCase = z.boolean().default(true);
const wholeWords = z.boolean().default(true).describe('"art" is then not in "party"');
const replaceWith = z
  .string()
  .max(200)
  .default('')
  .describe('What a fix puts in the place of what was found');
const phrase = z.string().min(1).max(500);

const common = {
  id: z
    .string()
    .max(60)
    .regex(/^[a-z][a-z0-9-]*$/, 'must be lower case words joined by hyphens'),
  title: z.string().trim().min(1).max(200).optional(),
  weight: z.number().min(0).max(100).default(1).describe('Share in the score'),
  hard: z
    .boolean()
    .default(true)
    .describe('A text that fails it fails as a whole; false: it counts in the score alone'),
  not: z.boolean().default(false).describe('Turns the rule round: what it looks for must not be there'),
  message: z
    .string()
    .max(500)
    .optional()
    .describe('Words of the feedback, in place of those of the rule type'),
};

const between = {
  min: count.optional(),
  max: count.optional(),
};

/** A rule of a rule set, as people write it. */
export const rule = z.discriminatedUnion('type', [
  z.strictObject({
    ...common,
    type: z.literal('contains'),
    values: words,
    mode: z.enum(['all', 'any']).default('all'),
    ignoreCase,
    wholeWords,
  }),
  z.strictObject({
    ...common,
    type: z.literal('forbids'),
    values: words,
    ignoreCase,
    wholeWords,
    replaceWith,
  }),
  z.strictObject({
    ...common,
    type: z.literal('keyword-frequency'),
    value: z.string().min(1).max(200),
    ...between,
    ignoreCase,
    wholeWords,
  }),
  z.strictObject({
    ...common,
    type: z.literal('letter-frequency'),
    letter: z.string().refine((text) => Array.from(text).length === 1, 'must be one letter'),
    ...between,
    ignoreCase,
  }),
  z.strictObject({
    ...common,
    type: z.literal('regex'),
    pattern: z.string().min(1).max(MAX_PATTERN_LENGTH).describe('Of RE2: no look-around, no back-references'),
    ignoreCase: z.boolean().default(false),
    multiline: z.boolean().default(false).describe('^ and $ match at lines'),
    dotAll: z.boolean().default(false).describe('A dot matches line breaks too'),
    replaceWith,
  }),
  z.strictObject({
    ...common,
    type: z.literal('length'),
    unit: z.enum(UNITS),
    ...between,
    locale: z
      .string()
      .max(35)
      .refine(isLocale, 'must be a language such as en or de-AT')
      .default('en')
      .describe('Whose rules separate words and sentences'),
    separator: z.string().min(1).max(20).optional().describe('Between paragraphs, such as ***'),
  }),
  z.strictObject({
    ...common,
    type: z.literal('format'),
    format: z.enum(FORMAT_NAMES),
  }),
  z.strictObject({
    ...common,
    type: z.literal('json'),
    schema: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('JSON Schema of draft 2020-12, without remote or recursive references; any JSON without one'),
  }),
  z.strictObject({
    ...common,
    type: z.literal('language'),
    languages: z
      .array(z.string().regex(/^[a-z]{2}$/, 'must be a code such as en'))
      .min(1)
      .max(20),
  }),
  z.strictObject({
    ...common,
    type: z.literal('pii'),
    kinds: z
      .array(z.enum(PII_KINDS))
      .min(1)
      .default([...PII_KINDS]),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'must be a code such as US')
      .optional()
      .describe('Of phone numbers without a country code; without it those are not found'),
  }),
  z.strictObject({
    ...common,
    type: z.literal('similarity'),
    to: z.array(z.string().min(1).max(5_000)).min(1).max(20).describe('Like one of these in meaning'),
    min: z.number().min(0).max(1).default(0.6).describe('Cosine similarity in the space of the installation'),
  }),
  z.strictObject({
    ...common,
    type: z.literal('cel'),
    that: z
      .string()
      .trim()
      .min(1)
      .max(2_000)
      .describe('A CEL expression over text, request, words, sentences, characters, json and data'),
  }),
  z.strictObject({
    ...common,
    type: z.literal('rubric'),
    question: z.string().trim().min(10).max(1_000).describe('What a model scores from 0 to 100; 50 passes'),
  }),
  z.strictObject({
    ...common,
    type: z.literal('paragraph-first-word'),
    paragraph: z.number().int().min(1).max(1_000),
    word: z.string().trim().min(1).max(100),
    paragraphs: count.optional().describe('How many paragraphs there must be in all'),
  }),
  z.strictObject({ ...common, type: z.literal('placeholders'), ...between }),
  z.strictObject({
    ...common,
    type: z.literal('postscript'),
    marker: z.string().trim().min(1).max(20).default('P.S.'),
  }),
  z.strictObject({ ...common, type: z.literal('bullets'), ...between }),
  z.strictObject({ ...common, type: z.literal('one-of'), values: words }),
  z.strictObject({ ...common, type: z.literal('highlights'), ...between }),
  z.strictObject({
    ...common,
    type: z.literal('sections'),
    marker: z.string().trim().min(1).max(50).describe('With which a section begins, such as Section'),
    ...between,
  }),
  z.strictObject({ ...common, type: z.literal('title') }),
  z.strictObject({ ...common, type: z.literal('two-answers') }),
  z.strictObject({ ...common, type: z.literal('repeats-request') }),
  z.strictObject({ ...common, type: z.literal('ends-with'), value: phrase }),
  z.strictObject({ ...common, type: z.literal('capital-words'), ...between }),
  z.strictObject({ ...common, type: z.literal('letter-case'), case: z.enum(['upper', 'lower']) }),
  z.strictObject({ ...common, type: z.literal('no-comma') }),
  z.strictObject({ ...common, type: z.literal('quoted') }),
]);
export type Rule = z.output<typeof rule>;
export type RuleType = Rule['type'];
export type RuleOf<T extends RuleType> = Extract<Rule, { type: T }>;

/** How results come to a verdict and a word for it. */
export const scoring = z.strictObject({
  passAt: z
    .number()
    .min(0)
    .max(100)
    .default(70)
    .describe('A text passes from this score, if no hard rule fails'),
  failBelow: z
    .number()
    .min(0)
    .max(100)
    .optional()
    .describe('Below it a text fails; between the two a person decides. Defaults to passAt'),
  bands: z
    .array(z.strictObject({ name: z.string().trim().min(1).max(50), from: z.number().min(0).max(100) }))
    .max(10)
    .default([])
    .describe('Names for scores, such as good from 85'),
});
export type Scoring = z.output<typeof scoring>;

/** A text whose verdict is known: a rule set that judges it otherwise is not published. */
export const example = z.strictObject({
  text: z.string().max(MAX_TEXT_LENGTH),
  request: z.string().max(MAX_TEXT_LENGTH).optional(),
  data: z.record(z.string(), z.unknown()).optional(),
  passes: z.boolean(),
});
export type Example = z.output<typeof example>;

export const rules = z.array(rule).min(1).max(MAX_RULES);
export const examples = z.array(example).max(40);

/** Everything that a version of a rule set fixes. */
export const definition = z.strictObject({
  rules,
  scoring: scoring.prefault({}),
  examples: examples.default([]),
  keepTexts: z
    .boolean()
    .default(true)
    .describe('false: the history has no texts, only verdicts; then nothing can be replayed'),
});
export type Definition = z.output<typeof definition>;

function isLocale(name: string): boolean {
  try {
    return Intl.getCanonicalLocales(name).length === 1;
  } catch {
    return false;
  }
}
