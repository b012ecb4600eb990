import { badge, esc, fact, padded, quiet, when } from './helpers.js';

const number = (value) => (value === null ? '—' : value.toFixed(2));
const arm = (name, one) =>
  fact(
    `${name}: ${esc(one.label)}, version ${one.version}`,
    `${number(one.value)} over ${one.subjects} subjects, ${one.judgements} judgements`,
  );

/** What an experiment has shown so far. */
export default function transform(data) {
  if (!data?.verdict) return {};
  const { difference } = data;
  return {
    report: padded(
      `${badge(data.verdict, data.verdict === 'better' ? 'good' : data.verdict === 'worse' ? 'bad' : 'neutral')}${fact('Explanation', esc(data.explanation))}${arm('Control', data.control)}${arm('Treatment', data.treatment)}${fact('Difference', difference ? `${number(difference.estimate)} (95 %: ${number(difference.low)} to ${number(difference.high)})` : 'Not enough data yet')}${quiet(`As of ${when(data.asOf)}`)}`,
    ),
  };
}
