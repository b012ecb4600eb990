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
    confirm: 'Judge the failed builders of this run again?',
    done: 'They are judged again in the background.',
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
        input('startRunWeek', { label: 'Week (the last complete one if empty)', placeholder: '2026-W46' }),
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
        text('startRunHint', 'The same week again answers the run that it has; nothing is judged twice.', {
          color: color.muted,
          height: 48,
        }),
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
      'Every week that was judged, and who could not be.',
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
          empty: { title: 'No run yet', hint: 'Press "Evaluate a week", or wait for Monday.' },
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
    section('runsFailuresTitle', 'Who could not be judged in the chosen run'),
    [
      cell(
        tableOf('failuresTable', 'failures', {
          title: 'Failed builders',
          height: 320,
          perPage: 5,
          search: false,
          empty: {
            title: 'Nobody',
            hint: 'Choose a run above; if it is chosen, everybody in it was judged.',
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
        button('runsRetry', 'Judge them again', [run('retryFailed')], {
          busy: '{{queries.retryFailed.isLoading}}',
          disabled: '{{!(components.runsTable.selectedRow?.failed > 0)}}',
        }),
        1,
      ),
      cell(
        text('runsRetryHint', 'Judged builders are left as they are.', { color: color.muted, height: 40 }),
        3,
      ),
    ],
    [cell(startRunModal)],
  ],
};
