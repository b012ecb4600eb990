import { z } from 'zod';
import { operation, resource } from '../../../contract/operation.ts';
import { id, listOf, page, timestamp } from '../../../contract/schemas.ts';

/** What an experiment is decided by, measured on each subject. */
export const METRICS = ['overridden', 'needsReview', 'modelFailed', 'score', 'faulted'] as const;
export type Metric = (typeof METRICS)[number];
export const VERDICTS = [
  'not enough evidence',
  'no difference shown',
  'better',
  'worse',
  'higher',
  'lower',
] as const;
const STATUSES = ['draft', 'running', 'stopped'] as const;

const EDITORS = ['admin', 'executive'] as const;
const READERS = ['admin', 'executive', 'ops', 'reviewer', 'readonly'] as const;

const arm = z.object({
  label: z.string(),
  version: z.number().int(),
  subjects: z.number().int(),
  judgements: z.number().int(),
  value: z.number().nullable().describe('Mean of the metric over subjects; null without any'),
});
const report = z
  .object({
    experimentId: id,
    metric: z.enum(METRICS),
    minimumSample: z.number().int(),
    control: arm,
    treatment: arm,
    difference: z
      .object({ estimate: z.number(), low: z.number(), high: z.number() })
      .nullable()
      .describe('Treatment minus control, with its 95 % interval; null while there is too little data'),
    verdict: z.enum(VERDICTS),
    explanation: z.string().describe('The verdict in plain words'),
    asOf: timestamp,
  })
  .meta({ id: 'ExperimentReport' });
export type Report = z.infer<typeof report>;

const experimentView = z
  .object({
    experimentId: id,
    prompt: z.string(),
    title: z.string(),
    hypothesis: z.string(),
    label: z.string(),
    share: z.number(),
    metric: z.enum(METRICS),
    minimumSample: z.number().int(),
    status: z.enum(STATUSES),
    controlVersion: z.number().int().nullable().describe('That of production when it started'),
    treatmentVersion: z.number().int().nullable().describe('That of the label when it started'),
    createdBy: z.string(),
    createdAt: timestamp,
    startedAt: timestamp.nullable(),
    stoppedAt: timestamp.nullable(),
    stopReason: z.string().nullable(),
    verdict: z.enum(VERDICTS).nullable().describe('Once it is stopped'),
  })
  .meta({ id: 'Experiment' });

const experimentId = id.describe('The experiment');

export const experiment = resource({
  id: 'experiment',
  name: 'Experiment',
  description: 'Two versions of a prompt side by side, each subject always with the same one.',
  locate: { operation: 'list', id: 'experimentId', shown: ['title', 'status'] },
  operations: {
    create: operation({
      method: 'POST',
      path: '/experiments',
      summary: 'Plan an experiment with a prompt',
      description: 'Nothing is compared before it is started. Choose the metric before you see any result.',
      access: EDITORS,
      feature: 'experiments',
      status: 201,
      input: z.object({
        prompt: z.string().max(64).describe('The prompt, for example evaluation'),
        title: z.string().trim().min(3).max(120),
        hypothesis: z.string().trim().min(10).max(1000).describe('Your hypothesis'),
        label: z
          .string()
          .regex(/^exp-[a-z0-9_.-]{1,32}$/, 'must be a label such as exp-shorter')
          .describe('The label of the version to test'),
        share: z
          .number()
          .min(0.01)
          .max(0.99)
          .default(0.5)
          .describe('Of all subjects, how many get it, 0 to 1'),
        metric: z
          .enum(METRICS)
          .default('overridden')
          .describe(
            'Share of judgements that people overrode, that need review, that the model failed, or that were drawn ' +
              'by chance for review and reviewers found fault with; or the score',
          ),
        minimumSample: z
          .number()
          .int()
          .min(10)
          .max(100_000)
          .default(30)
          .describe('Subjects on each side below which there is no verdict'),
      }),
      output: experimentView,
      errors: ['NOT_FOUND'],
      hints: { hypothesis: { multiline: true } },
      simplified: ['experimentId', 'prompt', 'title', 'label', 'status'],
    }),
    list: operation({
      method: 'GET',
      path: '/experiments',
      summary: 'List the experiments, newest first',
      access: READERS,
      list: true,
      input: z.object({
        prompt: z.string().max(64).optional(),
        status: z.enum(STATUSES).optional(),
        ...page,
      }),
      output: listOf(experimentView),
    }),
    get: operation({
      method: 'GET',
      path: '/experiments/{experimentId}',
      summary: 'Get an experiment',
      access: READERS,
      input: z.object({ experimentId }),
      output: experimentView,
      errors: ['NOT_FOUND'],
    }),
    start: operation({
      method: 'POST',
      path: '/experiments/{experimentId}/start',
      summary: 'Start an experiment',
      description:
        'Fixes both versions. Runs that start from now on judge each subject by one of them; a prompt is in one ' +
        'experiment at a time, and its labels stay where they are until it is stopped.',
      access: EDITORS,
      feature: 'experiments',
      input: z.object({ experimentId }),
      output: experimentView,
      errors: ['NOT_FOUND', 'CONFLICT', 'PROMPT_NOT_CHECKED', 'PROMPT_NOT_APPROVED'],
      simplified: ['experimentId', 'title', 'status', 'controlVersion', 'treatmentVersion'],
    }),
    stop: operation({
      method: 'POST',
      path: '/experiments/{experimentId}/stop',
      summary: 'Stop an experiment',
      description: 'Keeps its report. Production stays as it was: move the label to let the winner serve.',
      access: EDITORS,
      input: z.object({
        experimentId,
        reason: z.string().trim().min(3).max(500).describe('Why now, for the record'),
      }),
      output: experimentView,
      errors: ['NOT_FOUND', 'CONFLICT'],
      simplified: ['experimentId', 'title', 'status', 'verdict'],
    }),
    report: operation({
      method: 'GET',
      path: '/experiments/{experimentId}/report',
      summary: 'Get the report of an experiment',
      description: 'The current state while it runs; the final state once it is stopped.',
      access: READERS,
      input: z.object({ experimentId }),
      output: report,
      errors: ['NOT_FOUND', 'CONFLICT'],
      simplified: ['verdict', 'explanation', 'metric', 'difference'],
    }),
  },
});

/** What this module offers. */
export const contract = { experiment };
