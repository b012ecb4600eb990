import { z } from 'zod';
import { day, id, isoWeek, timestamp } from '../schemas.ts';

const approvalEvent = z.object({
  approvalId: id,
  builderId: z.string(),
  date: day,
  hours: z.number(),
  state: z.string(),
});

const contestEvent = z.object({
  contestId: id,
  judgementId: id,
  kind: z.string(),
  builderId: z.string(),
  dueAt: timestamp,
});

/** What happens to weekly evaluations. */
export const evaluationEvents = {
  'evaluation.run.started': {
    title: 'Evaluation run started',
    description: 'A weekly run started to judge its builders.',
    data: z.object({
      runId: id,
      week: isoWeek,
      builders: z.number().int(),
      engine: z.enum(['rules', 'model']),
      startedAt: timestamp,
    }),
  },
  'evaluation.judged': {
    title: 'Evaluation run progressed',
    description: 'How far a weekly run is, at most once a second; completion is reported by its own event.',
    data: z.object({
      runId: id,
      week: isoWeek,
      builders: z.number().int(),
      judged: z.number().int(),
      failed: z.number().int(),
      pending: z.number().int(),
    }),
  },
  'evaluation.run.completed': {
    title: 'Evaluation run completed',
    description: 'Every builder of a weekly run was judged or reported as failed.',
    data: z.object({
      runId: id,
      week: isoWeek,
      judged: z.number().int(),
      failed: z.number().int(),
      projects: z.number().int(),
      engine: z.enum(['rules', 'model']),
      notices: z
        .array(z.string())
        .describe('What operators should know, such as figures that did not arrive'),
      completedAt: timestamp,
    }),
  },
  'evaluation.graded': {
    title: 'Week graded by a person',
    description:
      'A person confirmed the grade that an engine proposed, or gave another one; the e-mail to the builder is due.',
    data: z.object({ evaluationId: id, runId: id, week: isoWeek, builderId: z.string() }),
  },
  'evaluation.answered': {
    title: 'Evaluation answered',
    description: 'A builder answered the result of a week before it was opened to others.',
    data: z.object({ evaluationId: id, runId: id, week: isoWeek, builderId: z.string() }),
  },
  'evaluation.corrected': {
    title: 'Evaluation judged anew',
    description:
      'Figures of a judged week were corrected by an import: it has a new judgement, or a person is asked where that would be worse.',
    data: z.object({
      evaluationId: id,
      runId: id,
      week: isoWeek,
      builderId: z.string(),
      superseded: z.boolean().describe('False where a person is asked'),
      sentTo: z.number().int().describe('Mails and reports that the old result had gone to'),
    }),
  },
  'evaluation.run.opened': {
    title: 'Evaluation run opened',
    description: 'The time of builders to answer is over: the week enters reports, trends and plans.',
    data: z.object({ runId: id, week: isoWeek, answered: z.number().int(), openedAt: timestamp }),
  },
} as const;

/** What happens to manual time, stage gates, performance plans and policies. */
export const managerEvents = {
  'approval.submitted': {
    title: 'Manual time requested',
    description: 'A request for manual time was submitted.',
    data: approvalEvent,
  },
  'approval.flagged': {
    title: 'Manual time needs a person',
    description:
      'The engine is not sure, would reject the request, or may not decide it: the approver group decides.',
    data: approvalEvent.extend({
      groupId: id.nullable(),
      dueAt: timestamp,
      proposal: z
        .enum(['approve', 'reject'])
        .nullable()
        .describe('What the engine would decide, for a person to confirm or to refuse'),
    }),
  },
  'approval.incomplete': {
    title: 'Manual time handed back',
    description: 'A request contradicts the records: its builder corrects it or asks for a person.',
    data: approvalEvent.extend({
      mend: z.array(z.object({ title: z.string(), reason: z.string() })).describe('What has to be corrected'),
    }),
  },
  'approval.decided': {
    title: 'Manual time decided',
    description: 'A request was approved, by the engine or a person, or rejected, by a person.',
    data: approvalEvent.extend({
      decision: z.enum(['approve', 'reject']),
      engine: z.enum(['rules', 'model', 'human']),
      payableHours: z.number(),
    }),
  },
  'approval.reminder': {
    title: 'Manual time waits for a decision',
    description: 'A flagged request is still undecided after the time set for a reminder.',
    data: approvalEvent.extend({ dueAt: timestamp }),
  },
  'approval.escalated': {
    title: 'Manual time was escalated',
    description: 'A flagged request is past its deadline; the escalation group may decide it now.',
    data: approvalEvent,
  },
  'oversight.changed': {
    title: 'Oversight changed',
    description: 'Engines were stopped in a kind of judgement, or may go on.',
    data: z.object({
      kind: z.string(),
      mode: z.enum(['on', 'propose', 'people']),
      before: z.enum(['on', 'propose', 'people']),
      gradeFloor: z.string().nullable(),
    }),
  },
  'level.changed': {
    title: 'Level changed',
    description:
      'What a company asks of grants that no person sees was named, fitted, switched on or off, or withdrawn.',
    data: z.object({
      kind: z.string(),
      version: z.number().int(),
      state: z.enum(['none', 'shadow', 'on', 'withdrawn']),
      before: z.enum(['none', 'shadow', 'on', 'withdrawn']).nullable(),
      score: z.number().nullable().describe('Granted alone from this score on'),
      reason: z.string(),
    }),
  },
  'notice.published': {
    title: 'Notice published',
    description: 'What a kind of judgement tells the people whom it judges was published as a new version.',
    data: z.object({ kind: z.string(), version: z.number().int(), title: z.string() }),
  },
  'notice.missing': {
    title: 'Judged without notice',
    description: 'A weekly run judges builders who were not informed of how they are judged.',
    data: z.object({
      runId: id,
      week: isoWeek,
      builders: z.number().int().describe('Builders of the run'),
      notInformed: z.number().int().describe('Of them, those who were not informed'),
    }),
  },
  'contest.opened': {
    title: 'Judgement contested',
    description: 'The person whom a judgement concerns contests it: its effect is suspended where it can be.',
    data: contestEvent,
  },
  'contest.reminder': {
    title: 'Contest waits for a decision',
    description: 'A contest is still undecided shortly before its deadline, or is past it.',
    data: contestEvent.extend({ isOverdue: z.boolean() }),
  },
  'contest.decided': {
    title: 'Contest decided',
    description: 'A person upheld a contested judgement, or put another one in its place.',
    data: contestEvent.extend({
      state: z.enum(['upheld', 'changed']),
      resultId: id.nullable().describe('The judgement that took the place of the contested one'),
      sentTo: z.number().int().describe('Mails and reports that the old result had gone to'),
    }),
  },
  'stage-gate.evaluated': {
    title: 'Stage gate evaluated',
    description:
      'A project was evaluated at the gate to its next stage, or the evaluation was reviewed or waived.',
    data: z.object({
      evaluationId: id,
      projectId: z.string(),
      toStage: z.string(),
      canProgress: z.boolean(),
      decision: z.enum(['progress', 'hold', 'review']),
      proposal: z.string().nullable().describe('The outcome that waits for a person to confirm it'),
      waived: z.boolean(),
    }),
  },
  'stage-gate.reminder': {
    title: 'Stage gate waits for a decision',
    description: 'What the engine proposes at a gate is near its deadline, and no person has decided it.',
    data: z.object({
      evaluationId: id,
      projectId: z.string(),
      toStage: z.string(),
      proposal: z.string().describe('The outcome that waits for a person to confirm it'),
      dueAt: timestamp,
    }),
  },
  'plan.created': {
    title: 'Performance plan created',
    description: 'A builder has a performance plan.',
    data: z.object({ planId: id, builderId: z.string(), endsOn: day }),
  },
  'plan.closed': {
    title: 'Performance plan ended',
    description: 'A performance plan ended with an outcome.',
    data: z.object({
      planId: id,
      builderId: z.string(),
      status: z.enum(['met', 'not_met', 'cancelled', 'active']),
    }),
  },
  'policy.indexed': {
    title: 'Document read',
    description: 'A version of a document was read and is searched from now on.',
    data: z.object({ documentId: id, version: z.number().int(), passages: z.number().int() }),
  },
  'policy.failed': {
    title: 'Document could not be read',
    description: 'A version of a document could not be read; the one before is searched.',
    data: z.object({ documentId: id, version: z.number().int(), reason: z.string() }),
  },
} as const;
