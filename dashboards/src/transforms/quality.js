import { count } from './helpers.js';

const share = ({ state, value, interval, count: n, needed }) =>
  state === 'measured'
    ? `${Math.round(value * 100)} %${interval ? ` (${Math.round(interval[0] * 100)} to ${Math.round(interval[1] * 100)})` : ''}`
    : state === 'undefined'
      ? 'undefined'
      : `too few: ${n} of ${needed}`;
const figureOf = ({ state, value, count: n, needed }) =>
  state === 'measured'
    ? value.toFixed(2)
    : state === 'undefined'
      ? 'undefined'
      : `too few: ${n} of ${needed}`;

/** How far judgements can be trusted, by kind and version of the prompt. */
export default function transform(data) {
  return {
    rows: (data?.groups ?? []).map((group) => ({
      kind: group.kind,
      prompt: group.prompt ? `${group.prompt.name}, version ${group.prompt.version}` : 'rules alone',
      reviewed: count(group.reviewed),
      agreement: share(group.system.share),
      kappa: figureOf(group.system.weightedKappa),
      reviewers:
        group.reviewers.map(({ config, share: both }) => `${config}: ${share(both)}`).join(', ') || '—',
      calibration: figureOf(group.calibration.ece),
    })),
  };
}
