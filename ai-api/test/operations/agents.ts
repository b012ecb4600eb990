import { answerEverything } from './model.ts';
import { type AnswerOf, type Step, step } from './step.ts';

const agentId = (answerOf: AnswerOf) => answerOf('agent.create').agentId;

/** An agent, its versions, and what it was asked. */
export const agents: Step[] = [
  step(
    'agent.create',
    {
      name: 'Guide of the company',
      purpose: 'Answers questions about the week.',
      instructions: 'You answer questions about the week.',
      dailyCostMicros: 1_000_000,
    },
    { matches: { version: 1, archivedAt: null } },
  ),
  step(
    'agent.update',
    (answerOf) => ({ agentId: agentId(answerOf), version: 1, purpose: 'Answers every question.' }),
    { matches: { version: 2, purpose: 'Answers every question.' } },
  ),
  step('agent.get', (answerOf) => ({ agentId: agentId(answerOf) }), { matches: { version: 2 } }),
  step('agent.list', { archived: false }, { matches: { items: [{ name: 'Guide of the company' }] } }),
  step('agent.listVersions', (answerOf) => ({ agentId: agentId(answerOf) }), {
    matches: { items: [{ version: 2 }, { version: 1 }] },
  }),
  step(
    'agent.execute',
    (answerOf) => ({ agentId: agentId(answerOf), input: 'Who needs a look?', startContext: true }),
    { name: 'answered', matches: { status: 'completed', failure: null } },
  ),
  step('execution.getContext', (answerOf) => ({
    contextId: answerOf('agent.execute', 'answered').contextId ?? '',
  })),
  step(
    'agent.execute',
    (answerOf) => ({ agentId: agentId(answerOf), input: 'And who does not?', waitSeconds: 0 }),
    {
      name: 'cancelled',
      matches: { status: 'queued' },
      // It must not be answered before it is cancelled.
      before: async ({ model }) => model.answerWith(() => ({ fault: 'hang' })),
    },
  ),
  step('execution.cancel', (answerOf) => ({ executionId: answerOf('agent.execute').executionId }), {
    matches: { status: 'cancelled' },
  }),
  step('execution.get', (answerOf) => ({ executionId: answerOf('agent.execute', 'answered').executionId }), {
    before: async ({ model }) => model.answerWith(answerEverything),
    matches: { status: 'completed' },
  }),
  step('execution.list', (answerOf) => ({ agentId: agentId(answerOf), status: 'completed' as const }), {
    matches: { items: [{ status: 'completed' }] },
  }),
  step('execution.deleteContext', (answerOf) => ({
    contextId: answerOf('agent.execute', 'answered').contextId ?? '',
  })),
  step('agent.archive', (answerOf) => ({ agentId: agentId(answerOf) })),
];
