import { count, figure, kindName } from './helpers.js';

const share = ({ state, value, interval, count: n, needed }) =>
  state === 'measured'
    ? `${Math.round(value * 100)} %${interval ? ` (${Math.round(interval[0] * 100)} to ${Math.round(interval[1] * 100)})` : ''}`
    : state === 'undefined'
      ? 'undefined'
      : `${n} of ${needed} needed`;
const figureOf = ({ state, value, count: n, needed }) =>
  state === 'measured' ? value.toFixed(2) : state === 'undefined' ? 'undefined' : `${n} of ${needed} needed`;

/** How far judgements can be trusted, by kind and version of the prompt. */
export default function transform(data) {
  const groups = data?.groups ?? [];
  const measured = groups.filter(
    ({ kind, system }) => kind === 'evaluation' && system.share.state === 'measured',
  );
  const newest = measured.at(-1);
  const seen = groups.reduce((sum, { reviewed }) => sum + reviewed, 0);
  return {
    agreementCard: figure(
      'Agreement with reviewers',
      newest ? `${Math.round(newest.system.share.value * 100)} %` : '—',
      newest
        ? `${newest.system.share.count} weekly evaluations reviewed`
        : `${seen} reviewed, too few to measure`,
    ),
    rows: (data?.groups ?? []).map((group) => ({
      kind: kindName(group.kind),
      prompt: group.prompt ? `${group.prompt.name}, version ${group.prompt.version}` : 'rules only',
      reviewed: count(group.reviewed),
      agreement: share(group.system.share),
      kappa: figureOf(group.system.weightedKappa),
      reviewers:
        group.reviewers.map(({ config, share: both }) => `${config}: ${share(both)}`).join(', ') || '—',
      calibration: figureOf(group.calibration.ece),
    })),
  };
}
