import { close, load, open, run, set } from '../build/actions.ts';
import { pageHeader, section, statusColor, tableOf } from '../build/blocks.ts';
import { dropdown, input } from '../build/fields.ts';
import { color } from '../build/look.ts';
import type { Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, modal, text } from '../build/widgets.ts';

export const operatedRunQueries: Query[] = [
  api.read('runs', 'evaluation.listRuns', { options: { limit: '100' }, transform: 'runs' }),
  api.read('failures', 'evaluation.getRun', {
    options: { runId: '{{variables.runId}}' },
    transform: 'failures',
  }),
  api.write('startRun', 'evaluation.startWeekly', {
    options: {
      week: '{{components.startRunWeek.value}}',
      dryRun: "{{components.startRunKind.value === 'dry'}}",
    },
    done: 'The run has started.',
    next: [close('startRunModal'), run('runs')],
  }),
  api.write('retryFailed', 'evaluation.retry', {
    options: { runId: '{{components.runsTable.selectedRow.runId}}' },
    confirm: 'Retry the failed builders of this run?',
    done: 'The failed builders are being judged again.',
    next: [run('runs'), run('failures')],
  }),
];

const startRunModal = modal('startRunModal', {
  title: 'Evaluate a week',
  size: 'sm',
  height: 280,
  rows: [
    [
      cell(
        input('startRunWeek', {
          label: 'Week (defaults to the last complete week)',
          placeholder: '2026-W46',
        }),
      ),
    ],
    [
      cell(
        dropdown('startRunKind', {
          label: 'Kind',
          placeholder: 'Official',
          choices: [
            ['official', 'Official: announced and e-mailed'],
            ['dry', 'Dry run: judged and stored only'],
          ],
        }),
      ),
    ],
    [
      cell(
        text(
          'startRunHint',
          'Starting a week that already has a run returns that run. Nothing is judged twice.',
          {
            color: color.muted,
            height: 48,
          },
        ),
      ),
    ],
  ],
  footer: [
    [
      cell(button('startRunCancel', 'Cancel', [close('startRunModal')])),
      cell(
        button('startRunSave', 'Start', [run('startRun')], {
          kind: 'primary',
          busy: '{{queries.startRun.isLoading}}',
        }),
      ),
    ],
  ],
});

export const runsPage: Page = {
  handle: 'runs',
  name: 'Runs',
  icon: 'IconPlayerPlay',
  onLoad: load('runs'),
  rows: [
    ...pageHeader(
      'runs',
      'Evaluation runs',
      'Evaluated weeks, and builders who could not be judged.',
      ['runs'],
      [button('runsStart', 'Evaluate a week', [open('startRunModal')], { kind: 'primary' })],
    ),
    [
      cell(
        tableOf('runsTable', 'runs', {
          title: 'Runs',
          height: 440,
          perPage: 6,
          onRow: [set('runId', '{{components.runsTable.selectedRow.runId}}'), run('failures')],
          empty: { title: 'No runs yet', hint: 'Press "Evaluate a week", or wait for Monday.' },
          columns: [
            { key: 'week', title: 'Week', width: 100 },
            { key: 'kind', title: 'Kind', width: 90 },
            { key: 'status', title: 'Status', width: 160, color: statusColor },
            { key: 'judged', title: 'Judged', width: 80, align: 'right' },
            { key: 'failed', title: 'Failed', width: 80, align: 'right' },
            { key: 'needsReview', title: 'Need review', width: 110, align: 'right' },
            { key: 'sent', title: 'E-mails', width: 110 },
            { key: 'engine', title: 'Engine', width: 150 },
            { key: 'started', title: 'Started', width: 220 },
          ],
        }),
      ),
    ],
    section('runsFailuresTitle', 'Failed builders in the selected run'),
    [
      cell(
        tableOf('failuresTable', 'failures', {
          title: 'Failed builders',
          height: 320,
          perPage: 5,
          search: false,
          empty: {
            title: 'No failures',
            hint: 'Choose a run above. Its failed builders appear here.',
          },
          columns: [
            { key: 'name', title: 'Builder', width: 200 },
            { key: 'builderId', title: 'Id', width: 120 },
            { key: 'reason', title: 'Why', width: 640, wrap: true },
          ],
        }),
      ),
    ],
    [
      cell(
        button('runsRetry', 'Retry failed builders', [run('retryFailed')], {
          busy: '{{queries.retryFailed.isLoading}}',
          disabled: '{{!(components.runsTable.selectedRow?.failed > 0)}}',
        }),
        1,
      ),
      cell(
        text('runsRetryHint', 'Builders already judged are not changed.', { color: color.muted, height: 40 }),
        3,
      ),
    ],
    [cell(startRunModal)],
  ],
};
