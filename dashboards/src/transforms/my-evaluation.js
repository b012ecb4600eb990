import { badge, esc, figure } from './helpers.js';

/** The signed-in builder's own newest result. */
export default function transform(data) {
  const [mine] = data?.items ?? [];
  if (!mine) return { evaluationId: '' };
  const projects = mine.projects.map(
    ({ name, grade }) =>
      `<div style="display:flex;justify-content:space-between;padding:6px 0;border-top:1px solid #EAECF0"><span>${esc(name)}</span>${badge(grade)}</div>`,
  );
  return {
    evaluationId: mine.evaluationId,
    gradeCard: figure(
      `Your grade, week ${mine.week}`,
      mine.grade ?? 'Not judged yet',
      mine.score === null ? 'Too little was known for a score' : `${Math.round(mine.score)} of 100`,
    ),
    stateCard: figure(
      'State',
      mine.needsReview ? 'A person looks at it' : mine.status,
      mine.needsReview
        ? 'Your executive decides; the grade may change'
        : `Decided by ${mine.engine === 'human' ? 'a person' : mine.engine === 'model' ? 'rules and the model' : 'rules'}`,
    ),
    projectsCard: `<div style="padding:4px 8px"><strong>Your projects</strong>${projects.join('') || '<div style="color:#667085;padding-top:8px">You lead no project this week.</div>'}</div>`,
  };
}
