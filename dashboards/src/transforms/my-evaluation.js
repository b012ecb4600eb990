import { figure } from './helpers.js';

const decidedBy = { human: 'a person', model: 'rules and the model', rules: 'rules' };

/** The signed-in builder's own evaluations, newest week first. */
export default function transform(data) {
  const weeks = [...(data?.items ?? [])].sort((a, b) => (a.week < b.week ? 1 : -1));
  const [newest] = weeks;
  if (!newest) return { evaluationId: '' };
  return {
    evaluationId: newest.evaluationId,
    rows: weeks.map((one) => ({
      evaluationId: one.evaluationId,
      week: one.week,
      grade: one.grade ?? 'not judged',
      score: one.score === null ? '—' : String(Math.round(one.score)),
      state: one.contested
        ? 'contested'
        : one.waiting
          ? 'yours alone'
          : one.needsReview
            ? 'needs review'
            : one.status,
    })),
    gradeCard: figure(
      `Your grade, week ${newest.week}`,
      newest.grade ?? 'Not judged yet',
      newest.score === null ? 'Insufficient evidence for a score' : `${Math.round(newest.score)} of 100`,
    ),
    stateCard: figure(
      'State',
      newest.contested ? 'Contested' : newest.needsReview ? 'In review' : newest.status,
      newest.contested
        ? 'Another person decides; until then it does not count'
        : newest.needsReview
          ? 'An executive will decide; the grade may change'
          : decidedBy[newest.engine]
            ? `Decided by ${decidedBy[newest.engine]}`
            : 'Not decided yet',
    ),
  };
}
