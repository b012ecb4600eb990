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
  modelFailed: 'Fewer failures of the model',
  score: 'The score',
  faulted: 'Less that reviewers find fault with',
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
    done: 'It is planned. Nothing is tried until it is started.',
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
    confirm: 'Start it? Both versions are fixed, and runs from now on use one or the other.',
    done: 'Runs from now on take part.',
    next: [run('experiments'), ...show],
  }),
  api.write('stopExperiment', 'experiment.stop', {
    options: { experimentId, reason: '{{components.experimentStopWhy.value}}' },
    confirm: 'Stop it? Its report is kept; production stays as it is.',
    done: 'It is stopped. Release the winner on the page Prompts.',
    next: [clear('experimentStopWhy'), run('experiments'), ...show],
  }),
];

const PICK = { title: 'No experiment chosen', hint: 'Choose one in the list, or plan one.' };
const DETAIL = 640;
const inside = DETAIL - 96;

const creation: Row[] = [
  [
    cell(input('experimentPrompt', { label: 'Prompt', placeholder: 'evaluation', required: true })),
    cell(input('experimentLabel', { label: 'Label to try', placeholder: 'exp-shorter', required: true })),
  ],
  [cell(input('experimentTitle', { label: 'Title', required: true, most: 120 }))],
  [
    cell(
      textArea('experimentWhy', {
        label: 'What you expect, and why, at least 10 characters',
        required: true,
        most: 1000,
        height: 104,
      }),
    ),
  ],
  [
    cell(
      dropdown('experimentMetric', {
        label: 'Decided by',
        placeholder: METRIC_LABELS.overridden,
        choices: METRICS.map((metric) => [metric, METRIC_LABELS[metric]] as const),
      }),
      2,
    ),
    cell(input('experimentShare', { label: 'Share, in percent', placeholder: '50' }), 1),
    cell(input('experimentSample', { label: 'Least on each side', placeholder: '30' }), 1),
  ],
  [
    cell(
      button('experimentCreate', 'Plan it', [run('createExperiment')], {
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
  onLoad: load('experiments'),
  rows: [
    ...pageHeader(
      'experiments',
      'Experiments',
      'Two versions of a prompt side by side, decided by what was said before any result was seen.',
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
            hint: 'Give a checked version of a prompt a label such as exp-shorter, then plan one.',
          },
          columns: [
            { key: 'title', title: 'Experiment', width: 150 },
            { key: 'prompt', title: 'Prompt', width: 100 },
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
                [cell(input('experimentStopWhy', { label: 'Why it is stopped now', most: 500 }))],
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
              title: 'What it shows',
              rows: [
                [
                  cell(
                    cardOf('experimentReportCard', 'experimentReport', {
                      from: 'report',
                      height: inside,
                      card: false,
                      empty: { title: 'No report', hint: 'A running or stopped experiment has one.' },
                    }),
                  ),
                ],
              ],
            },
            { id: 'new', title: 'Plan an experiment', rows: creation },
          ],
        }),
        3,
      ),
    ],
  ],
};
