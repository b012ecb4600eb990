import { badge, esc, fact, heading, padded, quiet } from './helpers.js';

const STATES = { stable: 'good', shifted: 'bad', 'not enough data': 'neutral' };

/** How the scores of the newest run moved, over all builders. */
export default function transform(data) {
  if (!data?.shift) return { card: '' };
  const { week, before, shift } = data;
  const { status, size, sizeBefore, meanChange, psi } = shift;
  return {
    card: padded(
      [
        `${heading('Scores of a week')} ${badge(status, STATES[status])}`,
        fact('Weeks', before ? `${esc(week)} against ${esc(before)}` : esc(week)),
        fact('Scores', before ? `${size} against ${sizeBefore}` : String(size)),
        fact('Mean change', meanChange === null ? '—' : `${meanChange} points`),
        fact('Population stability index', psi === null ? '—' : String(psi)),
        quiet(
          'Over all builders. An index of 0.25 or more is a shift; the check that swaps names is for executives.',
        ),
      ].join(''),
    ),
  };
}
