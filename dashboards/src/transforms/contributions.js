import { plot } from './helpers.js';

const WEEK = 7;

/** A square for each day, a column for each week; the darker the more there was. */
export default function transform(data) {
  const days = data?.days ?? [];
  const sumOf = ({ conversations, commits }) => conversations + commits;
  if (!days.some((day) => sumOf(day) > 0)) return {};
  const first = new Date(`${days[0].day}T00:00:00Z`);
  // Monday is 0.
  const offset = (first.getUTCDay() + 6) % WEEK;
  const weeks = Math.ceil((days.length + offset) / WEEK);
  const at = (week, weekday) => days[week * WEEK + weekday - offset];
  const rows = [...Array(WEEK).keys()];
  const columns = [...Array(weeks).keys()];
  return {
    graph: plot(
      [
        {
          type: 'heatmap',
          x: columns.map((week) => (at(week, 0) ?? at(week, WEEK - 1) ?? days[0]).day),
          y: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
          z: rows.map((weekday) =>
            columns.map((week) => (at(week, weekday) ? sumOf(at(week, weekday)) : null)),
          ),
          text: rows.map((weekday) =>
            columns.map((week) => {
              const day = at(week, weekday);
              return day
                ? `${day.day}: ${day.conversations} conversations, ${day.commits} commits, ${day.linkedCommits} of them linked`
                : '';
            }),
          ),
          hoverinfo: 'text',
          xgap: 3,
          ygap: 3,
          showscale: false,
          colorscale: [
            [0, '#EAECF0'],
            [0.01, '#C7D7FE'],
            [1, '#1F4B99'],
          ],
        },
      ],
      { yaxis: { autorange: 'reversed', tickfont: { size: 11 } }, margin: { l: 40, r: 8, t: 8, b: 32 } },
    ),
  };
}
