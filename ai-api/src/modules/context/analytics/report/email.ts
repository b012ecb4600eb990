import { type Html, type HtmlValue, html } from '../../../../platform/html.ts';
import { daysOf } from '../../../../platform/week.ts';
import type { Figure } from '../team/figures.ts';
import {
  barsOf,
  comparisonOf,
  HIDDEN,
  LABELS,
  percent,
  type ReportData,
  subjectOf,
  written,
} from './lines.ts';

const INK = '#1c2430';
const QUIET = '#5b6675';
const LINE = '#e3e7ec';
const BAR = '#1f4b99';
const BAR_HEIGHT = 96;
const FIGURES = Object.keys(LABELS) as Figure[];
const CELL = `padding:7px 8px 7px 0;border-bottom:1px solid ${LINE};vertical-align:top;text-align:left`;

/** The report as an e-mail: tables and inline styles, which is what mail programs understand; the chart too is a table. */
export function reportHtml(data: ReportData): string {
  const { week, velocity, gaps } = data;
  const { monday, sunday } = daysOf(week);
  const section = (title: string, body: HtmlValue) => html`
        <tr><td style="padding:16px 32px 0"><h2 style="margin:0 0 4px;font-size:17px">${title}</h2>${body}</td></tr>`;
  const table = (head: readonly string[], rows: readonly (readonly string[])[]) => html`
          <table width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse;font-size:14px">
            <tr style="color:${QUIET};font-size:13px">${head.map((one) => html`<th style="${CELL}">${one}</th>`)}</tr>
            ${rows.map((row) => html`<tr>${row.map((one) => html`<td style="${CELL}">${one}</td>`)}</tr>`)}
          </table>`;
  const quiet = (text: string) => html`<p style="margin:4px 0;color:${QUIET};font-size:13px">${text}</p>`;
  return String(html`<!doctype html>
<html lang="en">
  <head><meta charset="utf-8" /><meta name="viewport" content="width=device-width, initial-scale=1" /><title>${subjectOf(data)}</title></head>
  <body style="margin:0;background:#f4f6f8;color:${INK};font:16px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif">
    <table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:32px 16px">
      <table role="presentation" width="720" cellpadding="0" cellspacing="0" style="max-width:720px;width:100%;background:#ffffff;border:1px solid ${LINE};border-radius:10px">
        <tr><td style="padding:28px 32px 0">
          <p style="margin:0;color:${QUIET};font-size:14px">Week ${week}, ${monday} to ${sunday}</p>
          <h1 style="margin:6px 0 0;font-size:20px;line-height:1.35">${subjectOf(data)}</h1>
        </td></tr>
        ${section('Conversations that led to a commit, by week', chart(data))}
        ${section(
          'The company',
          table(
            ['Figure', 'This week'],
            FIGURES.map((figure) => [
              LABELS[figure].label,
              written(figure, velocity.company.figures[figure]),
            ]),
          ),
        )}
        ${section('Teams', [teamsTable(data, table), quiet(hiddenTeams(data))])}
        ${section('Commits with a link beside others', [
          table(
            ['', 'With a link', 'Others'],
            comparisonOf(data).map(({ label, linked, other }) => [label, linked, other]),
          ),
          quiet(velocity.company.compared.note),
        ])}
        ${section(
          'What several people asked about',
          gaps.length === 0
            ? quiet('No topic was asked about by three people or more.')
            : table(
                ['Topic', 'People', 'Conversations'],
                gaps.map(({ topic, shared, people, conversations }) => [
                  shared ? `${topic} (${shared})` : topic,
                  String(people),
                  String(conversations),
                ]),
              ),
        )}
        <tr><td style="padding:16px 32px 28px;color:${QUIET};font-size:13px">Groups of fewer than five people are not shown. Costs are estimates. No person is ranked.</td></tr>
      </table>
    </td></tr></table>
  </body>
</html>
`);
}

/** Bars as cells of a table: mail programs show neither SVG nor scripts. */
function chart(data: ReportData) {
  const bars = barsOf(data);
  const heightOf = (value: number | null) => Math.max(2, Math.round(BAR_HEIGHT * (value ?? 0)));
  return html`
          <table width="100%" cellpadding="0" cellspacing="0" style="font-size:12px;color:${QUIET};text-align:center">
            <tr>${bars.map(
              ({
                value,
                told,
              }) => html`<td style="vertical-align:bottom;height:${BAR_HEIGHT + 24}px;padding:0 4px" title="${told}">
              ${value === null ? 'n/a' : percent(value)}
              <div style="height:${heightOf(value)}px;background:${value === null ? LINE : BAR};border-radius:3px 3px 0 0;font-size:0">&nbsp;</div></td>`,
            )}</tr>
            <tr>${bars.map(({ week }) => html`<td style="border-top:1px solid ${LINE};padding-top:4px">${week.slice(5)}</td>`)}</tr>
          </table>`;
}

function teamsTable(
  { velocity, adoption }: ReportData,
  table: (head: readonly string[], rows: readonly (readonly string[])[]) => Html,
): Html {
  const use = new Map(adoption.teams.map(({ team, active, members }) => [team, `${active} of ${members}`]));
  return table(
    ['Team', 'Active', 'Led to a commit', 'Commits with a link', 'Edits accepted'],
    velocity.teams.map(({ group, figures }) => [
      group,
      use.get(group) ?? HIDDEN,
      written('conversationsWithCommits', figures.conversationsWithCommits),
      written('commitsWithLink', figures.commitsWithLink),
      written('editAcceptance', figures.editAcceptance),
    ]),
  );
}

export function hiddenTeams({ velocity: { hiddenTeams: count } }: ReportData): string {
  if (count === 0) return 'Teams are in the order of their names.';
  return `${count} ${count === 1 ? 'team is' : 'teams are'} not shown: too few people.`;
}

/** The report for mail programs that show no markup. */
export function reportText(data: ReportData): string {
  const { velocity, gaps } = data;
  return [
    subjectOf(data),
    '',
    ...FIGURES.map(
      (figure) => `${LABELS[figure].label}: ${written(figure, velocity.company.figures[figure])}`,
    ),
    '',
    'Conversations that led to a commit, by week',
    ...barsOf(data).map(({ week, told }) => `- ${week}: ${told}`),
    '',
    'Commits with a link beside others',
    ...comparisonOf(data).map(({ label, linked, other }) => `- ${label}: ${linked}; others ${other}`),
    velocity.company.compared.note,
    '',
    'What several people asked about',
    ...(gaps.length === 0
      ? ['No topic was asked about by three people or more.']
      : gaps.map(({ topic, people }) => `- ${topic}: ${people} people`)),
    '',
    hiddenTeams(data),
    '',
  ].join('\n');
}
