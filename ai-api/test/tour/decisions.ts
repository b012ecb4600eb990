import { PERSON } from './identity.ts';
import { dayBefore } from './people.ts';
import { type Said, type Step, step } from './step.ts';

const decisionId = (said: Said) => ({ decisionId: said('decision.create').decisionId });

/** Questions that people answer with yes or no. */
export const decisions: Step[] = [
  step(
    'decision.create',
    {
      title: 'Buy the bigger server?',
      message: 'The smaller one is full.',
      details: { price: 1200, currency: 'USD', urgent: true },
      approvers: [PERSON.executive],
      notify: false,
      approveLabel: 'Buy',
      declineLabel: 'Wait',
      reasonRequired: true,
      expiresAt: `${dayBefore(-3)}T12:00:00Z`,
      reference: 'tour-1',
    },
    { shows: { created: true, status: 'pending', approvers: [{ email: PERSON.executive }] } },
  ),
  step('decision.remind', (said) => ({ ...decisionId(said), approvers: [PERSON.lead], onlyNew: true }), {
    shows: { status: 'pending' },
  }),
  step('decision.get', decisionId, { shows: { reference: 'tour-1' } }),
  step(
    'decision.decide',
    (said) => ({ ...decisionId(said), choice: 'approved' as const, reason: 'It is full.' }),
    { as: PERSON.executive, shows: { status: 'approved', decidedBy: { via: 'api' } } },
  ),
  step(
    'decision.create',
    { title: 'Paint it blue?', approvers: `${PERSON.lead}, ${PERSON.second}`, notify: false },
    { shows: { approvers: [{ email: PERSON.lead }, { email: PERSON.second }] } },
  ),
  step('decision.cancel', (said) => ({ ...decisionId(said), reason: 'It is blue.' }), {
    shows: { status: 'cancelled' },
  }),
  step(
    'decision.list',
    { search: 'server', status: 'approved' },
    { shows: { items: [{ reference: 'tour-1' }] } },
  ),
];
