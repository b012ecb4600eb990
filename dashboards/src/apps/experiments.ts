import { resources } from '@ai-manager/api/catalogue';
import { clear, load, run, set } from '../build/actions.ts';
import { cardOf, pageHeader, statusColor, tableOf } from '../build/blocks.ts';
import { dropdown, input, textArea, valuesOf } from '../build/fields.ts';
import type { Page, Query, Row } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, tabs } from '../build/widgets.ts';

const experimentId = '{{variables.experimentId}}';
const show = [run('experiment'), run('experimentReport')];

const METRICS = valuesOf(resources.experiment.operations.create.input.shape.metric);
const METRIC_LABELS = {
  overridden: 'Fewer judgements overridden by people',
  needsReview: 'Fewer judgements that need review',
  modelFailed: 'Fewer model failures',
  score: 'Score',
  faulted: 'Fewer faults found by reviewers',
} as const satisfies Record<(typeof METRICS)[number], string>;

export const experimentQueries: Query[] = [
  api.read('experiments', 'experiment.list', { options: { limit: '200' }, transform: 'experiments' }),
  api.read('experiment', 'experiment.get', { options: { experimentId }, transform: 'experiment' }),
  api.read('experimentReport', 'experiment.report', {
    options: { experimentId },
    transform: 'experiment-report',
  }),
  api.write('createExperiment', 'experiment.create', {
    options: {
      prompt: '{{components.experimentPrompt.value}}',
      title: '{{components.experimentTitle.value}}',
      hypothesis: '{{components.experimentWhy.value}}',
      label: '{{components.experimentLabel.value}}',
      share: '{{Number(components.experimentShare.value || 50) / 100}}',
      metric: '{{components.experimentMetric.value}}',
      minimumSample: '{{components.experimentSample.value}}',
    },
    done: 'The experiment is created. Start it to begin.',
    next: [
      clear('experimentTitle'),
      clear('experimentWhy'),
      set('experimentId', '{{queries.createExperiment.data.experimentId}}'),
      run('experiments'),
      run('experiment'),
    ],
  }),
  api.write('startExperiment', 'experiment.start', {
    options: { experimentId },
    confirm: 'Start this experiment? Both versions are locked, and new runs use one of them.',
    done: 'The experiment is running. New runs take part.',
    next: [run('experiments'), ...show],
  }),
  api.write('stopExperiment', 'experiment.stop', {
    options: { experimentId, reason: '{{components.experimentStopWhy.value}}' },
    confirm: 'Stop this experiment? Its report is kept and production is unchanged.',
    done: 'The experiment is stopped. Release the winner on the Prompts page.',
    next: [clear('experimentStopWhy'), run('experiments'), ...show],
  }),
];

const PICK = { title: 'No experiment chosen', hint: 'Choose an experiment from the list, or create one.' };
const DETAIL = 640;
const inside = DETAIL - 96;

const creation: Row[] = [
  [
    cell(
      dropdown('experimentPrompt', {
        label: 'Prompt',
        placeholder: 'Choose',
        schema: '{{queries.prompts.data?.choices ?? []}}',
        required: true,
      }),
    ),
    cell(input('experimentLabel', { label: 'Label to test', placeholder: 'exp-shorter', required: true })),
  ],
  [cell(input('experimentTitle', { label: 'Title', required: true, most: 120 }))],
  [
    cell(
      textArea('experimentWhy', {
        label: 'Hypothesis (at least 10 characters)',
        required: true,
        most: 1000,
        height: 104,
      }),
    ),
  ],
  [
    cell(
      dropdown('experimentMetric', {
        label: 'Metric',
        placeholder: METRIC_LABELS.overridden,
        choices: METRICS.map((metric) => [metric, METRIC_LABELS[metric]] as const),
      }),
      2,
    ),
    cell(input('experimentShare', { label: 'Share (percent)', placeholder: '50' }), 1),
    cell(input('experimentSample', { label: 'Minimum per version', placeholder: '30' }), 1),
  ],
  [
    cell(
      button('experimentCreate', 'Create experiment', [run('createExperiment')], {
        kind: 'primary',
        busy: '{{queries.createExperiment.isLoading}}',
        disabled:
          '{{!components.experimentPrompt.value || !components.experimentLabel.value || !components.experimentTitle.value || (components.experimentWhy.value ?? "").trim().length < 10}}',
      }),
    ),
  ],
];

export const experimentsPage: Page = {
  handle: 'experiments',
  name: 'Experiments',
  icon: 'IconFlask',
  onLoad: load('experiments', 'prompts'),
  rows: [
    ...pageHeader(
      'experiments',
      'Experiments',
      'Compare two versions of a prompt by a metric that is fixed before the start.',
      ['experiments'],
    ),
    [
      cell(
        tableOf('experimentsTable', 'experiments', {
          title: 'Experiments',
          height: DETAIL,
          onRow: [set('experimentId', '{{components.experimentsTable.selectedRow.experimentId}}'), ...show],
          empty: {
            title: 'No experiments',
            hint: 'Give a checked prompt version a label such as exp-shorter, then create an experiment.',
          },
          columns: [
            { key: 'title', title: 'Experiment', width: 150 },
            { key: 'prompt', title: 'Prompt', width: 104, wrap: true },
            { key: 'status', title: 'State', width: 80, color: statusColor },
            { key: 'verdict', title: 'Verdict', width: 110 },
          ],
        }),
        2,
      ),
      cell(
        tabs('experimentTabs', {
          height: DETAIL,
          tabs: [
            {
              id: 'plan',
              title: 'Plan',
              rows: [
                [
                  cell(
                    cardOf('experimentCard', 'experiment', {
                      from: 'card',
                      height: inside - 144,
                      card: false,
                      empty: PICK,
                    }),
                  ),
                ],
                [cell(input('experimentStopWhy', { label: 'Reason for stopping', most: 500 }))],
                [
                  cell(
                    button('experimentStart', 'Start', [run('startExperiment')], {
                      kind: 'primary',
                      busy: '{{queries.startExperiment.isLoading}}',
                      disabled: "{{queries.experiment.data?.state !== 'draft'}}",
                    }),
                  ),
                  cell(
                    button('experimentStop', 'Stop', [run('stopExperiment')], {
                      kind: 'danger',
                      busy: '{{queries.stopExperiment.isLoading}}',
                      disabled:
                        "{{queries.experiment.data?.state !== 'running' || (components.experimentStopWhy.value ?? '').trim().length < 3}}",
                    }),
                  ),
                ],
              ],
            },
            {
              id: 'report',
              title: 'Report',
              rows: [
                [
                  cell(
                    cardOf('experimentReportCard', 'experimentReport', {
                      from: 'report',
                      height: inside,
                      card: false,
                      empty: {
                        title: 'No report',
                        hint: 'A report is available once the experiment has started.',
                      },
                    }),
                  ),
                ],
              ],
            },
            { id: 'new', title: 'New experiment', rows: creation },
          ],
        }),
        3,
      ),
    ],
  ],
};
