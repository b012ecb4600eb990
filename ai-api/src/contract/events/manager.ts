import { z } from 'zod';
import { day, id, isoWeek, timestamp } from '../schemas.ts';

const approvalEvent = z.object({
  approvalId: id,
  builderId: z.string(),
  date: day,
  hours: z.number(),
  state: z.string(),
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
