import { PERSON } from './identity.ts';
import { type AnswerOf, type Step, step } from './step.ts';

const name = 'evaluation';
const optimize = (which: string) => [
  step(
    'promptOptimization.start',
    { name, candidates: 1, cases: 31, instructions: 'Look at figures.' },
    { name: `start to ${which}`, matches: { status: 'queued' } },
  ),
  step(
    'promptOptimization.get',
    (answerOf: AnswerOf) => ({ optimizationId: answerOf('promptOptimization.start').optimizationId }),
    { eventually: true, matches: { status: 'proposed' } },
  ),
];

/** Prompts from a draft to production and back, an experiment, and proposals. */
export const prompts: Step[] = [
  step('prompt.list', { limit: 100 }),
  step('prompt.get', { name }, { matches: { version: 1, labels: ['production'] }, name: 'seeded' }),
  step('prompt.setSettings', { twoPersonRule: true }, { matches: { twoPersonRule: true } }),
  step('prompt.getSettings', {}, { matches: { twoPersonRule: true } }),
  step(
    'prompt.create',
    (answerOf) => ({
      name,
      text: `${answerOf('prompt.get', 'seeded').text}\nWrite plainly.`,
      commitMessage: 'Asks for plain words.',
      basedOn: 1,
    }),
    { as: PERSON.executive, matches: { version: 2, labels: [] } },
  ),
  step('prompt.check', { name, version: 2, cases: 2 }, { matches: { passed: true, replay: { cases: 2 } } }),
  step('user.update', (answerOf) => ({
    userId: answerOf('user.create', 'second').userId,
    roles: ['reviewer' as const, 'executive' as const],
  })),
  step(
    'prompt.approve',
    { name, version: 2, comment: 'I read the whole of it.' },
    { as: PERSON.second, matches: { approvals: [{ comment: 'I read the whole of it.' }] } },
  ),
  step(
    'prompt.setLabel',
    { name, label: 'exp-plain', version: 2, seen: 0, reason: 'For the experiment.' },
    { as: PERSON.executive },
  ),
  step('prompt.listVersions', { name }, { matches: { items: [{ version: 2 }, { version: 1 }] } }),
  step('prompt.diff', { name, from: 1, to: 2 }, { matches: { added: 1, removed: 0 } }),
  step(
    'experiment.create',
    {
      prompt: name,
      title: 'Plain words',
      hypothesis: 'Plain words lower no score.',
      label: 'exp-plain',
      share: 0.5,
      metric: 'score',
      minimumSample: 10,
    },
    { as: PERSON.executive, matches: { status: 'draft' } },
  ),
  step('experiment.start', (answerOf) => ({ experimentId: answerOf('experiment.create').experimentId }), {
    matches: { status: 'running', controlVersion: 1, treatmentVersion: 2 },
  }),
  step(
    'experiment.list',
    { prompt: name, status: 'running' },
    { matches: { items: [{ label: 'exp-plain' }] } },
  ),
  step('experiment.get', (answerOf) => ({ experimentId: answerOf('experiment.create').experimentId })),
  step('experiment.report', (answerOf) => ({ experimentId: answerOf('experiment.create').experimentId }), {
    matches: { verdict: 'not enough evidence' },
  }),
  step(
    'experiment.stop',
    (answerOf) => ({ experimentId: answerOf('experiment.create').experimentId, reason: 'Enough was seen.' }),
    { matches: { status: 'stopped' } },
  ),
  step('prompt.setLabel', { name, label: 'production', version: 2, seen: 1 }, { as: PERSON.executive }),
  step('prompt.rollback', { name, seen: 2, reason: 'It was no better.' }, { as: PERSON.executive }),
  step('prompt.removeLabel', { name, label: 'exp-plain' }),
  step(
    'prompt.listMoves',
    { name },
    { matches: { items: [{ to: null }, { to: 1 }, { to: 2 }, { to: 2 }, { to: 1 }] } },
  ),
  ...optimize('accept'),
  step(
    'promptOptimization.accept',
    (answerOf) => ({ optimizationId: answerOf('promptOptimization.start').optimizationId }),
    { as: PERSON.executive, matches: { status: 'accepted', acceptedVersion: 3 } },
  ),
  ...optimize('reject'),
  step(
    'promptOptimization.reject',
    (answerOf) => ({
      optimizationId: answerOf('promptOptimization.start').optimizationId,
      reason: 'The first one will do.',
    }),
    { as: PERSON.executive, matches: { status: 'rejected' } },
  ),
  step(
    'promptOptimization.list',
    { name },
    { matches: { items: [{ status: 'rejected' }, { status: 'accepted' }] } },
  ),
];
