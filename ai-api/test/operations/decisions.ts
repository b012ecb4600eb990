import { PERSON } from './identity.ts';
import { dayBefore } from './people.ts';
import { type AnswerOf, type Step, step } from './step.ts';

const decisionId = (answerOf: AnswerOf) => ({ decisionId: answerOf('decision.create').decisionId });

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
      reference: 'order-1',
    },
    { matches: { created: true, status: 'pending', approvers: [{ email: PERSON.executive }] } },
  ),
  step(
    'decision.remind',
    (answerOf) => ({ ...decisionId(answerOf), approvers: [PERSON.lead], onlyNew: true }),
    {
      matches: { status: 'pending' },
    },
  ),
  step('decision.get', decisionId, { matches: { reference: 'order-1' } }),
  step(
    'decision.decide',
    (answerOf) => ({ ...decisionId(answerOf), choice: 'approved' as const, reason: 'It is full.' }),
    { as: PERSON.executive, matches: { status: 'approved', decidedBy: { via: 'api' } } },
  ),
  step(
    'decision.create',
    { title: 'Paint it blue?', approvers: `${PERSON.lead}, ${PERSON.second}`, notify: false },
    { matches: { approvers: [{ email: PERSON.lead }, { email: PERSON.second }] } },
  ),
  step('decision.cancel', (answerOf) => ({ ...decisionId(answerOf), reason: 'It is blue.' }), {
    matches: { status: 'cancelled' },
  }),
  step(
    'decision.list',
    { search: 'server', status: 'approved' },
    { matches: { items: [{ reference: 'order-1' }] } },
  ),
];
