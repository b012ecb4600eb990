import { PERSON } from './identity.ts';
import { UNCLEAR } from './model.ts';
import { dayBefore } from './people.ts';
import { type AnswerOf, type Step, step } from './step.ts';

const WHY = 'I looked at the calendar, and the call took place.';
const CLEAR = 'Call with the pilot customer about the contract; the tracker was on the other laptop.';

/** Asks for time, and waits until the engine has looked at it. */
const request = (name: string, daysAgo: number, justification: string, state: string): Step[] => [
  step(
    'approval.submit',
    {
      date: dayBefore(daysAgo),
      hours: 1.5,
      category: 'meeting',
      justification,
      attachments: [
        { name: 'note.txt', contentType: 'text/plain', base64: Buffer.from('A note.').toString('base64') },
      ],
    },
    { as: PERSON.quill, name, matches: { builder: { builderId: 'b-0001' }, hours: 1.5 } },
  ),
  step('approval.get', (answerOf) => ({ approvalId: answerOf('approval.submit', name).approvalId }), {
    name: `${name} seen`,
    eventually: true,
    matches: { state, attachments: [{ name: 'note.txt' }] },
  }),
];

const seen = (name: string) => (answerOf: AnswerOf) => {
  const { approvalId, version } = answerOf('approval.get', `${name} seen`);
  return { approvalId, version };
};

/** Requests for manual time: by the engine, by people, and taken back. */
export const approvals: Step[] = [
  step(
    'approver.createGroup',
    { name: 'Orchard leads', team: 'Orchard', members: [PERSON.lead] },
    { matches: { team: 'Orchard', escalation: false } },
  ),
  step(
    'approver.updateGroup',
    (answerOf) => ({
      groupId: answerOf('approver.createGroup').groupId,
      members: [PERSON.lead, PERSON.second],
    }),
    { matches: { members: [PERSON.lead, PERSON.second] } },
  ),
  step('approver.listGroups', {}, { matches: { items: [{ name: 'Orchard leads' }] } }),
  step(
    'approver.delegate',
    { toEmail: PERSON.second, firstDay: dayBefore(1), lastDay: dayBefore(-7) },
    { as: PERSON.lead, matches: { fromEmail: PERSON.lead, toEmail: PERSON.second } },
  ),
  step('approver.listDelegations', {}, { matches: { items: [{ toEmail: PERSON.second }] } }),
  step(
    'approver.endDelegation',
    (answerOf) => ({ delegationId: answerOf('approver.delegate').delegationId }),
    {
      as: PERSON.lead,
    },
  ),
  step(
    'approval.setSettings',
    { auditShare: 1, weeklyCapHours: 120, autoApproveMaxHours: 8 },
    { as: PERSON.executive, matches: { auditShare: 1, autoApproveMaxHours: 8 } },
  ),
  step('approval.getSettings', {}, { matches: { weeklyCapHours: 120 } }),
  step(
    'approval.triage',
    { builderId: 'b-0002', date: dayBefore(3), hours: 1, category: 'meeting', justification: UNCLEAR },
    { matches: { decision: 'review', approval: null } },
  ),
  ...request('clear', 3, CLEAR, 'approved'),
  step('approval.confirm', seen('clear'), { as: PERSON.executive, matches: { audit: 'confirmed' } }),
  ...request('unclear', 4, UNCLEAR, 'in_review'),
  step('approval.counts', {}, { as: PERSON.lead, matches: { mine: 1 } }),
  step('approval.list', { mine: true }, { as: PERSON.lead, matches: { items: [{ state: 'in_review' }] } }),
  step(
    'approval.override',
    (answerOf) => ({ ...seen('unclear')(answerOf), decision: 'reject' as const, reason: WHY }),
    { as: PERSON.lead, matches: { state: 'rejected', payableHours: 0 } },
  ),
  step(
    'approval.appeal',
    (answerOf) => {
      const { approvalId, version } = answerOf('approval.override');
      return { approvalId, version, reason: 'The invitation is in the shared calendar.' };
    },
    { as: PERSON.quill, matches: { state: 'in_review' } },
  ),
  step(
    'approval.bulk',
    (answerOf) => {
      const { approvalId, version } = answerOf('approval.appeal');
      return { items: [{ approvalId, version }], decision: 'approve' as const, reason: WHY };
    },
    { as: PERSON.second, matches: { decided: [{ state: 'approved' }], refused: [] } },
  ),
  ...request('mistaken', 5, UNCLEAR, 'in_review'),
  step('approval.escalate', (answerOf) => ({ ...seen('mistaken')(answerOf), reason: WHY }), {
    as: PERSON.lead,
    matches: { state: 'in_review', escalated: true },
  }),
  step(
    'approval.withdraw',
    (answerOf) => {
      const { approvalId, version } = answerOf('approval.escalate');
      return { approvalId, version };
    },
    { as: PERSON.quill, matches: { state: 'withdrawn' } },
  ),
  ...request('tomorrow', -1, CLEAR, 'incomplete'),
  step('approval.amend', (answerOf) => ({ ...seen('tomorrow')(answerOf), date: dayBefore(-2) }), {
    as: PERSON.quill,
    matches: { state: 'submitted', proposal: null },
  }),
  step('approval.get', (answerOf) => ({ approvalId: answerOf('approval.amend').approvalId }), {
    name: 'still to come seen',
    eventually: true,
    matches: { state: 'incomplete' },
  }),
  step('approval.askPerson', (answerOf) => ({ ...seen('still to come')(answerOf), reason: WHY }), {
    as: PERSON.quill,
    matches: { state: 'in_review' },
  }),
  step('approval.payable', { limit: 10 }),
  step('approver.deleteGroup', (answerOf) => ({ groupId: answerOf('approver.createGroup').groupId })),
];
