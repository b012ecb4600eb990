import { clear, load, run, set } from '../build/actions.ts';
import { cardOf, pageHeader, statusColor, tableOf } from '../build/blocks.ts';
import { dropdown, textArea } from '../build/fields.ts';
import type { Page, Query, Row } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, tabs } from '../build/widgets.ts';

/** Who looks: builders ask about their own projects, reviewers answer questions, executives also waive. */
export type GateReader = 'builder' | 'reviewer' | 'executive';

const seen = {
  evaluationId: '{{variables.gateEvaluationId}}',
  version: '{{queries.gateEvaluation.data.version}}',
};
const again = [run('gateEvaluations'), run('gateEvaluation')];
const show = (from: string) => [set('gateEvaluationId', from), run('gateEvaluation')];

/** Queries of the page for one kind of reader. */
export function gateQueries(reader: GateReader): Query[] {
  const queries = [
    api.read('gates', 'stageGate.list', { options: { limit: '100' }, transform: 'gates' }),
    api.read('gateEvaluations', 'stageGate.listEvaluations', {
      options: { limit: '500' },
      transform: 'gate-evaluations',
    }),
    api.read('gateEvaluation', 'stageGate.getEvaluation', {
      options: { evaluationId: '{{variables.gateEvaluationId}}' },
      transform: 'gate-evaluation',
    }),
  ];
  if (reader !== 'reviewer') queries.push(projects(reader), evaluate);
  queries.push(...(reader === 'builder' ? [contest] : [review, confirm]));
  if (reader === 'executive') queries.push(waive);
  return queries;
}

const projects = (reader: GateReader) =>
  api.read('gateProjects', 'project.list', {
    options: {
      status: 'active',
      limit: '2000',
      ...(reader === 'builder' ? { builderId: '{{queries.me.data.builderId}}' } : {}),
    },
    transform: 'choices',
  });

const evaluate = api.write('evaluateGate', 'stageGate.evaluate', {
  options: {
    projectId: '{{components.gateProject.value}}',
    evidence: '{{components.gateEvidence.value}}',
  },
  done: 'The project is evaluated.',
  next: [
    clear('gateEvidence'),
    run('gateEvaluations'),
    ...show('{{queries.evaluateGate.data.evaluationId}}'),
  ],
});

const review = api.write('reviewGate', 'stageGate.review', {
  options: {
    ...seen,
    criterionId: '{{components.gateQuestion.value}}',
    met: '{{components.gateMet.value}}',
    reason: '{{components.gateReason.value}}',
  },
  done: 'Your answer is saved.',
  next: [clear('gateReason'), ...again],
});

const contest = api.write('contestGate', 'contest.create', {
  options: {
    judgementId: '{{queries.gateEvaluation.data.judgementId}}',
    reason: '{{components.gateObjection.value}}',
  },
  confirm: 'Contest that this project stays in its stage? Another person decides.',
  done: 'It is contested. Another person decides.',
  next: [clear('gateObjection'), ...again, run('contests')],
});

const confirm = api.write('confirmGate', 'stageGate.confirm', {
  options: seen,
  confirm: 'Decide as the engine proposes, for the reasons shown? Your name is recorded.',
  done: 'It is decided as proposed.',
  next: again,
});

const waive = api.write('waiveGate', 'stageGate.waive', {
  options: { ...seen, reason: '{{components.gateWaiver.value}}' },
  confirm: 'Let this project advance although criteria are not met? Your name and reason are recorded.',
  done: 'The gate is waived. The project may advance.',
  next: [clear('gateWaiver'), ...again],
});

const PICK = { title: 'Nothing chosen', hint: 'Choose an evaluation from the list.' };
const DETAIL = 624;
const short = (name: string) => `(components.${name}.value ?? "").trim().length < 10`;

const answer: Row[] = [
  [
    cell(
      dropdown('gateQuestion', {
        label: 'Question',
        placeholder: 'Choose',
        schema: '{{queries.gateEvaluation.data?.questions ?? []}}',
      }),
      2,
    ),
    cell(
      dropdown('gateMet', {
        label: 'Answer',
        placeholder: 'Choose',
        choices: [
          ['true', 'Met'],
          ['false', 'Not met'],
        ],
      }),
      1,
    ),
  ],
  [
    cell(
      textArea('gateReason', {
        label: 'Reason (at least 10 characters)',
        placeholder: 'Which evidence supports your answer?',
        most: 2000,
        height: 160,
      }),
    ),
  ],
  [
    cell(
      button('gateAnswer', 'Answer', [run('reviewGate')], {
        kind: 'primary',
        busy: '{{queries.reviewGate.isLoading}}',
        disabled: `{{!components.gateQuestion.value || !components.gateMet.value || ${short('gateReason')}}}`,
      }),
    ),
    cell(
      button('gateConfirm', 'Confirm the proposal', [run('confirmGate')], {
        busy: '{{queries.confirmGate.isLoading}}',
        disabled: '{{!queries.gateEvaluation.data?.isProposed}}',
      }),
    ),
  ],
];

const waiver: Row[] = [
  [
    cell(
      textArea('gateWaiver', {
        label: 'Reason for the waiver (at least 10 characters)',
        placeholder: 'The results do not change; your reason is shown with them',
        most: 2000,
        height: 160,
      }),
    ),
  ],
  [
    cell(
      button('gateWaive', 'Waive gate', [run('waiveGate')], {
        kind: 'danger',
        busy: '{{queries.waiveGate.isLoading}}',
        disabled: `{{queries.gateEvaluation.data?.waivable !== true || ${short('gateWaiver')}}}`,
      }),
    ),
  ],
];

const objection: Row[] = [
  [
    cell(
      textArea('gateObjection', {
        label: 'Why the project should advance (at least 10 characters)',
        placeholder: 'A person who did not decide it reviews it',
        most: 2000,
        height: 160,
      }),
    ),
  ],
  [
    cell(
      button('gateContest', 'Contest', [run('contestGate')], {
        kind: 'primary',
        busy: '{{queries.contestGate.isLoading}}',
        disabled: `{{queries.gateEvaluation.data?.isHeld !== true || ${short('gateObjection')}}}`,
      }),
    ),
  ],
];

const ask: Row[] = [
  [
    cell(
      dropdown('gateProject', {
        label: 'Project',
        placeholder: 'Choose',
        schema: '{{queries.gateProjects.data?.options ?? []}}',
      }),
      2,
    ),
    cell(
      textArea('gateEvidence', {
        label: 'Evidence: text and links (optional)',
        most: 8000,
        height: 88,
      }),
      4,
    ),
    cell(
      button('gateEvaluate', 'Evaluate', [run('evaluateGate')], {
        kind: 'primary',
        busy: '{{queries.evaluateGate.isLoading}}',
        disabled: '{{!components.gateProject.value}}',
      }),
      1,
    ),
  ],
];

const card = (name: string, query: string, empty = PICK) =>
  cell(cardOf(name, query, { from: 'card', height: DETAIL - 96, card: false, empty }));

/** Projects held against what their next stage asks for. */
export function gatesPage(reader: GateReader): Page {
  return {
    handle: 'stage-gates',
    name: 'Stage gates',
    icon: 'IconStairsUp',
    onLoad: [
      ...load('gateEvaluations', 'gates', ...(reader === 'reviewer' ? [] : ['gateProjects'])),
      set('gateEvaluationId', '{{globals.urlparams?.evaluation ?? variables.gateEvaluationId}}'),
      run('gateEvaluation', '{{!!variables.gateEvaluationId}}'),
    ],
    rows: [
      ...pageHeader(
        'gates',
        'Stage gates',
        'Whether a project may advance to its next stage. Rules check measures; the model or a reviewer answers questions.',
        ['gateEvaluations', 'gates'],
      ),
      ...(reader === 'reviewer' ? [] : ask),
      [
        cell(
          tableOf('gatesTable', 'gateEvaluations', {
            title: 'Gate evaluations',
            height: DETAIL,
            onRow: show('{{components.gatesTable.selectedRow.evaluationId}}'),
            empty: {
              title: 'No evaluations yet',
              hint:
                reader === 'reviewer'
                  ? 'Builders and executives start evaluations.'
                  : 'Choose a project above and press Evaluate.',
            },
            columns: [
              { key: 'project', title: 'Project', width: 125 },
              { key: 'gate', title: 'Gate', width: 150 },
              { key: 'decision', title: 'Outcome', width: 120, color: statusColor },
              { key: 'open', title: 'Open', width: 55, align: 'right' },
              { key: 'at', title: 'When', width: 105 },
            ],
          }),
          3,
        ),
        cell(
          tabs('gateTabs', {
            height: DETAIL,
            tabs: [
              { id: 'result', title: 'Result', rows: [[card('gateResult', 'gateEvaluation')]] },
              reader === 'builder'
                ? { id: 'contest', title: 'Contest', rows: objection }
                : { id: 'answer', title: 'Decide', rows: answer },
              ...(reader === 'executive' ? [{ id: 'waive', title: 'Waive', rows: waiver }] : []),
              {
                id: 'gates',
                title: 'Gates',
                rows: [
                  [
                    card('gateList', 'gates', {
                      title: 'No gates yet',
                      hint: 'Gates are created when the API first starts.',
                    }),
                  ],
                ],
              },
            ],
          }),
          3,
        ),
      ],
    ],
  };
}
