import { firstSentence } from './helpers.js';

/** The shortest true answer to "why is this here": what failed, what a person has to look at, what was poor. */
const reasonOf = (result) => {
  if (result.status === 'failed') return result.error ?? 'Not judged.';
  if (result.reviewReasons?.length > 0) return result.reviewReasons.join(' ');
  const [, poor] = /What to work on:\n- (.*)/.exec(result.feedback ?? '') ?? [];
  return poor ?? firstSentence((result.feedback ?? '').replace(/^.*:\n- /, ''));
};

/** Results of the newest run beside those of the run before: who needs a person, and what changed. */
export default function transform(data, { queries }) {
  const items = data?.items ?? [];
  const isFirst = queries.runs?.data?.hasPrevious !== true;
  const before = new Map(
    (queries.previousResults?.rawData?.items ?? []).map((result) => [result.builderId, result]),
  );
  const rows = items.map((result) => {
    const earlier = isFirst ? undefined : before.get(result.builderId);
    const change =
      typeof result.score === 'number' && typeof earlier?.score === 'number'
        ? Math.round(result.score) - Math.round(earlier.score)
        : null;
    const fell = change !== null && change <= -10;
    return {
      evaluationId: result.evaluationId,
      builderId: result.builderId,
      name: result.name,
      team: result.team,
      grade: result.grade ?? 'not judged',
      before: earlier?.grade ?? '—',
      score: typeof result.score === 'number' ? Math.round(result.score) : '—',
      change: change === null ? '—' : change === 0 ? '0' : `${change > 0 ? '▲' : '▼'} ${Math.abs(change)}`,
      state:
        result.status === 'failed' ? 'failed' : result.needsReview ? 'needs review' : (result.status ?? ''),
      why: reasonOf(result),
      decidedBy: { rules: 'Rules', model: 'Rules and model', human: 'Person' }[result.engine] ?? '—',
      needsPerson: result.status === 'failed' || result.needsReview === true,
      isLow: result.grade === 'E' || fell,
      concern:
        (result.status === 'failed' ? 400 : 0) + (result.grade === 'E' ? 100 : 0) + (fell ? 50 - change : 0),
    };
  });
  const worstFirst = (list) => list.sort((a, b) => b.concern - a.concern);
  const moved = rows.filter(({ change }) => change !== '—' && change !== '0');
  const points = (row) => Number(row.change.slice(2)) * (row.change.startsWith('▼') ? -1 : 1);
  return {
    rows,
    attention: worstFirst(rows.filter(({ needsPerson }) => needsPerson)),
    low: worstFirst(rows.filter(({ needsPerson, isLow }) => !needsPerson && isLow)),
    changed: moved.sort((a, b) => Math.abs(points(b)) - Math.abs(points(a))).slice(0, 10),
    teams: [...new Set(rows.map(({ team }) => team))].sort(),
  };
}
