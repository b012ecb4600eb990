import { z } from 'zod';
import { operation, resource } from '../../../contract/operation.ts';
import { id, listOf, MAX_INTEGER, page, timestamp } from '../../../contract/schemas.ts';
import {
  category,
  claimedReview,
  configName,
  DATA_TYPES,
  kindName,
  LANGFUSE_STATES,
  MAX_COMMENT_LENGTH,
  MAX_TEXT_SCORE_LENGTH,
  qualityGroup,
  reviewView,
  samplingView,
  scoreConfigView,
  scoreView,
} from './schema.ts';

const review = ['admin', 'executive', 'reviewer'] as const;
const watch = ['admin', 'executive', 'ops', 'reviewer', 'readonly'] as const;
const steer = ['admin', 'executive'] as const;

const value = z
  .union([z.number(), z.boolean(), z.string().trim().min(1).max(MAX_TEXT_SCORE_LENGTH)])
  .describe('By the type of its config: a number, a category, true or false, or text');
const comment = z.string().trim().min(1).max(MAX_COMMENT_LENGTH).optional().describe('Why, for the record');
const reviewId = id.describe('The review');
const kind = kindName.describe('Kind of judgement, such as evaluation');
/** Forms offer the kinds that there are. */
const ofKind = { kind: { choices: { operation: 'rule.listKinds', value: 'kind' } } } as const;
const kindFilter = kindName.optional().describe('One kind of judgement; defaults to all');

export const scoreConfig = resource({
  id: 'scoreConfig',
  name: 'Score Config',
  description: 'What judgements are scored by: type, range or categories.',
  locate: { operation: 'list', id: 'name', field: 'config', shown: ['name', 'dataType'] },
  operations: {
    list: operation({
      method: 'GET',
      path: '/score-configs',
      summary: 'List what judgements are scored by',
      access: watch,
      list: true,
      input: z.object({ kind: kindFilter, ...page }),
      output: listOf(scoreConfigView),
    }),
    create: operation({
      method: 'POST',
      path: '/score-configs',
      summary: 'Create a score config',
      description:
        'A name cannot be changed or reused, only archived. NUMERIC needs ' +
        'a range, CATEGORICAL its categories.',
      access: steer,
      status: 201,
      input: z.object({
        name: configName.describe('1 to 35 letters, digits, spaces and _ . ( ) -'),
        dataType: z.enum(DATA_TYPES),
        description: z.string().trim().min(1).max(500).describe('What a reviewer is asked'),
        kinds: z
          .array(kindName)
          .min(1)
          .max(50)
          .optional()
          .describe('Kinds it is for; defaults to every kind'),
        minValue: z.number().optional().describe('For NUMERIC'),
        maxValue: z.number().optional().describe('For NUMERIC'),
        categories: z.array(category).min(2).max(50).optional().describe('For CATEGORICAL'),
      }),
      output: scoreConfigView,
      errors: ['CONFLICT'],
      hints: { description: { multiline: true } },
    }),
    archive: operation({
      method: 'POST',
      path: '/score-configs/{name}/archive',
      summary: 'Archive a score config',
      description: 'It accepts no new scores; existing scores are kept.',
      access: steer,
      input: z.object({ name: configName }),
      output: scoreConfigView,
      errors: ['NOT_FOUND', 'CONFLICT'],
    }),
  },
});

export const score = resource({
  id: 'score',
  name: 'Score',
  description: 'Scores of judgements, given by reviewers.',
  locate: { operation: 'list', id: 'scoreId', shown: ['config', 'value'] },
  operations: {
    create: operation({
      method: 'POST',
      path: '/scores',
      summary: 'Score a judgement',
      description:
        'Stored first, then sent to Langfuse and read back, where one is configured. A reviewer scores a ' +
        'judgement once by each config, and corrects that score later.',
      access: review,
      status: 201,
      input: z.object({ judgementId: id, config: configName, value, comment }),
      output: scoreView,
      errors: ['NOT_FOUND', 'CONFLICT'],
      hints: { comment: { multiline: true } },
    }),
    list: operation({
      method: 'GET',
      path: '/scores',
      summary: 'List scores, newest first',
      access: watch,
      list: true,
      input: z.object({
        judgementId: id.optional(),
        config: configName.optional(),
        reviewer: z.string().max(200).optional().describe('As in the answer, such as user:<id>'),
        langfuse: z.enum(LANGFUSE_STATES).optional().describe('Their state in Langfuse'),
        ...page,
      }),
      output: listOf(scoreView),
    }),
    get: operation({
      method: 'GET',
      path: '/scores/{scoreId}',
      summary: 'Get a score with its earlier versions',
      access: watch,
      input: z.object({ scoreId: id }),
      output: z.object({ score: scoreView, earlier: z.array(scoreView) }).meta({ id: 'ScoreHistory' }),
      errors: ['NOT_FOUND'],
    }),
    resend: operation({
      method: 'POST',
      path: '/scores/{scoreId}/resend',
      summary: 'Send a score to Langfuse again',
      description: 'For a score that Langfuse refused, or accepted and lost.',
      access: ['admin', 'executive', 'ops'],
      input: z.object({ scoreId: id }),
      output: scoreView,
      errors: ['NOT_FOUND', 'CONFLICT'],
    }),
    correct: operation({
      method: 'POST',
      path: '/scores/{scoreId}/correct',
      summary: 'Correct your own score',
      description: 'Makes a new version; the earlier one is kept.',
      access: review,
      input: z.object({
        scoreId: id,
        version: z
          .number()
          .int()
          .min(1)
          .max(MAX_INTEGER)
          .describe('The version you saw; a newer one answers CONFLICT'),
        value,
        comment,
        reason: z.string().trim().min(3).max(500).describe('Why it is corrected'),
      }),
      output: scoreView,
      errors: ['NOT_FOUND', 'CONFLICT'],
      hints: { comment: { multiline: true } },
    }),
  },
});

const counts = z.object({
  kind: z.string(),
  open: z.number().int(),
  claimed: z.number().int().describe('Assigned to a reviewer'),
  done: z.number().int(),
});

export const reviews = resource({
  id: 'reviews',
  name: 'Review',
  description: 'Judgements that people look at, sampled by chance and by need.',
  locate: { operation: 'list', id: 'reviewId', shown: ['subjectId', 'kind', 'status'] },
  operations: {
    next: operation({
      method: 'GET',
      path: '/reviews/next',
      summary: 'Take the next judgement to review',
      description:
        'It is yours for a while: another call returns the same one until you complete or skip it. No other ' +
        'reviewer gets it meanwhile, unless two reviewers are required. Null when no review is open.',
      access: review,
      reveals: { what: 'judgement, drawn for review', purpose: 'review', of: 'handler' },
      input: z.object({ kind: kindFilter }),
      output: z.object({ review: claimedReview.nullable() }).meta({ id: 'NextReview' }),
    }),
    counts: operation({
      method: 'GET',
      path: '/reviews/counts',
      summary: 'Count reviews by kind',
      access: watch,
      input: z.object({}),
      output: z.object({ kinds: z.array(counts) }).meta({ id: 'ReviewCounts' }),
    }),
    getSampling: operation({
      method: 'GET',
      path: '/reviews/sampling',
      summary: 'Get what is sampled for review',
      access: watch,
      input: z.object({ kind }),
      output: samplingView,
      hints: ofKind,
    }),
    setSampling: operation({
      method: 'PUT',
      path: '/reviews/sampling',
      summary: 'Change what is sampled for review',
      description: 'Applies to new judgements. Omitted fields are not changed.',
      access: steer,
      input: z.object({
        kind,
        ...samplingView.omit({ kind: true, isDefault: true }).partial().shape,
      }),
      output: samplingView,
      hints: ofKind,
    }),
    list: operation({
      method: 'GET',
      path: '/reviews',
      summary: 'List reviews, newest first',
      access: watch,
      list: true,
      reveals: {
        what: 'place in the queue of reviews',
        purpose: 'review',
        of: [{ list: 'items', builder: 'subjectId', only: { field: 'kind', is: 'evaluation' } }],
      },
      input: z.object({
        kind: kindFilter,
        status: z.enum(['open', 'done']).optional(),
        judgementId: id.optional(),
        ...page,
      }),
      output: listOf(reviewView),
    }),
    complete: operation({
      method: 'POST',
      path: '/reviews/{reviewId}/complete',
      summary: 'Complete your review',
      description:
        'Stores the scores given with it, all or none. Every config marked as required must have a score.',
      access: review,
      input: z.object({
        reviewId,
        scores: z
          .array(z.object({ config: configName, value, comment }))
          .max(50)
          .default([])
          .describe('Scores to store before'),
      }),
      output: reviewView,
      errors: ['NOT_FOUND', 'CONFLICT', 'REVIEW_NOT_YOURS', 'REVIEW_INCOMPLETE'],
    }),
    skip: operation({
      method: 'POST',
      path: '/reviews/{reviewId}/skip',
      summary: 'Skip a review',
      description: 'It is offered to another reviewer; you do not see it again.',
      access: review,
      input: z.object({
        reviewId,
        reason: z.string().trim().min(1).max(500).optional().describe('Reason, for the next reviewer'),
      }),
      output: reviewView,
      errors: ['NOT_FOUND', 'REVIEW_NOT_YOURS'],
    }),
  },
});

export const quality = resource({
  id: 'quality',
  name: 'Quality',
  description: 'How far judgements can be trusted, measured by people.',
  operations: {
    get: operation({
      method: 'GET',
      path: '/quality',
      summary: 'Measure agreement and calibration',
      description:
        'By kind of judgement and version of the prompt. Only randomly drawn judgements tell about all of ' +
        'them: those sampled because they are doubtful are counted with `sample=all` only.',
      access: watch,
      input: z.object({
        kind: kindFilter,
        sample: z.enum(['random', 'all']).default('random').describe('Which reviews are counted'),
        since: timestamp.optional().describe('Judgements sampled from then on'),
        until: timestamp.optional().describe('Judgements sampled before then'),
      }),
      output: z
        .object({ sample: z.enum(['random', 'all']), groups: z.array(qualityGroup) })
        .meta({ id: 'Quality' }),
      simplified: ['groups'],
    }),
  },
});

/** What this module offers. */
export const contract = { reviews, score, scoreConfig, quality };
