import { z } from 'zod';
import { companyId } from '../../../contract/company-id.ts';
import { operation, resource } from '../../../contract/operation.ts';
import type { RevealedPlace, Reveals } from '../../../contract/reveals.ts';
import {
  day,
  flag,
  id,
  isoWeek,
  listOf,
  MAX_INTEGER,
  page,
  prose,
  reason,
  timestamp,
} from '../../../contract/schemas.ts';
import { GRADES } from '../../../judgement/grade.ts';

const readers = ['admin', 'executive', 'builder', 'ops', 'reviewer', 'readonly'] as const;
const overview = ['admin', 'executive', 'ops', 'reviewer', 'readonly'] as const;
const managers = ['admin', 'executive'] as const;

const grade = z.enum(GRADES);
const builderId = companyId;

export const PLAN_STATUSES = ['active', 'met', 'not_met', 'cancelled'] as const;

const goal = z.object({
  goalId: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,63}$/, 'must be lower case words joined by hyphens')
    .describe('Name of the goal, such as weekly-notes'),
  title: prose(3, 200, 'must have at least 3 characters'),
  measure: prose(3, 500, 'must have at least 3 characters').describe('How to verify that it is met'),
});
const progress = z.object({
  goalId: z.string().max(64),
  percent: z.number().int().min(0).max(100),
});

const planView = z
  .object({
    planId: id,
    version: z.number().int(),
    builder: z.object({ builderId: z.string(), name: z.string() }),
    status: z.enum(PLAN_STATUSES),
    reason: z.string(),
    goals: z.array(goal),
    startsOn: day,
    endsOn: day,
    overdue: z.boolean().describe('Still active after its last day'),
    outcome: z.string().nullable(),
    checkIns: z.array(
      z.object({ at: timestamp, by: z.string(), note: z.string(), progress: z.array(progress) }),
    ),
    createdBy: z.string(),
    createdAt: timestamp,
    closedBy: z.string().nullable(),
    closedAt: timestamp.nullable(),
  })
  .meta({ id: 'PerformancePlan' });

const trend = z
  .object({
    status: z.enum(['rising', 'steady', 'falling', 'not enough data']),
    perWeek: z.number().nullable().describe('Points a week, a line fitted by least squares'),
    weeks: z.number().int().describe('Weeks with a score that it rests on'),
  })
  .meta({ id: 'PerformanceTrend' });

const week = z.object({
  week: isoWeek,
  evaluationId: id,
  grade: grade.nullable(),
  score: z.number().nullable(),
  engine: z.enum(['rules', 'model', 'human']).nullable(),
  needsReview: z.boolean(),
  contested: z.boolean().describe('Contested: it has no grade until another person has decided'),
  waiting: z.boolean().describe('The builder may still answer: others have no grade yet'),
});

const row = z
  .object({
    builderId: z.string(),
    name: z.string(),
    team: z.string(),
    evaluationId: id,
    grade: grade.nullable(),
    score: z.number().nullable(),
    change: z.number().nullable().describe('Points since the week before'),
    trend,
    needsReview: z.boolean(),
    contested: z.boolean().describe('Contested: it has no grade until another person has decided'),
    waiting: z.boolean().describe('The builder may still answer: others have no grade yet'),
    plan: z.object({ planId: id, endsOn: day }).nullable().describe('The active performance plan'),
    attention: z.array(z.string()).describe('Why attention is needed'),
  })
  .meta({ id: 'TeamRow' });

const report = z
  .object({
    week: isoWeek,
    team: z.string().nullable(),
    status: z.enum(['complete', 'running', 'waiting', 'not enough data']),
    builders: z.number().int(),
    graded: z.number().int(),
    meanScore: z.number().nullable(),
    meanScoreBefore: z.number().nullable().describe('Of the week before'),
    grades: z.partialRecord(grade, z.number().int()),
    attention: z.array(row).describe('Who needs attention, most urgent first'),
    best: z.array(row).describe('The highest scores, at most five'),
  })
  .meta({ id: 'PerformanceReport' });

const shift = z.object({
  group: z.string().describe('`all`, or a team'),
  status: z.enum(['stable', 'shifted', 'not enough data']),
  size: z.number().int(),
  sizeBefore: z.number().int(),
  meanChange: z.number().nullable(),
  psi: z.number().nullable().describe('Population stability index; above 0.25 is a shift'),
});
const inReport: RevealedPlace[] = [
  { list: 'attention', builder: 'builderId', detail: 'week' },
  { list: 'best', builder: 'builderId', detail: 'week' },
];

export const performance = resource({
  id: 'performance',
  name: 'Performance',
  description: 'How builders and teams do over the weeks, and plans to do better.',
  operations: {
    history: operation({
      method: 'GET',
      path: '/performance/builders/{builderId}',
      summary: "Get a builder's history and trend",
      description: 'Official weekly grades, newest first. Builders see their own.',
      access: readers,
      own: { input: 'builderId' },
      reveals: { what: 'performance history', purpose: 'performance', of: [{ builder: 'builderId' }] },
      input: z.object({
        builderId,
        weeks: z.coerce.number().int().min(1).max(104).default(12),
      }),
      output: z
        .object({
          builderId: z.string(),
          name: z.string(),
          team: z.string(),
          trend,
          weeks: z.array(week),
          plan: planView.nullable().describe('The active performance plan'),
        })
        .meta({ id: 'PerformanceHistory' }),
      errors: ['NOT_FOUND'],
    }),
    team: operation({
      method: 'GET',
      path: '/performance/team',
      summary: 'Show the builders of a week, those who need attention first',
      access: overview,
      list: true,
      reveals: { what: 'performance', purpose: 'performance', of: [{ list: 'items', builder: 'builderId' }] },
      input: z.object({
        week: isoWeek.optional().describe('Defaults to the newest official week'),
        team: z.string().max(100).optional(),
        ...page,
      }),
      output: listOf(row),
    }),
    report: operation({
      method: 'GET',
      path: '/performance/report',
      summary: 'Get the weekly report',
      access: overview,
      reveals: { what: 'part in the weekly report', purpose: 'report', of: inReport },
      input: z.object({ week: isoWeek.optional(), team: z.string().max(100).optional() }),
      output: report,
    }),
    file: operation({
      method: 'POST',
      path: '/performance/report/files',
      summary: 'Write the weekly report as an e-mail or a PDF',
      description: 'HTML is returned as is, ready to send; a PDF as a link that is valid for an hour.',
      access: overview,
      status: 201,
      reveals: { what: 'part in the weekly report', purpose: 'report', of: 'handler' },
      input: z.object({
        week: isoWeek.optional(),
        team: z.string().max(100).optional(),
        format: z.enum(['html', 'pdf']),
      }),
      output: z
        .object({
          week: isoWeek,
          subject: z.string(),
          html: z.string().nullable(),
          text: z.string().nullable(),
          url: z.string().nullable(),
        })
        .meta({ id: 'PerformanceReportFile' }),
    }),
    shift: operation({
      method: 'GET',
      path: '/performance/fairness',
      summary: 'Get how the scores of a weekly run moved against the run before, over all builders',
      description: 'It names no one, and asks no model.',
      access: [...managers, 'council'],
      input: z.object({ week: isoWeek.optional() }),
      output: z
        .object({ week: isoWeek, before: isoWeek.nullable(), shift: shift.omit({ group: true }) })
        .meta({ id: 'ScoreShift' }),
      errors: ['NOT_FOUND'],
    }),
    fairness: operation({
      method: 'POST',
      path: '/performance/fairness',
      summary: 'Check a weekly run for unfairness',
      description:
        'Compares its scores with those of the run before, over all and by team, and, where a model is ' +
        'configured, judges a sample again with other names in the texts: the outcome must not move.',
      access: managers,
      reveals: {
        what: 'part in the check of fairness',
        purpose: 'review',
        of: [{ list: 'swaps.moved', builder: 'builderId' }],
      },
      input: z.object({
        week: isoWeek.optional(),
        sample: z.number().int().min(1).max(50).default(10).describe('Builders whose names are swapped'),
      }),
      output: z
        .object({
          week: isoWeek,
          before: isoWeek.nullable(),
          shift: z.array(shift),
          swaps: z.object({
            status: z
              .enum(['invariant', 'moved', 'incomplete', 'not checked'])
              .describe('`incomplete`: nothing moved where the model answered, but it did not always'),
            reason: z.string().nullable(),
            checked: z.number().int(),
            failed: z.number().int().describe('Cases in which the model did not answer'),
            unnamed: z.number().int().describe('Cases whose texts reveal neither a name nor a gender'),
            meanChange: z
              .number()
              .nullable()
              .describe('Mean change of scores with the other names, in points'),
            moved: z.array(
              z.object({
                builderId: z.string(),
                criterion: z.string(),
                before: z.number().nullable(),
                after: z.number().nullable(),
                otherName: z.string().describe('The invented name that replaces theirs'),
              }),
            ),
          }),
        })
        .meta({ id: 'FairnessCheck' }),
      errors: ['NOT_FOUND'],
    }),
  },
});

const seen = {
  planId: id,
  version: z.number().int().min(1).max(MAX_INTEGER).describe('Version that you saw'),
};

const onePlan: Reveals = {
  what: 'performance plan',
  purpose: 'performance',
  of: [{ builder: 'builder.builderId' }],
};

export const plan = resource({
  id: 'plan',
  name: 'Performance Plan',
  description: 'Goals that a builder and an executive agreed on, with check-ins and an outcome.',
  locate: { operation: 'list', id: 'planId', shown: ['reason', 'status'] },
  operations: {
    list: operation({
      method: 'GET',
      path: '/plans',
      summary: 'List performance plans, newest first',
      access: readers,
      own: { input: 'builderId' },
      list: true,
      reveals: { ...onePlan, of: [{ list: 'items', builder: 'builder.builderId' }] },
      input: z.object({
        builderId: builderId.optional(),
        status: z.enum(PLAN_STATUSES).optional(),
        overdue: flag.optional(),
        ...page,
      }),
      output: listOf(planView),
    }),
    create: operation({
      method: 'POST',
      path: '/plans',
      summary: 'Create a performance plan',
      description: 'A builder has at most one active plan.',
      decides: true,
      access: managers,
      status: 201,
      reveals: onePlan,
      input: z.object({
        builderId,
        reason: reason.describe('Why, with what it rests on'),
        goals: z.array(goal).min(1).max(20).describe('What has to be achieved'),
        startsOn: day,
        endsOn: day,
      }),
      output: planView,
      errors: ['NOT_FOUND', 'CONFLICT', 'PERSON_REQUIRED'],
      hints: { reason: { multiline: true } },
    }),
    get: operation({
      method: 'GET',
      path: '/plans/{planId}',
      summary: 'Get a performance plan',
      access: readers,
      own: { output: 'builder.builderId' },
      reveals: onePlan,
      input: z.object({ planId: id }),
      output: planView,
      errors: ['NOT_FOUND'],
    }),
    checkIn: operation({
      method: 'POST',
      path: '/plans/{planId}/check-ins',
      summary: 'Add a check-in to a plan',
      access: ['admin', 'executive', 'builder'],
      own: 'handler',
      status: 201,
      reveals: onePlan,
      input: z.object({
        ...seen,
        note: prose(3, 4000, 'must have at least 3 characters'),
        progress: z.array(progress).max(20).default([]),
      }),
      output: planView,
      errors: ['NOT_FOUND', 'CONFLICT'],
      hints: { note: { multiline: true } },
    }),
    extend: operation({
      method: 'POST',
      path: '/plans/{planId}/extend',
      summary: 'Extend a plan',
      access: managers,
      reveals: onePlan,
      input: z.object({ ...seen, endsOn: day, reason }),
      output: planView,
      errors: ['NOT_FOUND', 'CONFLICT'],
    }),
    close: operation({
      method: 'POST',
      path: '/plans/{planId}/close',
      summary: 'End a plan with its outcome',
      decides: true,
      access: managers,
      reveals: onePlan,
      input: z.object({
        ...seen,
        status: z.enum(['met', 'not_met', 'cancelled']),
        outcome: prose(10, 4000, 'must have at least 10 characters').describe('The outcome, and why'),
      }),
      output: planView,
      errors: ['NOT_FOUND', 'CONFLICT', 'PERSON_REQUIRED'],
      hints: { outcome: { multiline: true } },
    }),
  },
});

/** What this module offers. */
export const contract = { performance, plan };
