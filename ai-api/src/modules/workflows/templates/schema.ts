import { z } from 'zod';

/** Bounds of a template; an instance is bounded by {@link MAX_TASKS} too. */
export const MAX_STEPS = 200;
export const MAX_NESTING = 6;
export const MAX_ITEMS = 1_000;
export const MAX_TASKS = 5_000;
export const MAX_CHILD_DEPTH = 5;
export const MAX_INPUT_BYTES = 64_000;
export const MAX_OUTPUT_BYTES = 256_000;
/** Of all that the steps of an instance answer. */
export const MAX_INSTANCE_CHARACTERS = 16_000_000;
/** Instances that one instance starts, all below it counted. */
export const MAX_DESCENDANTS = 1_000;
export const MAX_SOURCE_CHARACTERS = 200_000;

export const STEP_TYPES = [
  'operation',
  'agent',
  'validate',
  'notify',
  'wait',
  'human',
  'branch',
  'parallel',
  'map',
  'child',
  'fail',
] as const;
export type StepType = (typeof STEP_TYPES)[number];

/** Words that expressions need for themselves. */
const RESERVED = new Set([
  'input',
  'steps',
  'item',
  'index',
  'instance',
  'output',
  'in',
  'true',
  'false',
  'null',
]);

export const templateName = z
  .string()
  .max(60)
  .regex(
    /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
    'must be lower-case words joined by hyphens, such as onboard-builder',
  );
const stepId = z
  .string()
  .max(60)
  .regex(/^[a-z][A-Za-z0-9_]*$/, 'must be a name such as createAccount')
  .refine((id) => !RESERVED.has(id), 'is a word of the language');
const expression = z
  .string()
  .trim()
  .min(1)
  .max(2_000)
  .describe('A CEL expression, such as input.hours > 8.0');
const text = (max: number) => z.string().min(1).max(max);
const value = z.unknown().describe('A literal, or a string that begins with = and is a CEL expression');
const fields = z.record(z.string().max(100), value);
const seconds = (max: number) => z.number().min(0).max(max);
const DAY = 86_400;

const retry = z
  .strictObject({
    attempts: z.number().int().min(1).max(20).default(3),
    delaySeconds: seconds(3_600).default(2),
    factor: z.number().min(1).max(10).default(2),
    maxDelaySeconds: seconds(DAY).default(300),
  })
  .describe('Of refusals only 408, 425 and 429 are repeated; failures of the platform always are');

const common = {
  id: stepId,
  title: text(200).optional(),
  when: expression.optional().describe('The step is skipped unless this is true'),
  onError: z
    .enum(['fail', 'continue'])
    .default('fail')
    .describe('continue: go on with a null output; steps.<id>.state is "failed" then'),
};
const attempts = {
  timeoutSeconds: z.number().min(1).max(900).default(60).describe('Of one attempt'),
  totalTimeoutSeconds: seconds(7 * DAY)
    .optional()
    .describe('Of all attempts and the pauses between them'),
  retry: retry.optional(),
};
const saga = {
  pivot: z
    .boolean()
    .default(false)
    .describe('After this step there is no way back: what follows is repeated, never undone'),
  concurrency: z
    .strictObject({
      key: expression.describe('Such as "licence:" + input.pool'),
      limit: z.number().int().min(1).max(100),
    })
    .optional()
    .describe('So many steps with the same key at once in the company'),
};

const compensate = z
  .strictObject({
    operation: text(100),
    input: fields.default({}).describe('May use output, the output of the step that is undone'),
    retry: retry.optional(),
  })
  .describe('Undoes the step. It must tolerate that there is nothing to undo');

/** A step of a template. */
export type Step = z.output<typeof plainStep> | BranchStep | ParallelStep | MapStep;
type Common = z.output<typeof commonObject>;
export type BranchStep = Common & {
  type: 'branch';
  cases: { when: string; steps: Step[] }[];
  otherwise: Step[];
};
export type ParallelStep = Common & {
  type: 'parallel';
  branches: Record<string, Step[]>;
  join: 'all' | 'any' | number;
};
export type MapStep = Common & { type: 'map'; over: string; concurrency: number; steps: Step[] };

const commonObject = z.strictObject(common);

const plainStep = z.discriminatedUnion('type', [
  z.strictObject({
    ...common,
    type: z.literal('operation'),
    operation: text(100).describe('Such as user.create'),
    input: fields.default({}),
    ...attempts,
    ...saga,
    compensate: compensate.optional(),
    recover: z
      .strictObject({ operation: text(100), input: fields.default({}) })
      .optional()
      .describe('A read that answers the output of a step that was carried out, but whose response was lost'),
  }),
  z.strictObject({
    ...common,
    type: z.literal('agent'),
    agent: value.describe('Id or name of the agent'),
    input: value.describe('The text to work on'),
    ...attempts,
    ...saga,
    compensate: compensate.optional(),
  }),
  z.strictObject({
    ...common,
    type: z.literal('validate'),
    checks: z
      .array(z.strictObject({ that: expression.describe('Must be true'), message: text(500) }))
      .max(50)
      .default([]),
    ruleSet: text(50).optional().describe('A rule set of validation, which the text is held against'),
    text: value.optional().describe('With ruleSet: the text to judge'),
    request: value.optional().describe('With ruleSet: what the text answers'),
    action: z
      .enum(['noop', 'exception', 'fix', 'filter', 'refrain', 'human'])
      .default('exception')
      .describe('With ruleSet: what becomes of a text that does not pass'),
    approvers: value.optional().describe('With the action human: e-mail addresses'),
    about: value
      .optional()
      .describe('With ruleSet: the person that the text is about, such as builder:b-001'),
    ...attempts,
  }),
  z.strictObject({
    ...common,
    type: z.literal('notify'),
    to: value.describe(
      'Such as role:executive or an e-mail address; several as a list or separated by commas',
    ),
    subject: value.optional(),
    text: value.optional(),
    template: text(60).optional().describe('A notification template, in place of subject and text'),
    data: fields.optional().describe('What the template is filled in with'),
    ...attempts,
  }),
  z.strictObject({
    ...common,
    type: z.literal('wait'),
    seconds: value.optional(),
    until: value.optional().describe('An instant, such as =hoursAfter(input.dueAt, -24.0)'),
    event: z.string().max(100).optional().describe('A topic, such as approval.decided or agent.#'),
    where: z
      .record(z.string().max(100), value)
      .refine((given) => Object.keys(given).length === 1, 'names one field of the event')
      .optional(),
    signal: text(100).optional().describe('A signal by workflow.signal'),
    timeoutSeconds: seconds(366 * DAY).optional(),
    onTimeout: z.enum(['fail', 'continue']).default('fail'),
  }),
  z.strictObject({
    ...common,
    type: z.literal('human'),
    question: value,
    message: value.optional(),
    details: fields.optional(),
    approvers: value.optional().describe('E-mail addresses'),
    expiresInHours: z.number().min(0.1).max(8_000).default(72),
    reasonRequired: z.boolean().default(false),
    onDecline: z.enum(['fail', 'continue']).default('fail'),
    onExpiry: z.enum(['fail', 'continue']).default('fail'),
    pivot: saga.pivot,
  }),
  z.strictObject({
    ...common,
    type: z.literal('child'),
    template: templateName,
    input: fields.default({}),
  }),
  z.strictObject({
    ...common,
    type: z.literal('fail'),
    code: z.string().max(100).default('FAILED'),
    message: value,
  }),
]);

/** A step; composed ones contain further steps. */
export const step: z.ZodType<Step> = z.lazy(() =>
  z.union([
    plainStep,
    z.strictObject({
      ...common,
      type: z.literal('branch'),
      cases: z
        .array(z.strictObject({ when: expression, steps }))
        .min(1)
        .max(20),
      otherwise: steps.default([]),
    }),
    z.strictObject({
      ...common,
      type: z.literal('parallel'),
      branches: z
        .record(stepId, steps)
        .refine((given) => Object.keys(given).length <= 20, 'has at most 20 branches'),
      join: z.union([z.enum(['all', 'any']), z.number().int().min(1).max(20)]).default('all'),
    }),
    z.strictObject({
      ...common,
      type: z.literal('map'),
      over: expression.describe('A list'),
      concurrency: z.number().int().min(1).max(20).default(5),
      steps,
    }),
  ]),
);
const steps: z.ZodType<Step[]> = z.lazy(() => z.array(step).max(MAX_STEPS));

export const INPUT_TYPES = ['text', 'number', 'flag', 'list', 'object'] as const;
const inputField = z.strictObject({
  type: z.enum(INPUT_TYPES),
  description: z.string().max(500).default(''),
  required: z.boolean().default(true),
  secret: z
    .boolean()
    .default(false)
    .describe(
      'A text that is never shown, and is removed when the instance and all that were started with it are completed or undone',
    ),
  example: z.unknown().optional(),
});

/** A template as people write it, in JSON or YAML. */
export const definition = z.strictObject({
  name: templateName,
  title: text(200),
  description: z.string().max(2_000).default(''),
  runner: z
    .enum(['platform', 'n8n'])
    .default('platform')
    .describe('n8n: an n8n workflow carries the steps out and reports them'),
  silentAfterMinutes: z
    .number()
    .min(1)
    .max(10_080)
    .default(60)
    .describe('With the runner n8n: an instance that reports nothing for so long has failed'),
  owners: z.array(z.email()).max(10).default([]).describe('Who is asked when a rollback is incomplete'),
  input: z.record(stepId, inputField).default({}),
  output: fields.default({}).describe('What the instance answers'),
  steps: z.array(step).min(1).max(MAX_STEPS),
});
export type Definition = z.output<typeof definition>;
export type InputField = z.output<typeof inputField>;
export type Retry = z.output<typeof retry>;
export type Compensate = z.output<typeof compensate>;
export type PlainStep = z.output<typeof plainStep>;
export type StepOf<T extends StepType> = Extract<Step, { type: T }>;

export const DEFAULT_RETRY: Retry = retry.parse({});
/** Compensations are tried harder: what they leave behind, a person has to clear up. */
export const COMPENSATION_RETRY: Retry = retry.parse({ attempts: 6 });
