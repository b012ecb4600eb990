import { SAMPLE_WEEK } from '../api.ts';
import { PERSON } from './identity.ts';
import { type Step, step } from './step.ts';

const REASON = 'I read the commits of that week myself.';

/** The official run of the sample's newest week. */
export const evaluations: Step[] = [
  step(
    'reviews.setSampling',
    { kind: 'evaluation', randomShare: 0.5, doubleShare: 0 },
    {
      matches: { randomShare: 0.5, isDefault: false },
    },
  ),
  step('reviews.getSampling', { kind: 'evaluation' }, { matches: { randomShare: 0.5 } }),
  step('evaluation.next', {}, { matches: { runId: null } }),
  step('evaluation.startWeekly', { week: SAMPLE_WEEK }, { matches: { created: true, engine: 'model' } }),
  step('evaluation.getRun', (answerOf) => ({ runId: answerOf('evaluation.startWeekly').runId }), {
    eventually: true,
    matches: { status: 'completed', judged: 75, failed: 0 },
  }),
  step('evaluation.startWeekly', { week: SAMPLE_WEEK }, { matches: { created: false } }),
  step('evaluation.listRuns', { week: SAMPLE_WEEK }, { matches: { items: [{ status: 'completed' }] } }),
  step('evaluation.list', { builderId: 'b-0001' }, { matches: { items: [{ builderId: 'b-0001' }] } }),
  step('evaluation.list', {}, { as: 'quill.marrow@sample-company.example', name: 'own' }),
  step('evaluation.listResults', (answerOf) => ({
    runId: answerOf('evaluation.startWeekly').runId,
    status: 'judged' as const,
    limit: 100,
  })),
  step(
    'evaluation.get',
    (answerOf) => ({
      evaluationId: answerOf('evaluation.list', 'own').items[0]?.evaluationId ?? '',
    }),
    { matches: { builder: { builderId: 'b-0001' }, judgement: { engine: 'model' } } },
  ),
  step(
    'evaluation.override',
    (answerOf) => ({
      evaluationId: answerOf('evaluation.get').evaluationId,
      judgementId: answerOf('evaluation.get').judgement?.judgementId ?? '',
      grade: 'C' as const,
      reason: REASON,
      feedback: 'Look at the goals again.',
    }),
    { as: 'executive@sample-company.example', matches: { judgement: { grade: 'C', engine: 'human' } } },
  ),
  step(
    'evaluation.confirm',
    (answerOf) => ({
      items: [
        {
          evaluationId: answerOf('evaluation.get').evaluationId,
          judgementId: answerOf('evaluation.get').judgement?.judgementId ?? '',
        },
      ],
    }),
    { as: 'executive@sample-company.example', matches: { confirmed: [], refused: [{ code: 'CONFLICT' }] } },
  ),
  step(
    'evaluation.answer',
    (answerOf) => ({
      evaluationId: answerOf('evaluation.override').evaluationId,
      answer: 'All four goals were met on Friday.',
    }),
    { as: PERSON.quill, matches: { waiting: true, answer: { text: 'All four goals were met on Friday.' } } },
  ),
  step(
    'contest.create',
    (answerOf) => ({
      judgementId: answerOf('evaluation.override').judgement?.judgementId ?? '',
      reason: 'The goals of that week were met.',
      facts: [{ path: 'week.goalsMet', value: 4 }],
    }),
    { as: PERSON.quill, matches: { state: 'open', builder: { builderId: 'b-0001' } } },
  ),
  step('contest.withdraw', (answerOf) => ({ contestId: answerOf('contest.create').contestId, version: 1 }), {
    as: PERSON.quill,
    matches: { state: 'withdrawn' },
  }),
  step(
    'contest.create',
    (answerOf) => ({
      judgementId: answerOf('evaluation.override').judgement?.judgementId ?? '',
      reason: 'All goals of that week were met, after all.',
    }),
    { as: PERSON.quill, matches: { state: 'open' } },
  ),
  step('contest.list', { state: 'open' }, { matches: { items: [{ kind: 'evaluation' }] } }),
  step('contest.get', (answerOf) => ({ contestId: answerOf('contest.create').contestId }), {
    matches: { asClaimed: null, result: 'grade C' },
  }),
  step(
    'contest.decide',
    (answerOf) => ({
      contestId: answerOf('contest.create').contestId,
      version: 1,
      decision: 'uphold' as const,
      reason: 'The goals were met in the week after.',
    }),
    { as: PERSON.deputy, matches: { state: 'upheld', resultId: null } },
  ),
  step('evaluation.listEmails', (answerOf) => ({
    runId: answerOf('evaluation.startWeekly').runId,
    limit: 2,
  })),
  step('evaluation.markNotified', (answerOf) => ({
    evaluationId: answerOf('evaluation.listEmails').items[0]?.evaluationId ?? '',
  })),
  step('evaluation.retry', (answerOf) => ({ runId: answerOf('evaluation.startWeekly').runId }), {
    matches: { pending: 0 },
  }),
];
