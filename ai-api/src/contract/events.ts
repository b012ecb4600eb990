import { z } from 'zod';
import { day, id, isoWeek, timestamp } from './schemas.ts';

const approvalEvent = z.object({
  approvalId: id,
  builderId: z.string(),
  date: day,
  hours: z.number(),
  state: z.string(),
});

const linkEvent = z.object({
  linkId: id,
  conversationId: id,
  sha: z.string(),
  repositoryId: id,
  level: z.enum(['certain', 'probable', 'added']),
});

const executionData = z.object({
  executionId: id,
  agentId: id,
  version: z.number().int(),
  tokensIn: z.number().int(),
  tokensOut: z.number().int(),
  costMicros: z.number().int().nullable(),
});

/** No texts: these events reach everyone who follows the company, also those of a private conversation. */
const conversationEvent = z.object({ conversationId: id });
const licenceEvent = z.object({ licenceId: id, licence: z.string(), product: z.string() });
/** No names: these events reach everyone who follows the company. */
const fileVersion = z.object({
  fileId: id,
  version: z.number().int(),
  category: z.string(),
  origin: z.string().describe('What it belongs to, such as policy or approval; upload for a file by itself'),
  scan: z.enum(['clean', 'infected', 'not scanned', 'made here']).nullable(),
  reason: z.string().nullable(),
});
const workflowInstance = z.object({
  instanceId: id,
  template: z.string(),
  version: z.number().int(),
  reference: z.string().nullable(),
});

/** No texts: they may be confidential, and who may read them asks for the result. */
const validationEvent = z.object({
  resultId: id,
  ruleSet: z.string(),
  version: z.number().int(),
  source: z.string().describe('What asked, such as api or agent'),
  reference: z.string().nullable(),
});

/** What happens in the platform and may be subscribed to, by type. */
export const events = {
  'commit.recorded': {
    title: 'Commits recorded',
    description:
      'Commits of a repository became known, or more of them: by a push, from a forge, or from a clone.',
    data: z.object({
      repositoryId: id,
      branch: z.string().nullable(),
      commits: z.number().int(),
      shas: z.array(z.string()).max(100).describe('A hundred at most: more of them are more events'),
    }),
  },
  'link.confirmed': {
    title: 'Commit linked',
    description: 'A conversation is linked with a commit: proved, or confirmed or added by a person.',
    data: linkEvent,
  },
  'link.suggested': {
    title: 'Link suggested',
    description: 'A conversation probably led to a commit; a person may confirm or reject it.',
    data: linkEvent,
  },
  'link.rejected': {
    title: 'Link rejected',
    description: 'A person said that a conversation did not lead to a commit.',
    data: linkEvent,
  },
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
  'decision.requested': {
    title: 'Decision requested',
    description: 'Approvers were asked for a decision.',
    data: z.object({
      decisionId: id,
      title: z.string(),
      reference: z.string().nullable(),
      approvers: z.number().int(),
      expiresAt: timestamp,
    }),
  },
  'decision.made': {
    title: 'Decision made',
    description: 'The decision was approved or declined.',
    data: z.object({
      decisionId: id,
      title: z.string(),
      reference: z.string().nullable(),
      status: z.enum(['approved', 'declined']),
      via: z.enum(['link', 'api']),
      decidedAt: timestamp,
    }),
  },
  'decision.expired': {
    title: 'Decision expired',
    description: 'The decision was not made in time.',
    data: z.object({
      decisionId: id,
      title: z.string(),
      reference: z.string().nullable(),
      expiresAt: timestamp,
    }),
  },
  'decision.cancelled': {
    title: 'Decision cancelled',
    description: 'The question was withdrawn before it was decided.',
    data: z.object({ decisionId: id, title: z.string(), reference: z.string().nullable() }),
  },
  'agent.created': {
    title: 'Agent created',
    description: 'An agent was created.',
    data: z.object({ agentId: id, name: z.string(), version: z.number().int() }),
  },
  'agent.updated': {
    title: 'Agent updated',
    description: 'An agent has a new version.',
    data: z.object({ agentId: id, name: z.string(), version: z.number().int() }),
  },
  'agent.execution.completed': {
    title: 'Agent execution completed',
    description: 'An agent answered; the answer is read from the execution.',
    data: executionData,
  },
  'agent.execution.failed': {
    title: 'Agent execution failed',
    description: 'An execution of an agent failed; the event names the reason.',
    data: executionData.extend({ reason: z.string() }),
  },
  'prompt.version.created': {
    title: 'Prompt version created',
    description: 'A prompt has a new version; it is not used until it gets a label.',
    data: z.object({
      name: z.string(),
      version: z.number().int(),
      origin: z.enum(['person', 'optimizer', 'langfuse']),
    }),
  },
  'prompt.label.moved': {
    title: 'Prompt label moved',
    description:
      'A label was moved to another version of a prompt; the production version is used from the next run on.',
    data: z.object({
      name: z.string(),
      label: z.string(),
      from: z.number().int().nullable().describe('Null when no version had it'),
      to: z.number().int().nullable().describe('Null when the label was removed'),
    }),
  },
  'prompt.proposal.ready': {
    title: 'Prompt proposal ready',
    description: 'An optimization proposes a better version of a prompt, which a person accepts or rejects.',
    data: z.object({
      optimizationId: id,
      name: z.string(),
      baseVersion: z.number().int(),
      verdict: z.enum(['better', 'no difference shown', 'worse']),
    }),
  },
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
  'conversation.created': {
    title: 'Conversation saved',
    description: 'A conversation with a coding assistant was saved.',
    data: conversationEvent.extend({ tool: z.string(), messages: z.number().int() }),
  },
  'conversation.messages_added': {
    title: 'Conversation continued',
    description: 'A saved conversation has new or changed messages.',
    data: conversationEvent.extend({ added: z.number().int(), changed: z.number().int() }),
  },
  'conversation.embedded': {
    title: 'Conversation can be found by meaning',
    description: 'The passages of a conversation have their vectors.',
    data: conversationEvent.extend({ passages: z.number().int() }),
  },
  'conversation.updated': {
    title: 'Conversation changed',
    description: 'The title, the tags or the privacy of a conversation changed.',
    data: conversationEvent,
  },
  'conversation.removed': {
    title: 'Conversation removed',
    description: 'A conversation was removed, by a person or by a policy.',
    data: conversationEvent,
  },
  'license.seat.denied': {
    title: 'Licence seat denied',
    description: 'A device was denied a seat; retries within 10 minutes are not reported again.',
    data: licenceEvent.extend({
      code: z.string(),
      device: z.string().describe('Salted hash'),
      user: z.string().nullable(),
      used: z.number().int(),
      maxSeats: z.number().int(),
    }),
  },
  'license.seat.offered': {
    title: 'Licence seat offered',
    description: 'A free seat is offered to the first in the queue, for 60 seconds.',
    data: licenceEvent.extend({ sessionId: id, user: z.string().nullable(), until: timestamp }),
  },
  'license.session.evicted': {
    title: 'Licence session evicted',
    description: 'An admin forced the release of a seat.',
    data: licenceEvent.extend({ sessionId: id, user: z.string().nullable(), reason: z.string() }),
  },
  'license.state.changed': {
    title: 'Licence state changed',
    description: 'A licence was suspended, reinstated, revoked or renewed.',
    data: licenceEvent.extend({
      state: z.enum(['active', 'suspended', 'revoked']),
      expiresAt: timestamp.nullable(),
    }),
  },
  'license.expiring': {
    title: 'Licence expires soon',
    description: 'A licence expires in 30, 14, 7 or 1 days.',
    data: licenceEvent.extend({
      expiresAt: timestamp,
      daysLeft: z.number().int(),
      maxSeats: z.number().int(),
    }),
  },
  'workflow.template.published': {
    title: 'Workflow template published',
    description: 'New instances of a workflow template run this version.',
    data: z.object({ template: z.string(), version: z.number().int() }),
  },
  'workflow.instance.started': {
    title: 'Workflow started',
    description: 'An instance of a workflow template was started.',
    data: workflowInstance,
  },
  'workflow.step.ended': {
    title: 'Workflow step ended',
    description: 'A step of a workflow succeeded, failed for good, or was undone.',
    data: workflowInstance.extend({
      step: z.string(),
      path: z.string(),
      state: z.enum(['succeeded', 'failed', 'undone', 'undo failed']),
    }),
  },
  'workflow.instance.completed': {
    title: 'Workflow completed',
    description: 'Every step of a workflow ended as it should.',
    data: workflowInstance,
  },
  'workflow.instance.failed': {
    title: 'Workflow failed',
    description: 'A step failed and nothing was undone: there was nothing to undo, or no way back.',
    data: workflowInstance.extend({ reason: z.string() }),
  },
  'workflow.instance.compensated': {
    title: 'Workflow undone',
    description: 'A workflow failed or was cancelled, and everything that its steps did was undone.',
    data: workflowInstance.extend({ reason: z.string() }),
  },
  'workflow.instance.cancelled': {
    title: 'Workflow cancelled',
    description: 'A workflow was stopped; what its steps did was not undone.',
    data: workflowInstance.extend({ reason: z.string() }),
  },
  'workflow.rollback.incomplete': {
    title: 'Rollback incomplete',
    description: 'Something that a workflow did could not be undone: a person has to undo it by hand.',
    data: workflowInstance.extend({ left: z.array(z.string()).describe('Steps that are not undone') }),
  },
  'notification.failed': {
    title: 'Notification not delivered',
    description: 'A delivery failed for good, or its outcome is unknown.',
    data: z.object({
      notificationId: id,
      deliveryId: id,
      template: z.string(),
      channel: z.enum(['email', 'sms', 'webhook', 'inbox']),
      state: z.enum(['failed', 'unknown']),
      code: z.string().nullable(),
    }),
  },
  'notification.suppressed': {
    title: 'Address suppressed',
    description:
      'Nothing is sent to an address any more: it does not exist, or its owner complained or answered STOP.',
    data: z.object({
      channel: z.enum(['email', 'sms']),
      reason: z.enum(['bounce', 'complaint', 'stop']),
      deliveryId: id.nullable(),
    }),
  },
  'inbox.changed': {
    title: 'Inbox changed',
    description: "A person's notifications came, were read or were archived.",
    data: z.object({ userId: id, unread: z.number().int() }),
  },
  'validation.rules.published': {
    title: 'Validation rules published',
    description: 'Texts are judged by this version of a rule set from now on.',
    data: z.object({ ruleSet: z.string(), version: z.number().int() }),
  },
  'validation.failed': {
    title: 'Validation failed',
    description: 'A text did not pass a rule set, or a person has to decide.',
    data: validationEvent.extend({
      status: z.enum(['failed', 'unsure']),
      effect: z.string(),
      rules: z.array(z.string()).describe('Ids of the rules that it failed'),
    }),
  },
  'validation.decided': {
    title: 'Validation decided',
    description: 'A person decided on a text, in the place of its verdict.',
    data: validationEvent.extend({ status: z.enum(['passed', 'failed']) }),
  },
  'file.ready': {
    title: 'File ready',
    description: 'A version of a file was inspected, or released from quarantine, and can be downloaded.',
    data: fileVersion,
  },
  'file.quarantined': {
    title: 'File quarantined',
    description: 'The virus scanner found something in a version of a file; a person may release it.',
    data: fileVersion,
  },
  'file.rejected': {
    title: 'File refused',
    description: 'The content of a version is not what it was uploaded as, or is not accepted.',
    data: fileVersion,
  },
  'file.scan.failed': {
    title: 'File not scanned',
    description: 'A version could not be inspected, and cannot be downloaded until it is.',
    data: fileVersion,
  },
  'compliance.report.made': {
    title: 'Compliance report made',
    description: 'A compliance report was made and can be downloaded.',
    data: z.object({ reportId: id, kind: z.string() }),
  },
  'endpoint.test': {
    title: 'Endpoint test',
    description: 'A sample event, sent to one endpoint on request.',
    data: z.object({
      endpointId: id,
      message: z.string(),
      sample: z
        .object({ type: z.string(), data: z.record(z.string(), z.unknown()) })
        .optional()
        .describe('Sample data of the requested type'),
    }),
  },
} as const;

export type EventType = keyof typeof events;
export const EVENT_TYPES = Object.keys(events) as [EventType, ...EventType[]];
