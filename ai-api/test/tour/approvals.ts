import { PERSON } from './identity.ts';
import { UNCLEAR } from './model.ts';
import { dayBefore } from './people.ts';
import { type Said, type Step, step } from './step.ts';

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
    { as: PERSON.quill, name, shows: { builder: { builderId: 'b-0001' }, hours: 1.5 } },
  ),
  step('approval.get', (said) => ({ approvalId: said('approval.submit', name).approvalId }), {
    name: `${name} seen`,
    patient: true,
    shows: { state, attachments: [{ name: 'note.txt' }] },
  }),
];

const seen = (name: string) => (said: Said) => {
  const { approvalId, version } = said('approval.get', `${name} seen`);
  return { approvalId, version };
};

/** Requests for manual time: by the engine, by people, and taken back. */
export const approvals: Step[] = [
  step(
    'approver.createGroup',
    { name: 'Orchard leads', team: 'Orchard', members: [PERSON.lead] },
    { shows: { team: 'Orchard', escalation: false } },
  ),
  step(
    'approver.updateGroup',
    (said) => ({ groupId: said('approver.createGroup').groupId, members: [PERSON.lead, PERSON.second] }),
    { shows: { members: [PERSON.lead, PERSON.second] } },
  ),
  step('approver.listGroups', {}, { shows: { items: [{ name: 'Orchard leads' }] } }),
  step(
    'approver.delegate',
    { toEmail: PERSON.second, firstDay: dayBefore(1), lastDay: dayBefore(-7) },
    { as: PERSON.lead, shows: { fromEmail: PERSON.lead, toEmail: PERSON.second } },
  ),
  step('approver.listDelegations', {}, { shows: { items: [{ toEmail: PERSON.second }] } }),
  step('approver.endDelegation', (said) => ({ delegationId: said('approver.delegate').delegationId }), {
    as: PERSON.lead,
  }),
  step(
    'approval.setSettings',
    { auditShare: 1, weeklyCapHours: 120, autoApproveMaxHours: 8 },
    { as: PERSON.executive, shows: { auditShare: 1, autoApproveMaxHours: 8 } },
  ),
  step('approval.getSettings', {}, { shows: { weeklyCapHours: 120 } }),
  step(
    'approval.triage',
    { builderId: 'b-0002', date: dayBefore(3), hours: 1, category: 'meeting', justification: UNCLEAR },
    { shows: { decision: 'review', approval: null } },
  ),
  ...request('clear', 3, CLEAR, 'approved'),
  step('approval.confirm', seen('clear'), { as: PERSON.executive, shows: { audit: 'confirmed' } }),
  ...request('unclear', 4, UNCLEAR, 'in_review'),
  step('approval.counts', {}, { as: PERSON.lead, shows: { mine: 1 } }),
  step('approval.list', { mine: true }, { as: PERSON.lead, shows: { items: [{ state: 'in_review' }] } }),
  step(
    'approval.override',
    (said) => ({ ...seen('unclear')(said), decision: 'reject' as const, reason: WHY }),
    { as: PERSON.lead, shows: { state: 'rejected', payableHours: 0 } },
  ),
  step(
    'approval.appeal',
    (said) => {
      const { approvalId, version } = said('approval.override');
      return { approvalId, version, reason: 'The invitation is in the shared calendar.' };
    },
    { as: PERSON.quill, shows: { state: 'in_review' } },
  ),
  step(
    'approval.bulk',
    (said) => {
      const { approvalId, version } = said('approval.appeal');
      return { items: [{ approvalId, version }], decision: 'approve' as const, reason: WHY };
    },
    { as: PERSON.second, shows: { decided: [{ state: 'approved' }], refused: [] } },
  ),
  ...request('mistaken', 5, UNCLEAR, 'in_review'),
  step('approval.escalate', (said) => ({ ...seen('mistaken')(said), reason: WHY }), {
    as: PERSON.lead,
    shows: { state: 'in_review', escalated: true },
  }),
  step(
    'approval.withdraw',
    (said) => {
      const { approvalId, version } = said('approval.escalate');
      return { approvalId, version };
    },
    { as: PERSON.quill, shows: { state: 'withdrawn' } },
  ),
  step('approval.payable', { limit: 10 }),
  step('approver.deleteGroup', (said) => ({ groupId: said('approver.createGroup').groupId })),
];
