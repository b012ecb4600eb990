import { z } from 'zod';
import { id, MAX_INTEGER, timestamp } from '../../../contract/schemas.ts';
import { modelFailure } from '../../../judgement/schema.ts';
import { MAX_TEXT_LENGTH } from './rule/schema.ts';
import { ACTIONS, EFFECTS, MAX_REASKS, VERDICTS } from './vocabulary.ts';

/** What may ask for a verdict. */
export const SOURCES = ['api', 'agent', 'chat', 'workflow'] as const;
export type Source = (typeof SOURCES)[number];

export const ruleSetName = z
  .string()
  .max(50)
  .regex(
    /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
    'must be lower case words joined by hyphens, such as support-answers',
  );
export const versionNumber = z.coerce.number().int().min(1).max(MAX_INTEGER);
export const text = z
  .string()
  .max(MAX_TEXT_LENGTH, `must be at most ${MAX_TEXT_LENGTH} characters`)
  .describe('The text to judge');
export const request = z
  .string()
  .max(MAX_TEXT_LENGTH)
  .optional()
  .describe('What the text answers, for rules that read it');
export const data = z
  .record(z.string().max(100), z.unknown())
  .refine((value) => JSON.stringify(value).length <= 64_000, 'must be at most 64,000 characters of JSON')
  .optional()
  .describe('Values that CEL expressions read as data.<name>');
export const action = z
  .enum(ACTIONS)
  .default('noop')
  .describe('What becomes of a text that does not pass; a text that passes goes on as it is');
export const approvers = z
  .array(z.email().max(254))
  .max(20)
  .default([])
  .describe('With the action human: who is asked by e-mail. Without them a person decides in an app');
export const maxReasks = z
  .number()
  .int()
  .min(1)
  .max(MAX_REASKS)
  .default(2)
  .describe('With reask: how often the text may be asked for again');

const json = z.record(z.string(), z.unknown());

export const ruleSetView = z
  .object({
    name: z.string(),
    title: z.string(),
    description: z.string(),
    publishedVersion: z
      .number()
      .int()
      .nullable()
      .describe('What texts are judged by; null before it is published'),
    newestVersion: z.number().int(),
    archivedAt: timestamp.nullable(),
    createdAt: timestamp,
  })
  .meta({ id: 'ValidationRuleSet' });

export const ruleSetVersionView = z
  .object({
    name: z.string(),
    version: z.number().int(),
    rules: z.array(json),
    scoring: json,
    examples: z.array(json),
    keepTexts: z.boolean(),
    comment: z.string(),
    createdBy: z.string(),
    createdAt: timestamp,
    publishedAt: timestamp.nullable(),
    publishedBy: z.string().nullable(),
    isPublished: z.boolean().describe('Whether texts are judged by it'),
  })
  .meta({ id: 'ValidationRuleSetVersion' });

export const ruleSetVersionSummary = ruleSetVersionView
  .omit({ rules: true, scoring: true, examples: true })
  .meta({ id: 'ValidationRuleSetVersionSummary' });

const spanView = z.object({
  start: z.number().int().describe('UTF-16 offset in the text that was judged'),
  end: z.number().int(),
  text: z.string(),
});

const ruleResultView = z.object({
  ruleId: z.string(),
  title: z.string(),
  type: z.string(),
  hard: z.boolean(),
  passed: z.boolean().nullable().describe('Null where it could not be found out'),
  score: z.number().int(),
  message: z.string(),
  spans: z.array(spanView).describe('Where the text fails, the first 50 places'),
  fixValue: z
    .string()
    .nullable()
    .describe('The text after the fix of this rule alone; null where it has none'),
});
export type RuleResultView = z.output<typeof ruleResultView>;

const verdict = {
  ruleSet: z.string(),
  version: z.number().int(),
  status: z.enum(VERDICTS).describe('unsure: a person has to decide'),
  score: z.number().nullable().describe('Weighted mean of the rules, 0 to 100'),
  band: z.string().nullable().describe('What the scoring model calls the score'),
  rules: z.array(ruleResultView),
  feedback: z.string().describe('The verdict in words'),
  reaskText: z
    .string()
    .nullable()
    .describe('What to ask of the writer of the next text; null when nothing failed'),
  action: z.enum(ACTIONS),
  effect: z
    .enum(EFFECTS)
    .describe(
      'accepted and changed: go on with output; reask: ask again with reaskText; waiting: a person decides',
    ),
  output: z.string().nullable().describe('The text to go on with; null for none'),
  afterStatus: z
    .enum(VERDICTS)
    .nullable()
    .describe('The verdict on the changed text; null where none was made'),
  engine: z.enum(['rules', 'model', 'human']),
  model: z.string().nullable(),
  modelFailure: modelFailure.nullable(),
};

export const trialView = z
  .object({ ...verdict, text: z.string().describe('What was judged') })
  .meta({ id: 'ValidationTrial' });
export type TrialView = z.input<typeof trialView>;

export const resultView = z
  .object({
    resultId: id,
    ...verdict,
    text: z.string().nullable().describe('Null where the rule set keeps no texts'),
    source: z.enum(SOURCES),
    reference: z.string().nullable(),
    about: z.string().nullable(),
    attempt: z.number().int(),
    decisionId: id.nullable().describe('The question to a person'),
    requestedBy: z.string(),
    human: z
      .object({
        status: z.enum(['passed', 'failed']),
        decidedBy: z.string(),
        reason: z.string(),
        decidedAt: timestamp,
      })
      .nullable()
      .describe('What a person decided in the place of the verdict'),
    createdAt: timestamp,
  })
  .meta({ id: 'ValidationResult' });
export type ResultView = z.input<typeof resultView>;

export const bindingView = z
  .object({
    bindingId: id,
    target: z.enum(['agent', 'chat']),
    agentId: id.nullable(),
    ruleSet: z.string(),
    action: z.enum(ACTIONS),
    field: z.string().nullable(),
    maxReasks: z.number().int(),
    approvers: z.array(z.string()),
    createdBy: z.string(),
    createdAt: timestamp,
  })
  .meta({ id: 'ValidationBinding' });
export type BindingView = z.input<typeof bindingView>;
