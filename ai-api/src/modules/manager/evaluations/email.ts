import type { CriterionResult, JudgementView } from '../../../judgement/index.ts';
import { html } from '../../../platform/html.ts';
import { daysOf } from '../../../platform/week.ts';
import type { Detail } from './views.ts';

export interface Email {
  evaluationId: string;
  to: string;
  toName: string;
  subject: string;
  html: string;
  text: string;
}

/** The e-mail to a builder about their week, with a link to it where there is one. Needs a judged evaluation. */
export function renderEmail(detail: Detail, link: string | null = null): Email {
  const { builder, week, judgement } = detail;
  if (!judgement) throw new Error(`Evaluation ${detail.evaluationId} has no judgement`);
  const graded = judgement.grade !== 'insufficient evidence';
  return {
    evaluationId: detail.evaluationId,
    to: builder.email,
    toName: builder.name,
    subject: graded ? `Your week ${week}: grade ${judgement.grade}` : `Your week ${week}`,
    html: String(page(detail, judgement, link)),
    text: plainText(detail, judgement, link),
  };
}

const INK = '#1c2430';
const QUIET = '#5b6675';
const LINE = '#e3e7ec';
const COLOURS = {
  A: '#0b6b47',
  B: '#1d6f8a',
  C: '#7a5c00',
  D: '#a34a00',
  E: '#a3262a',
  'insufficient evidence': QUIET,
};

/** Tables and inline styles: what mail programs understand. */
function page(detail: Detail, judgement: JudgementView, link: string | null) {
  const { monday, sunday } = daysOf(detail.week);
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Your week ${detail.week}</title>
  </head>
  <body style="margin:0;background:#f4f6f8;color:${INK};font:16px/1.55 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif">
    <table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:32px 16px">
      <table role="presentation" width="600" cellpadding="0" cellspacing="0" style="max-width:600px;width:100%;background:#ffffff;border:1px solid ${LINE};border-radius:10px">
        <tr><td style="padding:28px 32px 8px">
          <p style="margin:0;color:${QUIET};font-size:14px">Week ${detail.week}, ${monday} to ${sunday}</p>
          <h1 style="margin:6px 0 0;font-size:22px;line-height:1.3">${headline(detail, judgement)}</h1>
        </td></tr>
        <tr><td style="padding:12px 32px">${gradeLine(judgement)}</td></tr>
        <tr><td style="padding:4px 32px 12px">${paragraphs(judgement.feedback)}</td></tr>
        <tr><td style="padding:4px 32px 20px">${criteriaTable(judgement.criteria)}</td></tr>
        ${detail.projects.length > 0 ? html`<tr><td style="padding:0 32px 20px">${projectsTable(detail)}</td></tr>` : ''}
        ${link ? html`<tr><td style="padding:0 32px 20px"><a href="${link}" style="${BUTTON}">See reasons and evidence</a></td></tr>` : ''}
        <tr><td style="padding:16px 32px 24px;border-top:1px solid ${LINE};color:${QUIET};font-size:13px">
          ${howDecided(judgement)} Something wrong? Answer this e-mail: a person can correct it.
        </td></tr>
      </table>
    </td></tr></table>
  </body>
</html>`;
}

function headline({ builder }: Detail, { grade }: JudgementView): string {
  return grade === 'insufficient evidence'
    ? `Hello ${builder.name}, here is your week`
    : `Hello ${builder.name}, your grade is ${grade}`;
}

function gradeLine({ grade, score, coverage }: JudgementView) {
  const label = grade === 'insufficient evidence' ? 'No grade' : grade;
  const points = score === null ? '' : `${score} of 100 points`;
  return html`<table role="presentation" cellpadding="0" cellspacing="0"><tr>
    <td style="background:${COLOURS[grade]};color:#ffffff;border-radius:8px;padding:8px 18px;font-size:20px;font-weight:700">${label}</td>
    <td style="padding-left:14px;color:${QUIET};font-size:14px">${points}${points ? html`<br />` : ''}${Math.round(coverage * 100)} % of the rubric could be judged</td>
  </tr></table>`;
}

function paragraphs(feedback: string) {
  return feedback.split('\n\n').map((block) => {
    const [first = '', ...rest] = block.split('\n');
    if (!rest.some((line) => line.startsWith('- '))) return html`<p style="margin:12px 0">${block}</p>`;
    const items = rest.map((line) => html`<li style="margin:4px 0">${line.replace(/^- /, '')}</li>`);
    return html`<p style="margin:14px 0 4px;font-weight:600">${first}</p><ul style="margin:0;padding-left:20px">${items}</ul>`;
  });
}

const BUTTON = `display:inline-block;background:#1d4ed8;color:#ffffff;text-decoration:none;border-radius:8px;padding:10px 18px`;
const HEAD = `text-align:left;padding:6px 8px 6px 0;border-bottom:1px solid ${LINE};color:${QUIET};font-weight:600`;
const CELL = `padding:7px 8px 7px 0;border-bottom:1px solid ${LINE};vertical-align:top`;
const NUMBER = `${CELL};text-align:right;white-space:nowrap`;

function criteriaTable(criteria: CriterionResult[]) {
  const rows = criteria.map(
    (criterion) => html`<tr>
      <td style="${CELL}">${criterion.title}</td>
      <td style="${CELL}">${criterion.decidedBy ?? 'open'}</td>
      <td style="${NUMBER}">${scoreText(criterion)}</td>
    </tr>`,
  );
  return html`<table width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse;font-size:14px">
    <tr><th style="${HEAD}">Criterion</th><th style="${HEAD}">Decided by</th><th style="${HEAD};text-align:right">Points</th></tr>
    ${rows}
  </table>`;
}

function projectsTable({ projects }: Detail) {
  const rows = projects.map(
    ({ name, grade, score }) => html`<tr>
      <td style="${CELL}">${name}</td>
      <td style="${NUMBER}">${score === null ? 'no grade' : html`${grade} (${score})`}</td>
    </tr>`,
  );
  return html`<table width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse;font-size:14px">
    <tr><th style="${HEAD}">Project</th><th style="${HEAD};text-align:right">Grade</th></tr>
    ${rows}
  </table>`;
}

function scoreText({ verdict, weight, score }: CriterionResult): string {
  if (verdict !== 'scored') return 'not enough evidence';
  return weight === 0 ? 'not counted' : String(score);
}

function howDecided({ engine, model, modelFailure, decidedBy }: JudgementView): string {
  if (engine === 'human') return `Decided by a person (${decidedBy}).`;
  if (modelFailure) return 'Decided by rules: what you wrote was not read this week.';
  if (engine === 'model') return `Decided by rules, and by ${model} where reading was needed.`;
  return 'Decided by rules only, without a model.';
}

function plainText(detail: Detail, judgement: JudgementView, link: string | null): string {
  const lines = judgement.criteria.map((criterion) => `${criterion.title}: ${scoreText(criterion)}`);
  const projects = detail.projects.map(
    ({ name, grade, score }) => `${name}: ${score === null ? 'no grade' : `${grade} (${score})`}`,
  );
  return [
    `${headline(detail, judgement)}.`,
    judgement.score === null ? '' : `${judgement.score} of 100 points.`,
    judgement.feedback,
    ['Points', ...lines].join('\n'),
    projects.length > 0 ? ['Projects', ...projects].join('\n') : '',
    link ? `Reasons and evidence: ${link}` : '',
    `${howDecided(judgement)} Something wrong? Answer this e-mail: a person can correct it.`,
  ]
    .filter((block) => block !== '')
    .join('\n\n');
}
