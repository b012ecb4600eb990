import { answerEverything } from './model.ts';
import { type Said, type Step, step } from './step.ts';

const agentId = (said: Said) => said('agent.create').agentId;

/** An agent, its versions, and what it was asked. */
export const agents: Step[] = [
  step(
    'agent.create',
    {
      name: 'Guide of the tour',
      purpose: 'Answers questions about the week.',
      instructions: 'You answer questions about the week.',
      dailyCostMicros: 1_000_000,
    },
    { shows: { version: 1, archivedAt: null } },
  ),
  step(
    'agent.update',
    (said) => ({ agentId: agentId(said), version: 1, purpose: 'Answers every question.' }),
    { shows: { version: 2, purpose: 'Answers every question.' } },
  ),
  step('agent.get', (said) => ({ agentId: agentId(said) }), { shows: { version: 2 } }),
  step('agent.list', { archived: false }, { shows: { items: [{ name: 'Guide of the tour' }] } }),
  step('agent.listVersions', (said) => ({ agentId: agentId(said) }), {
    shows: { items: [{ version: 2 }, { version: 1 }] },
  }),
  step(
    'agent.execute',
    (said) => ({ agentId: agentId(said), input: 'Who needs a look?', startContext: true }),
    { name: 'answered', shows: { status: 'completed', failure: null } },
  ),
  step('execution.getContext', (said) => ({ contextId: said('agent.execute', 'answered').contextId ?? '' })),
  step('agent.execute', (said) => ({ agentId: agentId(said), input: 'And who does not?', waitSeconds: 0 }), {
    name: 'cancelled',
    shows: { status: 'queued' },
    // It must not be answered before it is cancelled.
    before: async ({ model }) => model.answerWith(() => ({ fault: 'hang' })),
  }),
  step('execution.cancel', (said) => ({ executionId: said('agent.execute').executionId }), {
    shows: { status: 'cancelled' },
  }),
  step('execution.get', (said) => ({ executionId: said('agent.execute', 'answered').executionId }), {
    before: async ({ model }) => model.answerWith(answerEverything),
    shows: { status: 'completed' },
  }),
  step('execution.list', (said) => ({ agentId: agentId(said), status: 'completed' as const }), {
    shows: { items: [{ status: 'completed' }] },
  }),
  step('execution.deleteContext', (said) => ({
    contextId: said('agent.execute', 'answered').contextId ?? '',
  })),
  step('agent.archive', (said) => ({ agentId: agentId(said) })),
];
