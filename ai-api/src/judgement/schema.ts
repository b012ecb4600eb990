import { z } from 'zod';
import { id, timestamp } from '../contract/schemas.ts';
import { MODEL_FAILURES } from '../models/failures.ts';
import { GRADES } from './grade.ts';

/** Whose words a sentence is in. Only those of the product are translated. */
export const WORDINGS = ['product', 'company', 'model', 'person'] as const;
export type Wording = (typeof WORDINGS)[number];

/** Who or what decided. */
export const ENGINES = ['rules', 'model', 'human'] as const;
export type Engine = (typeof ENGINES)[number];

const evidence = z.object({
  id: z.string().describe('Path of the fact, for example week.hoursWorked'),
  value: z.union([z.string(), z.number(), z.boolean(), z.null()]),
});
export type Evidence = z.infer<typeof evidence>;

export const criterionResult = z.object({
  id: z.string(),
  title: z.string(),
  verdict: z.enum(['scored', 'insufficient evidence']),
  score: z.number().int().min(0).max(100).nullable(),
  weight: z.number().describe("The criterion's share in the total; with 0 it is shown, but does not count"),
  reason: z.string(),
  evidence: z.array(evidence),
  decidedBy: z.enum(['rules', 'model', 'human']).nullable(),
  rule: z.object({ key: z.string(), version: z.number().int() }).nullable(),
});
export type CriterionResult = z.infer<typeof criterionResult>;

/** What became of a claim: a record of that time bears it out, it fits what is known (which proves nothing), or not. */
export const VERDICTS = ['supported', 'fits', 'contradicted', 'unknown'] as const;

/** One claim of a text as it was held against the records. */
export const heldClaim = z.object({
  kind: z.string().describe('What it is about, for example meeting, ticket or time'),
  words: z.string().describe('The words of the text that it rests on'),
  verdict: z
    .enum(VERDICTS)
    .describe('fits: with the form or with what exists, which proves nothing about that day'),
  record: z.string().nullable().describe('The record that it was held against'),
  note: z.string().describe('What came of it, in plain words'),
});
export type HeldClaim = z.infer<typeof heldClaim>;

/** Why the model's part of a judgement is missing. The result of the rules then counts. */
export const modelFailure = z.object({ kind: z.enum(MODEL_FAILURES), message: z.string() });
export type ModelFailure = z.infer<typeof modelFailure>;

/** How far a company lets engines go in a kind: as far as the kind allows, only to propose, or not at all. */
export const OVERSIGHT_MODES = ['on', 'propose', 'people'] as const;
export type OversightMode = (typeof OVERSIGHT_MODES)[number];

/** What an engine would decide against a person, for a person to confirm or to refuse. */
export const proposal = z.object({
  outcome: z.string().nullable().describe('The outcome, in kinds that decide'),
  grade: z.enum(GRADES).nullable().describe('The grade, in kinds that grade'),
  score: z.number().nullable().describe('The score that led to the grade'),
  feedback: z.string().nullable().describe('What the subject reads once it is confirmed'),
  reasons: z.array(z.string()),
  dueAt: timestamp.describe('Until when a person is asked to decide'),
});
export type Proposal = z.infer<typeof proposal>;

/** What the author of a request has to mend before it can be decided. */
export const toMend = z.object({ criterionId: z.string(), title: z.string(), reason: z.string() });
export type ToMend = z.infer<typeof toMend>;

/** The version of a prompt that a model was asked with. */
export const promptUsed = z.object({
  name: z.string(),
  version: z.number().int(),
  label: z.string().nullable().describe('The label that led to the version'),
  isFallback: z.boolean().describe('The source of prompts could not be asked: a copy was used'),
  experimentId: id.nullable(),
});

export const judgementView = z
  .object({
    judgementId: id,
    kind: z.string(),
    grade: z.enum(GRADES),
    outcome: z
      .string()
      .nullable()
      .describe('What was decided, in kinds that decide; null when a person has to, and in other kinds'),
    proposal: proposal
      .nullable()
      .describe('What the engine would decide against the subject; a person confirms or refuses it'),
    incomplete: z
      .array(toMend)
      .describe('What contradicts the records: the author mends it, and nothing is decided until then'),
    score: z.number().nullable().describe('Weighted mean of the scored criteria, 0 to 100'),
    coverage: z.number().describe('Share of the rubric that could be judged, 0 to 1'),
    confidence: z
      .number()
      .nullable()
      .describe('How far the engine may be trusted, 0 to 1; null where nothing was measured'),
    needsReview: z.boolean(),
    reviewReasons: z.array(z.string()),
    engine: z.enum(ENGINES),
    criteria: z.array(criterionResult),
    claims: z
      .array(heldClaim)
      .describe('What a model found a text to claim, each held against the records by rules'),
    feedback: z.string(),
    rules: z.array(z.object({ key: z.string(), version: z.number().int() })),
    prompt: promptUsed.nullable(),
    model: z.string().nullable(),
    modelFailure: modelFailure.nullable(),
    tokensIn: z.number().int(),
    tokensOut: z.number().int(),
    decidedBy: z.string().nullable().describe('The person, for a human judgement'),
    reason: z.string().nullable().describe("The person's reason, for a human judgement"),
    supersedes: id.nullable(),
    dryRun: z.boolean().describe('It was only tried out: it decided nothing'),
    createdAt: timestamp,
  })
  .meta({ id: 'Judgement' });
export type JudgementView = z.infer<typeof judgementView>;

/**
 * A rule as people write it. Of a criterion's rules, in order of priority, the first whose condition holds
 * gives the score; one that needs an unknown fact is passed over.
 */
export const ruleDefinition = z.strictObject({
  key: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'must be lower case words joined by hyphens'),
  criterion: z.string().describe('Which criterion of the rubric it scores'),
  priority: z.number().int().min(0).max(1000).describe('Lower goes first'),
  when: z.string().min(1).max(2000).describe('Condition in CEL over the facts'),
  score: z.number().int().min(0).max(100),
  weight: z.number().min(0).max(100).describe("The criterion's share in the total when this rule speaks"),
  message: z.string().min(1).max(1000).describe('The reason in plain words; {…} holds a CEL value'),
  review: z.boolean().default(false).describe('Ask a person to look at the judgement'),
});
