import { z } from 'zod';
import { id, timestamp } from '../../../contract/schemas.ts';
import { ENGINES, judgementView } from '../../../judgement/schema.ts';

/** Types of a score, as Langfuse names them. */
export const DATA_TYPES = ['NUMERIC', 'CATEGORICAL', 'BOOLEAN', 'TEXT'] as const;
export type DataType = (typeof DATA_TYPES)[number];

/** The config with which a reviewer gives a judgement the grade they would have given. */
export const GRADE_CONFIG = 'grade';

/** The config with which a reviewer says whether they would have decided the same, in kinds that decide. */
export const DECISION_CONFIG = 'same decision';

/** The config with which a reviewer says whether the reasons follow from the evidence. */
export const REASONS_CONFIG = 'reasons hold';

/** The config of what a reviewer wants prompts and rules to learn. */
export const REMARK_CONFIG = 'remark';

/** Longest comment on a score. */
export const MAX_COMMENT_LENGTH = 2000;

/** Longest value of a TEXT score, in characters: Langfuse takes no longer one. */
export const MAX_TEXT_SCORE_LENGTH = 500;

/** Langfuse's limits of a name. */
export const configName = z
  .string()
  .trim()
  .min(1, 'must have 1 to 35 characters')
  .max(35, 'must have 1 to 35 characters')
  .regex(/^[A-Za-z0-9 _.()-]+$/, 'may hold letters, digits, spaces and _ . ( ) - only');

export const category = z.object({
  label: z.string().trim().min(1).max(100),
  value: z
    .number()
    .nullable()
    .describe('Its place in the order, for weighted agreement; null where it has none, as for "not known"'),
});
export type Category = z.infer<typeof category>;

export const kindName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,99}$/, 'must be a kind of judgement such as evaluation');

/** A configuration as the API shows it. */
export const scoreConfigView = z
  .object({
    name: z.string(),
    dataType: z.enum(DATA_TYPES),
    description: z.string(),
    kinds: z.array(z.string()).nullable().describe('Kinds of judgement it is for; null is every kind'),
    minValue: z.number().nullable(),
    maxValue: z.number().nullable(),
    categories: z.array(category).nullable(),
    source: z.enum(['built-in', 'own']),
    required: z.boolean().describe('A review of what it is for is not complete without it'),
    archivedAt: timestamp.nullable(),
  })
  .meta({ id: 'ScoreConfig' });
export type ScoreConfig = z.infer<typeof scoreConfigView>;

/** How far a row of ours is at Langfuse; `off` where none is configured or the judgement has no trace. */
export const LANGFUSE_STATES = ['off', 'pending', 'sent', 'confirmed', 'missing', 'failed'] as const;

export const scoreView = z
  .object({
    scoreId: id.describe('Stays the same when the score is corrected'),
    version: z.number().int(),
    judgementId: id,
    reviewId: id.nullable(),
    kind: z.string(),
    config: z.string(),
    dataType: z.enum(DATA_TYPES),
    value: z.union([z.number(), z.boolean(), z.string()]),
    comment: z.string().nullable(),
    reason: z.string().nullable().describe('Why it was corrected'),
    reviewer: z.string(),
    reviewerName: z.string(),
    createdAt: timestamp,
    langfuse: z.object({
      state: z.enum(LANGFUSE_STATES),
      error: z.string().nullable(),
      at: timestamp.nullable(),
    }),
  })
  .meta({ id: 'Score' });
export type ScoreView = z.infer<typeof scoreView>;

/** Why a judgement is to be reviewed, by the weight it has in the queue. */
export const SAMPLE_REASONS = ['overridden', 'flagged', 'low confidence', 'random'] as const;
export type SampleReason = (typeof SAMPLE_REASONS)[number];

export const sampled = z.object({
  reason: z.enum(SAMPLE_REASONS),
  detail: z.string().describe('What made it be sampled, with the figures'),
});
export type Sampled = z.infer<typeof sampled>;

export const reviewView = z
  .object({
    reviewId: id,
    judgementId: id,
    kind: z.string(),
    subjectId: z.string(),
    status: z.enum(['open', 'done']),
    reasons: z.array(sampled).describe('Why it was sampled'),
    engine: z.enum(ENGINES),
    prompt: z.object({ name: z.string(), version: z.union([z.number(), z.string()]) }).nullable(),
    wanted: z.number().int().describe('Reviewers asked for; two where agreement is measured'),
    finished: z.number().int().describe('Reviewers who are done'),
    createdAt: timestamp,
    langfuse: z.enum(['off', 'pending', 'sent', 'failed']).describe("Its place in Langfuse's queue"),
  })
  .meta({ id: 'Review' });
export type ReviewView = z.infer<typeof reviewView>;

/** A review assigned to the caller. */
export const claimedReview = reviewView
  .extend({
    leaseUntil: timestamp.describe('After that it is offered to other reviewers'),
    judgement: judgementView,
    facts: z.record(
      z.string(),
      z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    ),
    configs: z.array(scoreConfigView).describe('What it can be scored by'),
    scores: z.array(scoreView).describe("The reviewer's own scores; those of others stay hidden"),
  })
  .meta({ id: 'ClaimedReview' });
export type ClaimedReview = z.infer<typeof claimedReview>;

export const samplingView = z
  .object({
    kind: z.string(),
    randomShare: z.number().min(0).max(1).describe('Share of judgements that is drawn by chance'),
    lowConfidence: z.number().min(0).max(1).describe('A confidence below this is reviewed; 0 for never'),
    overridden: z.boolean().describe('Review what a person decided otherwise'),
    flagged: z.boolean().describe('Review what rules ask a person to look at'),
    doubleShare: z
      .number()
      .min(0)
      .max(1)
      .describe('Share of reviews that two people do, to measure agreement'),
    leaseMinutes: z.number().int().min(1).max(1440).describe('How long a reviewer has an item'),
    isDefault: z.boolean().describe('True while the company has not changed it'),
  })
  .meta({ id: 'Sampling' });
export type Sampling = z.infer<typeof samplingView>;

const interval = z.tuple([z.number(), z.number()]).describe('95 % confidence interval');

/** A figure, or why there is none. */
const measure = z.object({
  state: z.enum(['measured', 'not enough data', 'undefined']),
  value: z.number().nullable(),
  interval: interval.nullable(),
  count: z.number().int().describe('What it rests on'),
  needed: z.number().int().describe('Fewer than these are not enough'),
  note: z.string().nullable(),
});
export type Measure = z.infer<typeof measure>;

const agreement = z.object({
  pairs: z.number().int(),
  share: measure.describe('Share of pairs that agree exactly'),
  kappa: measure.describe("Cohen's kappa: agreement beyond chance"),
  weightedKappa: measure.describe('Quadratic weighted kappa: near misses count less'),
});
export type Agreement = z.infer<typeof agreement>;

export const qualityGroup = z
  .object({
    kind: z.string(),
    prompt: z.object({ name: z.string(), version: z.union([z.number(), z.string()]) }).nullable(),
    reviewed: z.number().int().describe('Judgements with at least one finished review'),
    system: agreement.describe("The system's grade against the reviewer's"),
    reviewers: z.array(agreement.extend({ config: z.string() })).describe('Two reviewers, by config'),
    calibration: z
      .object({
        brier: measure,
        ece: measure,
        bins: z.array(
          z.object({
            from: z.number(),
            to: z.number(),
            count: z.number().int(),
            confidence: z.number().nullable().describe('Mean confidence of the bin'),
            agreed: z.number().nullable().describe('Share that the reviewer agreed with'),
            interval: interval.nullable(),
          }),
        ),
      })
      .describe(
        'How well confidence predicts that the reviewer gives the same grade, or for kinds that decide, the same decision',
      ),
  })
  .meta({ id: 'QualityGroup' });
export type QualityGroup = z.infer<typeof qualityGroup>;
