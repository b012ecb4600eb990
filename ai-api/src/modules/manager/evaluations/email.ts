import type { CriterionResult, JudgementView } from '../../../judgement/index.ts';
import { html } from '../../../platform/html.ts';
import { LINE, mailButton, mailPage, QUIET } from '../../../platform/mail/layout.ts';
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

const COLOURS = {
  A: '#0b6b47',
  B: '#1d6f8a',
  C: '#7a5c00',
  D: '#a34a00',
  E: '#a3262a',
  'insufficient evidence': QUIET,
};

function page(detail: Detail, judgement: JudgementView, link: string | null) {
  const { monday, sunday } = daysOf(detail.week);
  return mailPage({
    title: `Your week ${detail.week}`,
    over: `Week ${detail.week}, ${monday} to ${sunday}`,
    heading: headline(detail, judgement),
    blocks: [
      gradeLine(judgement),
      paragraphs(judgement.feedback),
      criteriaTable(judgement.criteria),
      detail.projects.length > 0 && projectsTable(detail),
      link && mailButton(link, 'See reasons and evidence'),
    ],
    footer: `${howDecided(judgement)} Something wrong? Answer this e-mail: a person can correct it.`,
  });
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
