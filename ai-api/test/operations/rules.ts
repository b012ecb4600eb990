import { expect } from 'vitest';
import { storeDecidedRequests } from '../decided-requests.ts';
import { PERSON } from './identity.ts';
import { type Step, step } from './step.ts';

const kind = 'evaluation';
const key = 'hours-of-the-steps';
const rule = {
  key,
  criterion: 'hours',
  priority: 900,
  when: 'week.hoursWorked > 60.0',
  score: 10,
  weight: 20,
  message: '{week.hoursWorked} hours are too many.',
};

/** Rules by version, thresholds, and the gates between stages. */
export const rules: Step[] = [
  step('rule.listKinds', { limit: 50 }),
  step('rule.list', { kind, search: 'healthy for long' }, { matches: { items: [{ kind }] } }),
  step(
    'rule.check',
    { kind, rule: { ...rule, when: 'week.hourzWorked > 1.0' } },
    { matches: { valid: false } },
  ),
  step('rule.check', { kind, rule }, { matches: { valid: true, fault: null } }),
  step('rule.replay', { kind, rule, limit: 20 }, { matches: { judgements: 20 } }),
  step(
    'rule.save',
    { kind, rule, expectedVersion: 0, comment: 'Nobody works so much.' },
    { as: PERSON.executive, matches: { version: 1, inForce: true } },
  ),
  step(
    'rule.save',
    { kind, rule: { ...rule, score: 20 }, expectedVersion: 1, comment: 'A little milder.' },
    { as: PERSON.executive, matches: { version: 2, score: 20 } },
  ),
  step('rule.get', { kind, key, version: 1 }, { matches: { score: 10, inForce: false } }),
  step('rule.listVersions', { kind, key }, { matches: { items: [{ version: 2 }, { version: 1 }] } }),
  step(
    'rule.diff',
    { kind, key, from: 1, to: 2 },
    { matches: { changes: expect.arrayContaining([{ field: 'score', before: '10', after: '20' }]) } },
  ),
  step(
    'rule.rollback',
    { kind, key, version: 1, expectedVersion: 2, comment: 'The first was right.' },
    { matches: { version: 3, score: 10 } },
  ),
  step('calibration.get', { kind: 'approval', maxError: 0.1 }, { matches: { inForce: { version: 0 } } }),
  step(
    'calibration.apply',
    { kind: 'approval', yesAt: 0.85, noAt: 0.9, expectedVersion: 0, reason: 'By what the leads decided.' },
    { as: PERSON.executive, matches: { version: 1, yesAt: 0.85 } },
  ),
  step('level.get', { kind: 'approval', confidence: 0.9 }, { matches: { state: 'unset', version: 0 } }),
  step(
    'level.set',
    {
      ...{ kind: 'approval', confidence: 0.8, agreement: 0.5, expectedVersion: 0 },
      reason: 'Half of them are enough for the steps.',
    },
    { as: PERSON.executive, matches: { state: 'none', version: 1, setBy: 'The executive' } },
  ),
  step(
    'level.refit',
    { kind: 'approval' },
    {
      as: PERSON.executive,
      before: ({ api }) => storeDecidedRequests(api, 10),
      matches: { state: 'shadow', version: 2 },
    },
  ),
  step(
    'level.switchOn',
    { kind: 'approval', expectedVersion: 2, reason: 'It was in shadow for long enough.' },
    { as: PERSON.executive, matches: { state: 'on', decidesNow: true } },
  ),
  step(
    'level.switchOff',
    { kind: 'approval', expectedVersion: 3, reason: 'The steps go on without it.' },
    { as: PERSON.executive, matches: { state: 'shadow', decidesNow: false } },
  ),
  step('level.listVersions', { kind: 'approval', limit: 1 }, { matches: { items: [{ version: 4 }] } }),
  step(
    'level.listCases',
    { kind: 'approval', limit: 1 },
    { matches: { items: [{ granted: true, people: 'agreed' }] } },
  ),
  step('stageGate.list', {}),
  step(
    'stageGate.save',
    {
      fromStage: 'growth',
      toStage: 'launch',
      name: 'Back to the launch',
      criteria: [
        { kind: 'measure', id: 'market', title: 'Market', when: 'project.tamUsd >= 1000000.0' },
        { kind: 'question', id: 'demand', title: 'Demand', question: 'Did customers sign anything?' },
      ],
      expectedVersion: 0,
    },
    { as: PERSON.executive, matches: { version: 1, toStage: 'launch' } },
  ),
  step(
    'stageGate.evaluate',
    { projectId: 'p-0007', evidence: 'Two schools pay for a pilot.' },
    { matches: { fromStage: 'validation', toStage: 'build' } },
  ),
  step(
    'stageGate.review',
    (answerOf) => {
      const { evaluationId, version, criteria } = answerOf('stageGate.evaluate');
      const asked = criteria.find(({ id }) => id === 'demand')?.id ?? '';
      return { evaluationId, version, criterionId: asked, met: true, reason: 'I saw both contracts.' };
    },
    { as: PERSON.lead, matches: { version: 2 } },
  ),
  step(
    'stageGate.evaluate',
    { projectId: 'p-0010' },
    { name: 'small market', matches: { can_progress: false, proposal: { outcome: 'hold' } } },
  ),
  step(
    'stageGate.confirm',
    (answerOf) => {
      const { evaluationId, version } = answerOf('stageGate.evaluate', 'small market');
      return { evaluationId, version };
    },
    { as: PERSON.executive, matches: { decision: 'hold', can_progress: false } },
  ),
  step(
    'stageGate.waive',
    (answerOf) => {
      const { evaluationId, version } = answerOf('stageGate.review');
      return { evaluationId, version, reason: 'A strategic customer asked for it.' };
    },
    { as: PERSON.executive, matches: { can_progress: true, waiver: { by: 'The executive' } } },
  ),
  step(
    'stageGate.getEvaluation',
    (answerOf) => ({ evaluationId: answerOf('stageGate.waive').evaluationId }),
    {
      matches: { version: 3 },
    },
  ),
  step(
    'explanation.get',
    (answerOf) => ({ judgementId: answerOf('stageGate.confirm').judgement.judgementId }),
    { matches: { decidedBy: 'human', result: 'hold' } },
  ),
  step('explanation.check', { limit: 20 }, { matches: { untrue: 0 } }),
  step('receipt.get', (answerOf) => ({ judgementId: answerOf('stageGate.confirm').judgement.judgementId }), {
    matches: { disclosed: true },
  }),
  step(
    'oversight.list',
    {},
    {
      matches: {
        items: [
          { kind: 'approval', mode: 'on', adverse: ['reject'] },
          { kind: 'evaluation' },
          { kind: 'stage-gate', adverse: ['hold'] },
        ],
      },
    },
  ),
  step('promise.check', {}, { matches: { holds: true } }),
  step(
    'oversight.set',
    { kind: 'evaluation', gradeFloor: 'E', reason: 'Every grade of a week counts for now.' },
    { as: PERSON.executive, matches: { version: 1, mode: 'on', gradeFloor: 'E' } },
  ),
  step(
    'oversight.listVersions',
    { kind: 'evaluation' },
    { matches: { items: [{ version: 1, setBy: 'The executive' }] } },
  ),
  step(
    'stageGate.listEvaluations',
    { projectId: 'p-0007', waived: true },
    { matches: { items: [{ version: 3 }] } },
  ),
];
