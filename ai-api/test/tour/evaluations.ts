import { SAMPLE_WEEK } from '../api.ts';
import { type Step, step } from './step.ts';

const REASON = 'I read the commits of that week myself.';

/** The official run of the sample's newest week. */
export const evaluations: Step[] = [
  step(
    'reviews.setSampling',
    { kind: 'evaluation', randomShare: 0.5, doubleShare: 0 },
    {
      shows: { randomShare: 0.5, isDefault: false },
    },
  ),
  step('reviews.getSampling', { kind: 'evaluation' }, { shows: { randomShare: 0.5 } }),
  step('evaluation.startWeekly', { week: SAMPLE_WEEK }, { shows: { created: true, engine: 'model' } }),
  step('evaluation.getRun', (said) => ({ runId: said('evaluation.startWeekly').runId }), {
    patient: true,
    shows: { status: 'completed', judged: 75, failed: 0 },
  }),
  step('evaluation.startWeekly', { week: SAMPLE_WEEK }, { shows: { created: false } }),
  step('evaluation.listRuns', { week: SAMPLE_WEEK }, { shows: { items: [{ status: 'completed' }] } }),
  step('evaluation.list', { builderId: 'b-0001' }, { shows: { items: [{ builderId: 'b-0001' }] } }),
  step('evaluation.list', {}, { as: 'quill.marrow@sample-company.example', name: 'own' }),
  step('evaluation.listResults', (said) => ({
    runId: said('evaluation.startWeekly').runId,
    status: 'judged' as const,
    limit: 100,
  })),
  step(
    'evaluation.get',
    (said) => ({
      evaluationId: said('evaluation.list', 'own').items[0]?.evaluationId ?? '',
    }),
    { shows: { builder: { builderId: 'b-0001' }, judgement: { engine: 'model' } } },
  ),
  step(
    'evaluation.override',
    (said) => ({
      evaluationId: said('evaluation.get').evaluationId,
      judgementId: said('evaluation.get').judgement?.judgementId ?? '',
      grade: 'C' as const,
      reason: REASON,
      feedback: 'Look at the goals again.',
    }),
    { as: 'executive@sample-company.example', shows: { judgement: { grade: 'C', engine: 'human' } } },
  ),
  step('evaluation.listEmails', (said) => ({ runId: said('evaluation.startWeekly').runId, limit: 2 })),
  step('evaluation.markNotified', (said) => ({
    evaluationId: said('evaluation.listEmails').items[0]?.evaluationId ?? '',
  })),
  step('evaluation.retry', (said) => ({ runId: said('evaluation.startWeekly').runId }), {
    shows: { pending: 0 },
  }),
];
