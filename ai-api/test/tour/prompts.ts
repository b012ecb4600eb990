import { PERSON } from './identity.ts';
import { type Said, type Step, step } from './step.ts';

const name = 'evaluation';
const optimize = (which: string) => [
  step(
    'promptOptimization.start',
    { name, candidates: 1, cases: 31, instructions: 'Look at figures.' },
    { name: `start to ${which}`, shows: { status: 'queued' } },
  ),
  step(
    'promptOptimization.get',
    (said: Said) => ({ optimizationId: said('promptOptimization.start').optimizationId }),
    { patient: true, shows: { status: 'proposed' } },
  ),
];

/** Prompts from a draft to production and back, an experiment, and proposals. */
export const prompts: Step[] = [
  step('prompt.list', { limit: 100 }),
  step('prompt.get', { name }, { shows: { version: 1, labels: ['production'] }, name: 'seeded' }),
  step('prompt.setSettings', { twoPersonRule: true }, { shows: { twoPersonRule: true } }),
  step('prompt.getSettings', {}, { shows: { twoPersonRule: true } }),
  step(
    'prompt.create',
    (said) => ({
      name,
      text: `${said('prompt.get', 'seeded').text}\nWrite plainly.`,
      commitMessage: 'Asks for plain words.',
      basedOn: 1,
    }),
    { as: PERSON.executive, shows: { version: 2, labels: [] } },
  ),
  step('prompt.check', { name, version: 2, cases: 2 }, { shows: { passed: true, replay: { cases: 2 } } }),
  step('user.update', (said) => ({
    userId: said('user.create', 'second').userId,
    roles: ['reviewer' as const, 'executive' as const],
  })),
  step(
    'prompt.approve',
    { name, version: 2, comment: 'I read the whole of it.' },
    { as: PERSON.second, shows: { approvals: [{ comment: 'I read the whole of it.' }] } },
  ),
  step(
    'prompt.setLabel',
    { name, label: 'exp-plain', version: 2, seen: 0, reason: 'For the experiment.' },
    { as: PERSON.executive },
  ),
  step('prompt.listVersions', { name }, { shows: { items: [{ version: 2 }, { version: 1 }] } }),
  step('prompt.diff', { name, from: 1, to: 2 }, { shows: { added: 1, removed: 0 } }),
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
    { as: PERSON.executive, shows: { status: 'draft' } },
  ),
  step('experiment.start', (said) => ({ experimentId: said('experiment.create').experimentId }), {
    shows: { status: 'running', controlVersion: 1, treatmentVersion: 2 },
  }),
  step(
    'experiment.list',
    { prompt: name, status: 'running' },
    { shows: { items: [{ label: 'exp-plain' }] } },
  ),
  step('experiment.get', (said) => ({ experimentId: said('experiment.create').experimentId })),
  step('experiment.report', (said) => ({ experimentId: said('experiment.create').experimentId }), {
    shows: { verdict: 'not enough evidence' },
  }),
  step(
    'experiment.stop',
    (said) => ({ experimentId: said('experiment.create').experimentId, reason: 'The tour goes on.' }),
    { shows: { status: 'stopped' } },
  ),
  step('prompt.setLabel', { name, label: 'production', version: 2, seen: 1 }, { as: PERSON.executive }),
  step('prompt.rollback', { name, seen: 2, reason: 'It was no better.' }, { as: PERSON.executive }),
  step('prompt.removeLabel', { name, label: 'exp-plain' }),
  step(
    'prompt.listMoves',
    { name },
    { shows: { items: [{ to: null }, { to: 1 }, { to: 2 }, { to: 2 }, { to: 1 }] } },
  ),
  ...optimize('accept'),
  step(
    'promptOptimization.accept',
    (said) => ({ optimizationId: said('promptOptimization.start').optimizationId }),
    { as: PERSON.executive, shows: { status: 'accepted', acceptedVersion: 3 } },
  ),
  ...optimize('reject'),
  step(
    'promptOptimization.reject',
    (said) => ({
      optimizationId: said('promptOptimization.start').optimizationId,
      reason: 'The first one will do.',
    }),
    { as: PERSON.executive, shows: { status: 'rejected' } },
  ),
  step(
    'promptOptimization.list',
    { name },
    { shows: { items: [{ status: 'rejected' }, { status: 'accepted' }] } },
  ),
];
