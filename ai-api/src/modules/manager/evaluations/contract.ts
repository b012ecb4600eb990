import { z } from 'zod';
import { companyId } from '../../../contract/company-id.ts';
import { operation, resource, STAFF } from '../../../contract/operation.ts';
import type { RevealedPlace, Reveals } from '../../../contract/reveals.ts';
import { flag, id, isoWeek, listOf, page, prose, reason, timestamp } from '../../../contract/schemas.ts';
import { GRADES } from '../../../judgement/grade.ts';
import { judgementView } from '../../../judgement/schema.ts';

const STATUSES = ['pending', 'judged', 'failed'] as const;
const engine = z.enum(['rules', 'model']).describe('What was configured when the run started');
const grade = z.enum(GRADES);

const run = z
  .object({
    runId: id,
    week: isoWeek,
    status: z.enum(['running', 'completed']),
    dryRun: z.boolean(),
    engine,
    startedAt: timestamp,
    completedAt: timestamp.nullable(),
    waiting: z.boolean().describe('Builders alone have their results, and may answer'),
    notInformed: z
      .number()
      .int()
      .nullable()
      .describe(
        'Builders who were not informed of how they are judged when it began; null for dry runs and runs from before',
      ),
    answersUntil: timestamp
      .nullable()
      .describe('When the week enters reports; null where it waits for nothing'),
    builders: z.number().int(),
    projects: z.number().int().describe('Projects graded so far'),
    pending: z.number().int(),
    judged: z.number().int(),
    failed: z.number().int(),
    needsReview: z.number().int(),
    notified: z.number().int().describe('Builders whose e-mail was sent'),
    grades: z.partialRecord(grade, z.number().int()),
    engines: z
      .object({ rules: z.number().int(), model: z.number().int(), human: z.number().int() })
      .describe('Who decided: builders judged by rules alone, with the model, or by a person'),
    failures: z
      .array(z.object({ builderId: z.string(), name: z.string(), reason: z.string() }))
      .describe('At most 50'),
    notices: z
      .array(z.string())
      .describe('For operators, such as figures that did not arrive or a model that could not be used'),
  })
  .meta({ id: 'EvaluationRun' });

const projectGrade = z.object({
  projectId: z.string(),
  name: z.string(),
  grade,
  score: z.number().nullable(),
  contested: z.boolean().describe('The builder contests it: a person decides'),
});

const person = z.object({
  builderId: z.string(),
  name: z.string(),
  email: z.string(),
  team: z.string(),
});

const result = z
  .object({
    evaluationId: id,
    ...person.shape,
    status: z.enum(STATUSES),
    grade: grade.nullable(),
    score: z.number().nullable(),
    coverage: z.number().nullable().describe('Share of the rubric that could be judged, 0 to 1'),
    engine: z.enum(['rules', 'model', 'human']).nullable(),
    needsReview: z.boolean(),
    reviewReasons: z.array(z.string()).describe('Why a person should review it'),
    contested: z
      .boolean()
      .describe('The builder contests it: it does not count until another person has decided'),
    waiting: z.boolean().describe('Only the builder and those who run evaluations have it yet'),
    answered: z.boolean().describe('The builder answered it before others had it'),
    feedback: z.string().nullable(),
    projects: z.array(projectGrade),
    error: z.string().nullable(),
    notifiedAt: timestamp.nullable(),
  })
  .meta({ id: 'EvaluationResult' });

const detail = z
  .object({
    evaluationId: id,
    runId: id,
    week: isoWeek,
    dryRun: z.boolean(),
    builder: person,
    status: z.enum(STATUSES),
    attempts: z.number().int(),
    error: z.string().nullable(),
    judgement: judgementView.nullable(),
    reviewReasons: z
      .array(z.string())
      .describe('Why a person should review it, also where figures were corrected after it was judged'),
    contested: z.boolean().describe('The builder contests it: decide the contest to change it'),
    waiting: z.boolean().describe('Only the builder and those who run evaluations have it yet'),
    answersUntil: timestamp
      .nullable()
      .describe('Until when the builder may answer, before others have it; null for no such time'),
    answer: z.object({ text: z.string(), at: timestamp }).nullable().describe('What the builder says of it'),
    projects: z.array(projectGrade.extend({ judgement: judgementView })),
    notifiedAt: timestamp.nullable(),
  })
  .meta({ id: 'Evaluation' });

const email = z
  .object({
    evaluationId: id,
    builderId: z.string(),
    judgementId: id.describe('The judgement that it is about'),
    to: z.string(),
    toName: z.string(),
    replyTo: z.string().nullable().describe('Mailbox in which people read replies; null where there is none'),
    subject: z.string(),
    html: z.string(),
    text: z.string(),
    receipt: z.string().describe('The signed receipt of the judgement, to be attached as receipt.txt'),
  })
  .meta({ id: 'EvaluationEmail' });

/** A run is about all builders, which builders may not see. */
const allButBuilders = ['admin', 'executive', 'ops', 'reviewer', 'readonly'] as const;
const operate = ['admin', 'executive', 'ops'] as const;
const runId = id.describe('The run');
const evaluationId = id.describe('The evaluation: one builder in one run');

const weeklyEvaluation = (place: RevealedPlace): Reveals => ({
  what: 'weekly evaluation',
  purpose: 'review',
  of: [place],
});
const oneEvaluation = weeklyEvaluation({ builder: 'builder.builderId', detail: 'week' });

export const evaluation = resource({
  id: 'evaluation',
  name: 'Evaluation',
  description: 'Weekly judgements of every builder and project.',
  locate: [
    { operation: 'listRuns', id: 'runId', shown: ['week', 'status'] },
    { operation: 'list', id: 'evaluationId', shown: ['name', 'week', 'grade'] },
  ],
  operations: {
    startWeekly: operation({
      method: 'POST',
      path: '/evaluations/weekly',
      summary: 'Start the weekly evaluation',
      description:
        'Judges every builder and project for one ISO week in the background. The same week again answers ' +
        'the first run. A dry run judges and stores, but is not the official run of the week: it may be ' +
        'repeated, announces nothing and is never e-mailed. Without a week it is the newest complete one in ' +
        'which a builder has figures. A week in which none has is refused unless allowEmpty is set.',
      access: operate,
      status: 202,
      input: z.object({
        week: isoWeek
          .optional()
          .describe('ISO week such as 2026-W45; defaults to the newest complete week with figures'),
        dryRun: z.boolean().default(false).describe('Judge without making it the official run'),
        allowEmpty: z.boolean().default(false).describe('Judge a week in which no builder has figures'),
      }),
      output: run
        .extend({ created: z.boolean().describe('False when the week had a run already') })
        .meta({ id: 'StartedEvaluationRun' }),
      errors: ['WEEK_INVALID', 'WEEK_EMPTY', 'NOTHING_TO_EVALUATE', 'NOTICE_MISSING'],
      hints: { week: { placeholder: '2026-W45' } },
      simplified: ['runId', 'week', 'status', 'created', 'builders', 'engine'],
    }),
    next: operation({
      method: 'GET',
      path: '/evaluations/next',
      summary: 'Show what starting the weekly evaluation would do',
      description:
        'The week that would be judged without naming one, and how many people would get an e-mail about it. Starts nothing.',
      access: operate,
      input: z.object({}),
      output: z
        .object({
          week: isoWeek,
          builders: z.number().int().describe('Who would be judged; each gets one e-mail'),
          runId: id
            .nullable()
            .describe('Its run, where the week was evaluated before: then nothing is sent again'),
        })
        .meta({ id: 'NextEvaluation' }),
      errors: ['WEEK_EMPTY', 'NOTHING_TO_EVALUATE'],
    }),
    list: operation({
      method: 'GET',
      path: '/evaluations',
      summary: 'List evaluations of official runs, newest first',
      description: 'Of one builder or of all builders, over the weeks. Builders get their own.',
      access: STAFF,
      own: { input: 'builderId' },
      list: true,
      reveals: weeklyEvaluation({ list: 'items', builder: 'builderId', detail: 'week' }),
      input: z.object({
        builderId: companyId.optional().describe('This builder alone'),
        week: isoWeek.optional(),
        ...page,
      }),
      output: listOf(result.extend({ runId: id, week: isoWeek }).meta({ id: 'ListedEvaluation' })),
    }),
    listRuns: operation({
      method: 'GET',
      path: '/evaluations/runs',
      summary: 'List evaluation runs, newest first',
      access: allButBuilders,
      list: true,
      input: z.object({ week: isoWeek.optional(), ...page }),
      output: listOf(run),
    }),
    getRun: operation({
      method: 'GET',
      path: '/evaluations/runs/{runId}',
      summary: 'Get the progress of a run',
      access: allButBuilders,
      input: z.object({ runId }),
      output: run,
      errors: ['NOT_FOUND'],
      simplified: ['runId', 'week', 'status', 'judged', 'failed', 'pending', 'projects', 'grades', 'notices'],
    }),
    listResults: operation({
      method: 'GET',
      path: '/evaluations/runs/{runId}/results',
      summary: 'List the results of a run',
      access: STAFF,
      own: { input: 'builderId' },
      list: true,
      reveals: weeklyEvaluation({ list: 'items', builder: 'builderId' }),
      input: z.object({
        runId,
        status: z.enum(STATUSES).optional(),
        grade: grade.optional(),
        builderId: companyId.optional().describe('This builder alone'),
        needsReview: flag.optional().describe('Only those that a person should review'),
        ...page,
      }),
      output: listOf(result),
      errors: ['NOT_FOUND'],
    }),
    retry: operation({
      method: 'POST',
      path: '/evaluations/runs/{runId}/retry',
      summary: 'Judge failed builders again',
      description:
        'All failed builders of the run, or one of them alone. Judged builders are left as they are.',
      access: operate,
      status: 202,
      input: z.object({
        runId,
        builderId: companyId.optional().describe('One failed builder; defaults to all of them'),
      }),
      output: run,
      errors: ['NOT_FOUND', 'CONFLICT'],
      simplified: ['runId', 'week', 'status', 'pending', 'failed'],
    }),
    listEmails: operation({
      method: 'GET',
      path: '/evaluations/runs/{runId}/emails',
      summary: "List the builders' e-mails of a run",
      description: 'One ready-made message for every judged builder. A dry run has none.',
      access: operate,
      list: true,
      reveals: {
        what: 'e-mail of the weekly evaluation',
        purpose: 'report',
        of: [{ list: 'items', builder: 'builderId' }],
      },
      input: z.object({
        runId,
        unsent: flag.default(true).describe('Leave out those already marked as sent'),
        ...page,
      }),
      output: listOf(email),
      errors: ['NOT_FOUND'],
    }),
    get: operation({
      method: 'GET',
      path: '/evaluations/{evaluationId}',
      summary: 'Get an evaluation with its reasons and evidence',
      access: STAFF,
      own: { output: 'builder.builderId' },
      reveals: oneEvaluation,
      input: z.object({ evaluationId }),
      output: detail,
      errors: ['NOT_FOUND'],
      simplified: ['evaluationId', 'week', 'builder', 'status', 'error'],
    }),
    markNotified: operation({
      method: 'POST',
      path: '/evaluations/{evaluationId}/notified',
      summary: "Mark a builder's e-mail as sent",
      description: 'Keeps a repeated workflow from sending the same e-mail twice.',
      access: operate,
      input: z.object({
        evaluationId,
        judgementId: id
          .optional()
          .describe(
            'The judgement that the e-mail was about: where there is a newer one, its e-mail stays due',
          ),
      }),
      output: z
        .object({
          evaluationId: id,
          notifiedAt: timestamp.nullable().describe('Null where the e-mail of a newer judgement is due'),
        })
        .meta({ id: 'Notified' }),
      errors: ['NOT_FOUND', 'NOT_JUDGED'],
    }),
    answer: operation({
      method: 'POST',
      path: '/evaluations/{evaluationId}/answer',
      summary: 'Answer the result of your week',
      description:
        'By the builder, before the result enters reports. The answer is kept with the evaluation and shown to the ' +
        'person who reviews it; a later one takes its place.',
      access: STAFF,
      own: 'handler',
      reveals: oneEvaluation,
      input: z.object({
        evaluationId,
        answer: prose(3, 4000, 'must have at least 3 characters').describe(
          'What is to be known about the week',
        ),
      }),
      output: detail,
      errors: ['NOT_FOUND', 'NOT_JUDGED', 'ANSWER_CLOSED', 'PERSON_REQUIRED'],
      hints: { answer: { multiline: true } },
      simplified: ['evaluationId', 'week', 'answersUntil'],
    }),
    confirm: operation({
      method: 'POST',
      path: '/evaluations/confirm',
      summary: 'Confirm the grades that engines propose',
      description:
        'For grades that a company lets a person decide: below its floor, or while engines only propose. Each on its ' +
        'own; to give another grade, override it. By a person, and never of their own week.',
      decides: true,
      access: ['admin', 'executive'],
      input: z.object({
        items: z
          .array(z.object({ evaluationId, judgementId: id.describe('The judgement you saw') }))
          .min(1)
          .max(100),
        reason: reason.optional().describe('Defaults to the reasons of the proposal'),
      }),
      output: z
        .object({
          confirmed: z.array(z.object({ evaluationId: id, grade })),
          refused: z.array(z.object({ evaluationId: id, code: z.string(), detail: z.string() })),
        })
        .meta({ id: 'EvaluationConfirmed' }),
      errors: ['PERSON_REQUIRED'],
      hints: { reason: { multiline: true } },
    }),
    override: operation({
      method: 'POST',
      path: '/evaluations/{evaluationId}/override',
      summary: "Replace a grade by a person's decision",
      description:
        'The human judgement supersedes the earlier one, which is kept. By a person, and never of their own week; a key ' +
        'that acts for no person may only give a better grade in place of another.',
      decides: true,
      access: ['admin', 'executive'],
      reveals: oneEvaluation,
      input: z.object({
        evaluationId,
        judgementId: id.describe('The judgement you saw; a newer one answers CONFLICT'),
        grade: grade.exclude(['insufficient evidence']).describe('The new grade'),
        reason: z.string().trim().min(10).max(2000).describe('Why, for the record'),
        feedback: z
          .string()
          .trim()
          .min(1)
          .max(4000)
          .optional()
          .describe('What the builder will read instead'),
      }),
      output: detail,
      errors: ['NOT_FOUND', 'NOT_JUDGED', 'CONFLICT', 'CONTESTED', 'FORBIDDEN', 'PERSON_REQUIRED'],
      hints: { reason: { multiline: true }, feedback: { multiline: true } },
      simplified: ['evaluationId', 'week', 'builder', 'status'],
    }),
  },
});

/** What this module offers. */
export const contract = { evaluation };
