import { z } from 'zod';
import { operation, resource } from '../../../contract/operation.ts';
import type { Reveals } from '../../../contract/reveals.ts';
import { id, listOf, page, timestamp } from '../../../contract/schemas.ts';

export const OPTIMIZATION_STATUSES = [
  'queued',
  'running',
  'proposed',
  'insufficient evidence',
  'failed',
  'accepted',
  'rejected',
] as const;
const EDITORS = ['admin', 'executive'] as const;
const READERS = ['admin', 'executive', 'ops', 'reviewer', 'readonly'] as const;

const outcome = z.object({
  judgementId: id,
  subjectId: z.string(),
  wanted: z.string().describe('The grade that a person gave'),
  before: z.string().nullable().describe('By the present version; null when the model failed'),
  after: z.string().nullable().describe('By the proposed version'),
});
const measured = z.object({
  cases: z.number().int(),
  rightBefore: z.number().int(),
  rightAfter: z.number().int(),
  wins: z.number().int().describe('Right only by the proposed version'),
  losses: z.number().int().describe('Right only by the present version'),
  failed: z.number().int().describe('Cases without a usable answer, left out'),
});
const proposal = z.object({
  text: z.string(),
  change: z.string().describe('What was changed and why, in one sentence'),
  analysis: z.string().describe('What the corrected cases have in common'),
  diff: z.string().describe('Against the version it started from, as a unified diff'),
  heldOut: measured,
  difference: z
    .object({ estimate: z.number(), low: z.number(), high: z.number() })
    .describe('Share of held-out cases that become right, with its 95 % interval'),
  verdict: z.enum(['better', 'no difference shown', 'worse']),
  wins: z.array(outcome),
  losses: z.array(outcome),
  regression: z.object({
    cases: z.number().int(),
    changed: z.number().int().describe('Uncorrected judgements whose outcome would change'),
    judgementIds: z.array(id).describe('Those, at most 50'),
  }),
  candidates: z.array(z.object({ change: z.string(), right: z.number().int(), cases: z.number().int() })),
  tokensIn: z.number().int(),
  tokensOut: z.number().int(),
  costMicros: z.number().int().nullable().describe('Micro-dollars; null for a model without a known price'),
});
export type Proposal = z.infer<typeof proposal>;

const progress = z.object({
  phase: z.enum(['waiting', 'reflecting', 'comparing', 'measuring', 'done']),
  done: z.number().int(),
  total: z.number().int(),
});
export type Progress = z.infer<typeof progress>;

const optimizationView = z
  .object({
    optimizationId: id,
    prompt: z.string(),
    status: z.enum(OPTIMIZATION_STATUSES),
    reason: z.string().nullable(),
    baseVersion: z.number().int(),
    splitBy: z.enum(['time', 'person']),
    sets: z
      .object({ failures: z.number().int(), heldOut: z.number().int(), regression: z.number().int() })
      .nullable()
      .describe('Sizes of the frozen sets'),
    progress,
    proposal: proposal.nullable(),
    acceptedVersion: z.number().int().nullable(),
    decidedBy: z.string().nullable(),
    requestedBy: z.string(),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: 'PromptOptimization' });

const optimizationId = id.describe('The optimization');
const simplified = ['optimizationId', 'prompt', 'status', 'reason', 'progress'] as const;

/** The judgement of a week has the builder as its subject. */
const casesIn = (inside: '' | 'items.'): Reveals => ({
  what: 'judgement in a proposal for a prompt',
  purpose: 'review',
  of: ['wins', 'losses'].map((side) => ({
    list: `${inside}proposal.${side}`,
    builder: 'subjectId',
    only: { field: 'prompt', is: 'evaluation' },
  })),
});

export const promptOptimization = resource({
  id: 'promptOptimization',
  name: 'Prompt Optimization',
  description:
    'Better prompts, learned from corrections by people and measured on cases that were set aside.',
  locate: { operation: 'list', id: 'optimizationId', shown: ['prompt', 'status', 'createdAt'] },
  operations: {
    start: operation({
      method: 'POST',
      path: '/prompts/optimize',
      summary: 'Propose a better version of a prompt',
      description:
        'In the background: reads judgements that people overrode, or that every reviewer would have graded ' +
        'otherwise, lets the model rewrite the prompt, and measures the result on corrected cases that were set aside before. Nothing serves before a person accepts the ' +
        'proposal, checks the version and labels it. Under 30 cases set aside there is no proposal.',
      access: EDITORS,
      feature: 'experiments',
      status: 202,
      reveals: casesIn(''),
      input: z.object({
        name: z.string().max(64).describe('The prompt of a kind of judgement, for example evaluation'),
        splitBy: z
          .enum(['time', 'person'])
          .default('time')
          .describe('Set aside the newest cases, or all cases of some people'),
        candidates: z.number().int().min(1).max(3).default(2).describe('Rewritten versions to choose from'),
        cases: z.number().int().min(30).max(200).default(60).describe('Most cases to set aside'),
        instructions: z.string().trim().max(2000).optional().describe('Instructions for the optimization'),
      }),
      output: optimizationView,
      errors: ['NOT_FOUND', 'MODEL_NEEDED', 'CONFLICT'],
      hints: { name: { locator: 'prompt' }, instructions: { multiline: true } },
      simplified,
    }),
    list: operation({
      method: 'GET',
      path: '/prompts/optimizations',
      summary: 'List the optimizations, newest first',
      access: READERS,
      list: true,
      reveals: casesIn('items.'),
      input: z.object({ name: z.string().max(64).optional(), ...page }),
      output: listOf(optimizationView),
    }),
    get: operation({
      method: 'GET',
      path: '/prompts/optimizations/{optimizationId}',
      summary: 'Get an optimization and its proposal',
      access: READERS,
      reveals: casesIn(''),
      input: z.object({ optimizationId }),
      output: optimizationView,
      errors: ['NOT_FOUND'],
      simplified,
    }),
    accept: operation({
      method: 'POST',
      path: '/prompts/optimizations/{optimizationId}/accept',
      summary: 'Save a proposal as a new version',
      description: 'The version is checked, approved and labelled like any other one.',
      access: EDITORS,
      reveals: casesIn(''),
      input: z.object({ optimizationId }),
      output: optimizationView,
      errors: ['NOT_FOUND', 'CONFLICT', 'SERVICE_UNAVAILABLE'],
      simplified: ['optimizationId', 'status', 'acceptedVersion'],
    }),
    reject: operation({
      method: 'POST',
      path: '/prompts/optimizations/{optimizationId}/reject',
      summary: 'Reject a proposal',
      access: EDITORS,
      reveals: casesIn(''),
      input: z.object({ optimizationId, reason: z.string().trim().min(3).max(500) }),
      output: optimizationView,
      errors: ['NOT_FOUND', 'CONFLICT'],
      hints: { reason: { multiline: true } },
      simplified: ['optimizationId', 'status', 'reason'],
    }),
  },
});

/** What this module offers. */
export const contract = { promptOptimization };
