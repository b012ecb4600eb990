import { badge, count, esc, fact, line, padded, plot, when } from './helpers.js';

const percent = (share) => (share === null || share === undefined ? '—' : `${(share * 100).toFixed(1)} %`);
const STATES = {
  unset: ['No level named', 'neutral'],
  none: ['No threshold keeps it yet', 'warning'],
  shadow: ['In shadow: recorded, decides nothing', 'warning'],
  on: ['On: it decides', 'good'],
  withdrawn: ['Withdrawn', 'bad'],
};

const named = ({ confidence, agreement }) =>
  confidence === null
    ? 'none'
    : `${percent(confidence)} sure that ${percent(agreement)} are what your people would grant`;

const besideOf = (beside) =>
  beside
    ? `${fact('Since', when(beside.since))}${fact('Reach the threshold', `${count(beside.wouldGrant)} of ${count(beside.judged)} judged; ${count(beside.granted)} were granted alone`)}${fact('What people did', `${count(beside.agreed)} granted too, ${count(beside.disagreed)} not, ${count(beside.undecided)} undecided`)}`
    : '';

/** What a company asks of grants that no person sees: its state, what it would grant, and the curve behind it. */
export default function transform(data) {
  if (!data?.fit) return {};
  const { fit, bare, state, changed } = data;
  const decides = state === 'on' && changed.length === 0;
  const [label, tone] =
    state === 'on' && !decides
      ? ['On, but something changed: the threshold decides', 'warning']
      : STATES[state];
  const found =
    fit.score === null
      ? `none yet; ${count(fit.cases)} decided cases, tested from ${count(fit.casesNeeded)} at one threshold on`
      : `a score of ${fit.score}, by ${count(fit.cases)} decided cases`;
  const points = fit.curve.filter(({ cases }) => cases > 0);
  return {
    version: data.version,
    state,
    confidence: fit.confidence,
    agreement: fit.agreement,
    card: padded(
      `${badge(label, tone)}${fact('Level', named(data))}${fact('Threshold found', found)}${decides && data.score !== null ? fact('In force', `granted alone from a score of ${data.score} on`) : fact('In force', `the threshold ${percent(bare.yesAt)}`)}${changed.length > 0 && data.version > 0 ? fact('Changed since it was measured', esc(changed.join(', '))) : ''}${besideOf(data.beside)}${data.reason ? fact('Last change', `${esc(data.reason)} (${esc(data.setBy)})`) : ''}${data.notes.map(esc).join('<br>')}`,
    ),
    curve:
      points.length === 0
        ? undefined
        : plot([
            line(
              'Granted alone',
              '#1F4B99',
              points.map(({ score }) => score),
              points.map(({ coverage }) => coverage),
            ),
            line(
              'Agreement, at least',
              '#067647',
              points.map(({ score }) => score),
              points.map(({ agreementAtLeast }) => agreementAtLeast),
            ),
          ]),
  };
}
