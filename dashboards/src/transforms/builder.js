import { badge, count, esc, fact, line, oneDecimal, plot } from './helpers.js';

/** One builder: who it is, hours and goals of the last weeks, projects. */
export default function transform(data) {
  if (!data?.builderId) return {};
  const weeks = [...(data.weeks ?? [])].reverse();
  const labels = weeks.map(({ week }) => week);
  return {
    builderId: data.builderId,
    summary: `<div style="padding:4px 8px"><div style="font-size:18px;font-weight:600;color:#101828">${esc(data.name)}</div><div style="color:#667085;margin-bottom:8px">${esc(data.title ?? data.team)}</div>${badge(data.status.replace('_', ' '), data.status === 'active' ? 'good' : 'neutral')}${fact('Team', esc(data.team))}${fact('Planned hours per week', oneDecimal(data.weeklyHours))}${fact('Since', esc(data.startedOn))}${fact('E-mail', esc(data.email))}</div>`,
    hours:
      weeks.length === 0
        ? undefined
        : plot([
            line(
              'Hours worked',
              '#1F4B99',
              labels,
              weeks.map(({ hoursWorked }) => hoursWorked),
            ),
            line(
              'Planned',
              '#98A2B3',
              labels,
              weeks.map(() => data.weeklyHours),
              { mode: 'lines', line: { color: '#98A2B3', dash: 'dot' } },
            ),
          ]),
    goals:
      weeks.length === 0
        ? undefined
        : plot(
            [
              {
                type: 'bar',
                name: 'Set',
                x: labels,
                y: weeks.map(({ goalsSet }) => goalsSet),
                marker: { color: '#D0D5DD' },
              },
              {
                type: 'bar',
                name: 'Met',
                x: labels,
                y: weeks.map(({ goalsMet }) => goalsMet),
                marker: { color: '#067647' },
              },
            ],
            { barmode: 'group' },
          ),
    rows: [...(data.weeks ?? [])].map((week) => ({
      week: week.week,
      hours: oneDecimal(week.hoursWorked),
      days: count(week.activeDays),
      goals: week.goalsSet === null ? '—' : `${count(week.goalsMet)} of ${count(week.goalsSet)}`,
      brainlift: week.brainliftQuality === null ? '—' : `${count(week.brainliftQuality)} of 100`,
      note: week.note ?? '',
    })),
    projects: (data.projects ?? []).map((project) => ({
      projectId: project.projectId,
      name: project.name,
      stage: project.stage,
      status: project.status.replace('_', ' '),
      goal: project.goal ?? '—',
    })),
  };
}
