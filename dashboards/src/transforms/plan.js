import { badge, block, choice, esc, fact, heading, padded, prose, quiet, when } from './helpers.js';

/** One performance plan with its check-ins. */
export default function transform(data) {
  if (!data?.planId) return {};
  const titles = new Map(data.goals.map(({ goalId, title }) => [goalId, title]));
  const reached = new Map(
    data.checkIns.flatMap(({ progress }) => progress.map((one) => [one.goalId, one.percent])),
  );
  const goalLine = ({ goalId, title, measure }) =>
    `${esc(title)} ${reached.has(goalId) ? badge(`${reached.get(goalId)} %`, 'neutral') : ''}${quiet(esc(measure))}`;
  const checkIns = [...data.checkIns]
    .reverse()
    .map(({ at, by, note, progress }) =>
      block(
        `${prose(note)}${progress.map(({ goalId, percent }) => quiet(`${esc(titles.get(goalId) ?? goalId)}: ${percent} %`)).join('')}${quiet(`${esc(by)}, ${when(at)}`)}`,
      ),
    );
  return {
    planId: data.planId,
    version: data.version,
    isActive: data.status === 'active',
    goals: data.goals.map(({ goalId, title }) => choice(goalId, title)),
    card: padded(
      `${heading(data.builder.name)}<div style="margin:8px 0">${badge(data.overdue ? 'overdue' : data.status.replace('_', ' '), data.overdue ? 'bad' : data.status === 'met' ? 'good' : 'neutral')} ${esc(data.startsOn)} to ${esc(data.endsOn)}</div>${fact('Reason', prose(data.reason))}${fact('Goals', data.goals.map(goalLine).join(''))}${data.outcome ? fact('Outcome', `${prose(data.outcome)}${quiet(`${esc(data.closedBy)}, ${when(data.closedAt)}`)}`) : ''}`,
    ),
    checkIns: checkIns.length === 0 ? undefined : padded(checkIns.join('')),
  };
}
