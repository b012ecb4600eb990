import { z } from 'zod';
import { companyId } from '../../../contract/company-id.ts';
import { operation, resource } from '../../../contract/operation.ts';
import type { Reveals } from '../../../contract/reveals.ts';
import {
  flag,
  id,
  listOf,
  MAX_INTEGER,
  page,
  prose,
  reason,
  STAGES,
  timestamp,
} from '../../../contract/schemas.ts';
import { criterionResult, judgementView, proposal } from '../../../judgement/schema.ts';

const readers = ['admin', 'executive', 'builder', 'ops', 'reviewer', 'readonly'] as const;
const managers = ['admin', 'executive'] as const;
const askers = ['admin', 'executive', 'builder', 'ops'] as const;
const judges = ['admin', 'executive', 'reviewer'] as const;

const criterionId = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'must be lower case words joined by hyphens');
const common = {
  id: criterionId,
  title: prose(1, 100),
  required: z
    .boolean()
    .default(true)
    .describe('If true, the project cannot advance without it; otherwise it counts by its weight'),
  weight: z.number().min(0).max(100).default(10),
};

/** One line of a gate. */
export const gateCriterion = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('measure'),
    ...common,
    when: z.string().min(1).max(2000).describe('Condition in CEL over the facts of the project'),
    message: z.string().max(1000).optional().describe('Message when it is not met'),
  }),
  z.object({
    kind: z.literal('question'),
    ...common,
    question: z
      .string()
      .trim()
      .min(10)
      .max(1000)
      .describe('What a model or a reviewer answers from the evidence'),
  }),
]);
export type GateCriterion = z.output<typeof gateCriterion>;

const stage = z.enum(STAGES);
const gate = z
  .object({
    gateId: id,
    name: z.string(),
    fromStage: stage,
    toStage: stage,
    version: z.number().int(),
    criteria: z.array(gateCriterion),
    changedBy: z.string(),
    changedAt: timestamp,
  })
  .meta({ id: 'StageGate' });

const evaluation = z
  .object({
    evaluationId: id,
    version: z.number().int(),
    gateId: id,
    gate: z.string(),
    gateVersion: z.number().int(),
    project: z.object({ projectId: z.string(), name: z.string(), builderId: z.string() }),
    fromStage: stage,
    toStage: stage,
    can_progress: z.boolean().describe('Everything required is met or waived'),
    decision: z
      .enum(['progress', 'hold', 'review'])
      .describe('review: something takes a person or evidence; hold: a person decided it'),
    proposal: proposal.nullable().describe('What the engine would decide, for a person to confirm'),
    criteria: z.array(criterionResult),
    missingEvidence: z.array(z.object({ criterionId: z.string(), missing: z.array(z.string()) })),
    feedback: z.string(),
    contested: z.boolean().describe('The builder contests that the project stays in its stage'),
    waiver: z.object({ by: z.string(), reason: z.string() }).nullable(),
    evaluatedBy: z.string(),
    evaluatedAt: timestamp,
    judgement: judgementView,
  })
  .meta({ id: 'StageGateEvaluation' });

const seen = {
  evaluationId: id,
  version: z.number().int().min(1).max(MAX_INTEGER).describe('Version of the evaluation that you saw'),
};

const gateOfProject: Reveals = {
  what: 'stage gate of the project',
  purpose: 'approval',
  of: [{ builder: 'project.builderId', detail: 'project.name' }],
};

export const stageGate = resource({
  id: 'stageGate',
  name: 'Stage Gate',
  description: 'What a project has to show before it enters its next stage.',
  locate: [
    { operation: 'list', id: 'gateId', shown: ['name'] },
    { operation: 'listEvaluations', id: 'evaluationId', shown: ['gate', 'evaluationId'] },
  ],
  operations: {
    list: operation({
      method: 'GET',
      path: '/stage-gates',
      summary: 'List stage gates',
      access: readers,
      own: 'anyone',
      list: true,
      input: z.object(page),
      output: listOf(gate),
    }),
    save: operation({
      method: 'PUT',
      path: '/stage-gates',
      summary: 'Create or change the gate between two stages',
      description: 'Validated before it is saved: an invalid condition is reported with its position.',
      access: managers,
      input: z.object({
        fromStage: stage,
        toStage: stage,
        name: prose(1, 100),
        criteria: z.array(gateCriterion).min(1).max(50),
        expectedVersion: z
          .number()
          .int()
          .min(0)
          .max(MAX_INTEGER)
          .describe('Version that you saw; 0 for a new gate'),
      }),
      output: gate,
      errors: ['RULE_INVALID', 'CONFLICT'],
    }),
    evaluate: operation({
      method: 'POST',
      path: '/stage-gates/evaluate',
      summary: 'Evaluate whether a project may advance',
      description:
        'Measures by rules, questions by the model where one is configured; what neither can tell is left to a ' +
        'reviewer, and what is missing is named.',
      access: askers,
      own: 'handler',
      reveals: gateOfProject,
      input: z.object({
        projectId: companyId,
        toStage: stage.optional().describe('Defaults to the stage after the current one'),
        evidence: z
          .string()
          .trim()
          .max(8000)
          .optional()
          .describe('What the builder has to show, in words and links'),
      }),
      output: evaluation,
      errors: ['NOT_FOUND', 'STAGE_GATE_MISSING'],
      simplified: ['can_progress', 'decision', 'proposal', 'feedback', 'missingEvidence', 'evaluationId'],
      hints: { evidence: { multiline: true } },
    }),
    listEvaluations: operation({
      method: 'GET',
      path: '/stage-gates/evaluations',
      summary: 'List evaluations of projects at gates, newest first',
      access: readers,
      own: 'handler',
      list: true,
      reveals: {
        ...gateOfProject,
        of: [{ list: 'items', builder: 'project.builderId', detail: 'project.name' }],
      },
      input: z.object({
        projectId: companyId.optional(),
        waived: flag.optional(),
        proposed: flag.optional().describe('Only those that wait for a person to confirm what is proposed'),
        ...page,
      }),
      output: listOf(evaluation),
    }),
    getEvaluation: operation({
      method: 'GET',
      path: '/stage-gates/evaluations/{evaluationId}',
      summary: 'Get an evaluation',
      access: readers,
      own: { output: 'project.builderId' },
      reveals: gateOfProject,
      input: z.object({ evaluationId: id }),
      output: evaluation,
      errors: ['NOT_FOUND'],
    }),
    review: operation({
      method: 'POST',
      path: '/stage-gates/evaluations/{evaluationId}/review',
      summary: 'Answer a question of an evaluation as a reviewer',
      decides: true,
      access: judges,
      reveals: gateOfProject,
      input: z.object({
        ...seen,
        criterionId,
        met: z.boolean(),
        reason,
      }),
      output: evaluation,
      errors: ['NOT_FOUND', 'CONFLICT', 'CONTESTED', 'FORBIDDEN', 'PERSON_REQUIRED'],
      hints: { reason: { multiline: true } },
    }),
    confirm: operation({
      method: 'POST',
      path: '/stage-gates/evaluations/{evaluationId}/confirm',
      summary: 'Confirm what the engine proposes for a project at a gate',
      description:
        'That it stays in its stage, or, where engines only propose, that it may advance. To decide otherwise, answer ' +
        'a question or waive the gate.',
      decides: true,
      access: judges,
      reveals: gateOfProject,
      input: z.object({ ...seen, reason: reason.optional().describe('Defaults to what the engine says') }),
      output: evaluation,
      errors: ['NOT_FOUND', 'CONFLICT', 'CONTESTED', 'FORBIDDEN', 'PERSON_REQUIRED'],
      hints: { reason: { multiline: true } },
    }),
    waive: operation({
      method: 'POST',
      path: '/stage-gates/evaluations/{evaluationId}/waive',
      summary: 'Waive unmet criteria of a project',
      description: 'By an executive, with a reason; the results stay as they are.',
      access: managers,
      reveals: gateOfProject,
      input: z.object({ ...seen, reason }),
      output: evaluation,
      errors: ['NOT_FOUND', 'CONFLICT', 'CONTESTED', 'FORBIDDEN'],
      hints: { reason: { multiline: true } },
    }),
  },
});

/** What this module offers. */
export const contract = { stageGate };
