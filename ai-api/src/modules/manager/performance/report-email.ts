import { html } from '../../../platform/html.ts';
import { daysOf } from '../../../platform/week.ts';
import type { Report } from './report.ts';
import type { TeamRow } from './team.ts';

const INK = '#1c2430';
const QUIET = '#5b6675';
const LINE = '#e3e7ec';
const GRADES = ['A', 'B', 'C', 'D', 'E', 'insufficient evidence'] as const;

/** Where a builder's evaluations and their evidence are seen; null when it is not known where people look. */
export type LinkTo = (builderId: string) => string | null;

export function subjectOf({ week, team, attention }: Report): string {
  const whose = team === null ? 'The week' : `${team} in week`;
  const who =
    attention.length === 1 ? 'one person needs attention' : `${attention.length} people need attention`;
  return `${whose} ${week}: ${who}`;
}

/** One sentence that says how the week went. */
export function headlineOf({ status, builders, graded, meanScore, meanScoreBefore }: Report): string {
  if (status === 'running') return 'The week is still being judged; these are the results so far.';
  if (status === 'not enough data') return 'There is not enough data for this week.';
  const change =
    meanScoreBefore === null || meanScore === null
      ? ''
      : ` (${signed(meanScore - meanScoreBefore)} against the week before)`;
  return `${graded} of ${builders} builders were graded. Mean score ${meanScore}${change}.`;
}

export function signed(value: number): string {
  const rounded = Math.round(10 * value) / 10;
  return rounded > 0 ? `+${rounded}` : String(rounded);
}

/** The report as an e-mail: tables and inline styles, which is what mail programs understand. */
export function reportHtml(report: Report, linkTo: LinkTo): string {
  const { monday, sunday } = daysOf(report.week);
  const cell = `padding:8px 8px 8px 0;border-bottom:1px solid ${LINE};vertical-align:top`;
  const nameOf = ({ builderId, name }: TeamRow) => {
    const link = linkTo(builderId);
    return link === null ? name : html`<a href="${link}" style="color:#1d6f8a">${name}</a>`;
  };
  const row = (one: TeamRow) => html`
            <tr>
              <td style="${cell}">${nameOf(one)}<br>
                <span style="color:${QUIET};font-size:13px">${one.team}</span></td>
              <td style="${cell}">${one.grade ?? 'none'}</td>
              <td style="${cell};text-align:right">${one.score ?? ''}</td>
              <td style="${cell};text-align:right">${one.change === null ? '' : signed(one.change)}</td>
              <td style="${cell};font-size:14px">${one.attention.join(' ')}</td>
            </tr>`;
  const section = (title: string, rows: readonly TeamRow[], none: string) => html`
        <tr><td style="padding:16px 32px 0"><h2 style="margin:0 0 4px;font-size:17px">${title}</h2>
          ${
            rows.length === 0
              ? html`<p style="margin:4px 0;color:${QUIET}">${none}</p>`
              : html`<table width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse;font-size:15px">
            <tr style="color:${QUIET};font-size:13px;text-align:left"><th style="${cell}">Builder</th><th style="${cell}">Grade</th>
              <th style="${cell};text-align:right">Score</th><th style="${cell};text-align:right">Change</th><th style="${cell}">Why</th></tr>
            ${rows.map(row)}
          </table>`
          }
        </td></tr>`;
  const grades = GRADES.filter((grade) => report.grades[grade]).map(
    (grade) => `${grade}: ${report.grades[grade]}`,
  );
  return String(html`<!doctype html>
<html lang="en">
  <head><meta charset="utf-8" /><meta name="viewport" content="width=device-width, initial-scale=1" /><title>${subjectOf(report)}</title></head>
  <body style="margin:0;background:#f4f6f8;color:${INK};font:16px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif">
    <table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:32px 16px">
      <table role="presentation" width="680" cellpadding="0" cellspacing="0" style="max-width:680px;width:100%;background:#ffffff;border:1px solid ${LINE};border-radius:10px">
        <tr><td style="padding:28px 32px 0">
          <p style="margin:0;color:${QUIET};font-size:14px">Week ${report.week}, ${monday} to ${sunday}${report.team === null ? '' : ` · ${report.team}`}</p>
          <h1 style="margin:6px 0 0;font-size:20px;line-height:1.35">${headlineOf(report)}</h1>
          <p style="margin:8px 0 0;color:${QUIET}">${grades.join(' · ')}</p>
        </td></tr>
        ${section('Needs attention', report.attention, 'No builder stands out.')}
        ${section('Going well', report.best, 'No builder was graded.')}
        <tr><td style="padding:16px 32px 28px;color:${QUIET};font-size:13px">${
          linkTo('') === null
            ? 'The evidence is on the Performance page of the dashboards.'
            : 'Every name leads to the evaluations with their evidence.'
        }</td></tr>
      </table>
    </td></tr></table>
  </body>
</html>
`);
}

/** The report for mail programs that show no markup. */
export function reportText(report: Report, linkTo: LinkTo): string {
  const line = (one: TeamRow) =>
    [
      `- ${one.name} (${one.team}): ${one.grade ?? 'no grade'}, score ${one.score ?? 'none'}.`,
      ...one.attention,
      linkTo(one.builderId) ?? '',
    ]
      .join(' ')
      .trimEnd();
  return [
    headlineOf(report),
    '',
    'Needs attention',
    ...(report.attention.length === 0 ? ['No builder stands out.'] : report.attention.map(line)),
    '',
    'Going well',
    ...(report.best.length === 0 ? ['No builder was graded.'] : report.best.map(line)),
    '',
  ].join('\n');
}
