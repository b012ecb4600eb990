import {
  badge,
  block,
  esc,
  fact,
  heading,
  line,
  oneDecimal,
  padded,
  plot,
  prose,
  quiet,
  when,
} from './helpers.js';

const TREND = { rising: 'good', falling: 'bad' };

const progressOf = (plan, goalId) => {
  for (const { progress } of [...plan.checkIns].reverse()) {
    const found = progress.find((one) => one.goalId === goalId);
    if (found) return `${found.percent} %`;
  }
  return 'no progress yet';
};

const planCard = (plan) =>
  padded(
    `${badge(plan.overdue ? 'overdue' : plan.status.replace('_', ' '), plan.overdue ? 'bad' : 'neutral')} ${esc(plan.startsOn)} to ${esc(plan.endsOn)}${fact('Reason', prose(plan.reason))}${plan.goals.map((goal) => block(`<strong style="color:#101828">${esc(goal.title)}</strong>: ${progressOf(plan, goal.goalId)}${quiet(esc(goal.measure))}`)).join('')}${plan.checkIns.map(({ at, by, note }) => block(`${prose(note)}${quiet(`${esc(by)}, ${when(at)}`)}`)).join('')}`,
  );

/** A builder's official weeks, the trend in them, and the active plan. */
export default function transform(data) {
  if (!data?.builderId || !data.trend) return {};
  const weeks = [...data.weeks].reverse();
  const { status, perWeek, weeks: basis } = data.trend;
  return {
    builderId: data.builderId,
    planId: data.plan?.planId ?? '',
    planVersion: data.plan?.version ?? '',
    goals: (data.plan?.goals ?? []).map(({ goalId, title }) => ({
      label: title,
      value: goalId,
      disable: false,
      visible: true,
      default: false,
    })),
    summary: padded(
      `${heading(data.name)}${quiet(esc(data.team))}<div style="margin:8px 0">${badge(status, TREND[status] ?? 'neutral')}</div>${fact('Trend', perWeek === null ? 'Not enough weeks yet' : `${perWeek > 0 ? '+' : ''}${oneDecimal(perWeek)} points per week over ${basis} weeks`)}${fact('Latest week', weeks.length === 0 ? '—' : `${esc(weeks.at(-1).week)}: ${esc(weeks.at(-1).grade ?? 'not judged')}, ${oneDecimal(weeks.at(-1).score)}`)}`,
    ),
    scores:
      weeks.length === 0
        ? undefined
        : plot(
            [
              line(
                'Score',
                '#1F4B99',
                weeks.map(({ week }) => week),
                weeks.map(({ score }) => score),
              ),
            ],
            { yaxis: { range: [0, 100], gridcolor: '#EAECF0' } },
          ),
    plan: data.plan ? planCard(data.plan) : undefined,
    rows: data.weeks.map((week) => ({
      week: week.week,
      grade: week.grade ?? 'not judged',
      score: oneDecimal(week.score),
      decidedBy: { rules: 'Rules', model: 'Rules and model', human: 'Person' }[week.engine] ?? '—',
      review: week.needsReview ? 'needs review' : '—',
    })),
  };
}
