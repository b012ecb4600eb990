import { clear, go, run, set } from '../build/actions.ts';
import { cardOf, statusColor, tableOf } from '../build/blocks.ts';
import { dropdown, textArea } from '../build/fields.ts';
import { color } from '../build/look.ts';
import type { Action, Query, Row } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, tabs, text } from '../build/widgets.ts';
import { explain, explanationPart } from './explanation.ts';

const PICK = { title: 'Nothing chosen', hint: 'Choose a builder from the list to see reasons and evidence.' };
const GRADES = ['A', 'B', 'C', 'D', 'E'].map((grade) => [grade, grade] as const);

/** The newest run beside the one before, loaded one after the other from `runs` on. */
export const runQueries: Query[] = [
  api.read('runs', 'evaluation.listRuns', {
    options: { limit: '26' },
    transform: 'runs',
    next: [run('previousResults', '{{!!queries.runs.data.latestRunId}}')],
  }),
  api.read('previousResults', 'evaluation.listResults', {
    options: { runId: '{{queries.runs.data.previousRunId}}', limit: '2000' },
    next: [run('results')],
  }),
  api.read('results', 'evaluation.listResults', {
    options: { runId: '{{queries.runs.data.latestRunId}}', limit: '2000' },
    transform: 'results',
  }),
];

/** One evaluation, which the variable `evaluationId` names. */
export const evaluationQuery: Query = api.read('evaluation', 'evaluation.get', {
  options: { evaluationId: '{{variables.evaluationId}}' },
  transform: 'evaluation',
  next: explain('evaluation'),
});

/** A person's decision about it. */
export const overrideQuery: Query = api.write('override', 'evaluation.override', {
  options: {
    evaluationId: '{{variables.evaluationId}}',
    judgementId: '{{queries.evaluation.data.judgementId}}',
    grade: '{{components.decisionGrade.value}}',
    reason: '{{components.decisionReason.value}}',
    feedback: '{{components.decisionFeedback.value}}',
  },
  confirm: 'Override the grade? The builder will see the new grade.',
  done: 'The grade is overridden. The earlier judgement is kept.',
  next: [
    clear('decisionGrade'),
    clear('decisionReason'),
    clear('decisionFeedback'),
    run('evaluation'),
    run('runs'),
  ],
});

/** A person gives the grade that an engine proposed. */
export const confirmGradeQuery: Query = api.write('confirmGrade', 'evaluation.confirm', {
  options: {
    items: '{{[{ evaluationId: variables.evaluationId, judgementId: queries.evaluation.data.judgementId }]}}',
    reason: '{{components.decisionReason.value}}',
  },
  confirm: 'Give the grade that is proposed? Your name is recorded.',
  done: '{{queries.confirmGrade.data.confirmed.length ? "The grade is confirmed." : queries.confirmGrade.data.refused[0].detail}}',
  next: [clear('decisionReason'), run('evaluation'), run('runs')],
});

/** What a click on a row of a table does: shows that evaluation, on its page if that is another one. */
export function showEvaluation(table: string, page?: string): Action[] {
  return [
    set('evaluationId', `{{components.${table}.selectedRow.evaluationId}}`),
    run('evaluation'),
    ...(page ? [go(page)] : []),
  ];
}

/** Summary, reasons with evidence, and projects of the chosen evaluation. */
export function evaluationParts(height: number, pick = PICK): { id: string; title: string; rows: Row[] }[] {
  const inside = height - 96;
  const summary = cardOf('evaluationSummary', 'evaluation', {
    from: 'summary',
    height: inside,
    card: false,
    empty: pick,
  });
  const criteria = cardOf('evaluationCriteria', 'evaluation', {
    from: 'criteria',
    height: inside,
    card: false,
    empty: pick,
  });
  const projects = tableOf('evaluationProjects', 'evaluation', {
    title: 'Projects',
    height: inside,
    search: false,
    perPage: 5,
    empty: { title: 'No projects', hint: 'This builder has no graded projects.' },
    columns: [
      { key: 'name', title: 'Project', width: 140 },
      { key: 'grade', title: 'Grade', width: 175, color: statusColor },
      { key: 'score', title: 'Score', width: 60, align: 'right' },
      { key: 'why', title: 'Why', width: 200, wrap: true },
    ],
  });
  return [
    { id: 'summary', title: 'Summary', rows: [[cell(summary)]] },
    { id: 'reasons', title: 'Reasons and evidence', rows: [[cell(criteria)]] },
    explanationPart('evaluation', height),
    { id: 'projects', title: 'Projects', rows: [[cell(projects)]] },
  ];
}

const tooShort = '(components.decisionReason.value ?? "").trim().length < 10';

const decision: Row[] = [
  [
    cell(
      text(
        'decisionHint',
        'The earlier judgement is kept. Your name, the time and your reason are recorded in the audit trail.',
        { color: color.muted, height: 48 },
      ),
    ),
  ],
  [
    cell(
      dropdown('decisionGrade', {
        label: 'New grade',
        placeholder: 'Choose',
        choices: GRADES,
        required: true,
      }),
    ),
  ],
  [
    cell(
      textArea('decisionReason', {
        label: 'Reason, at least 10 characters',
        placeholder: 'What did the judgement miss?',
        required: true,
        least: 10,
        most: 2000,
        height: 120,
      }),
    ),
  ],
  [
    cell(
      textArea('decisionFeedback', {
        label: 'New feedback for the builder (optional)',
        most: 4000,
        height: 120,
      }),
    ),
  ],
  [
    cell(
      button('decisionSave', 'Override grade', [run('override')], {
        kind: 'primary',
        busy: '{{queries.override.isLoading}}',
        disabled: `{{!queries.evaluation.data?.judgementId || !components.decisionGrade.value || ${tooShort}}}`,
      }),
      1,
    ),
    cell(
      button('decisionConfirm', 'Confirm the proposed grade', [run('confirmGrade')], {
        busy: '{{queries.confirmGrade.isLoading}}',
        disabled: '{{!queries.evaluation.data?.isProposed}}',
      }),
      1,
    ),
  ],
];

/** The chosen evaluation with the form for a person's decision. */
export function evaluationDetail(height: number) {
  return tabs('evaluationTabs', {
    height,
    tabs: [...evaluationParts(height), { id: 'decide', title: 'Override', rows: decision }],
  });
}
