import { resources } from '@ai-manager/api/catalogue';
import { load, run } from '../build/actions.ts';
import { cardOf, pageHeader, section, statusColor, tableOf } from '../build/blocks.ts';
import { choicesOf, dropdown, valuesOf } from '../build/fields.ts';
import { color } from '../build/look.ts';
import type { Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, text } from '../build/widgets.ts';

export const jobQueries: Query[] = [
  api.read('queues', 'job.queues', { transform: 'queues' }),
  api.read('jobs', 'job.list', {
    options: { limit: '500', state: '{{components.jobsState.value}}' },
    transform: 'jobs',
  }),
  api.write('retryJob', 'job.retry', {
    options: { jobId: '{{components.jobsTable.selectedRow.id}}' },
    done: 'The job is queued again.',
    next: [run('jobs'), run('queues')],
  }),
  api.write('discardJob', 'job.discard', {
    options: { jobId: '{{components.jobsTable.selectedRow.id}}' },
    confirm: 'Permanently discard this dead letter? It cannot be restored.',
    done: 'The dead letter is discarded.',
    next: [run('jobs'), run('queues')],
  }),
];

const NO_JOBS = { title: 'No queues', hint: 'No jobs were created yet.' };

export const jobsPage: Page = {
  handle: 'jobs',
  name: 'Jobs',
  icon: 'IconStack',
  onLoad: load('directory', 'queues', 'jobs'),
  rows: [
    ...pageHeader('jobs', 'Jobs', 'Background jobs and their state.', ['queues', 'jobs']),
    [
      cell(cardOf('jobsDead', 'queues', { from: 'deadCard', height: 120, empty: NO_JOBS })),
      cell(cardOf('jobsWaiting', 'queues', { from: 'waitingCard', height: 120, empty: NO_JOBS })),
      cell(cardOf('jobsRunning', 'queues', { from: 'runningCard', height: 120, empty: NO_JOBS })),
    ],
    [
      cell(
        dropdown('jobsState', {
          label: 'State',
          choices: choicesOf(valuesOf(resources.job.operations.list.input.shape.state)),
          onSelect: [run('jobs')],
        }),
        1,
      ),
      cell(text('jobsSpace', '', { height: 64, mobileHeight: 8 }), 2),
    ],
    [
      cell(
        tableOf('jobsTable', 'jobs', {
          title: 'Jobs',
          height: 520,
          perPage: 8,
          onRow: [],
          empty: { title: 'No jobs found', hint: 'Choose another state.' },
          columns: [
            { key: 'queue', title: 'Queue', width: 170 },
            { key: 'state', title: 'State', width: 110, color: statusColor },
            { key: 'about', title: 'Subject', width: 260 },
            { key: 'attempts', title: 'Attempts', width: 85, align: 'right' },
            { key: 'reason', title: 'Failure reason', width: 285, wrap: true },
            { key: 'created', title: 'Created', width: 230 },
          ],
        }),
      ),
    ],
    [
      cell(
        button('jobsRetry', 'Retry', [run('retryJob')], {
          busy: '{{queries.retryJob.isLoading}}',
          disabled: "{{components.jobsTable.selectedRow?.state !== 'dead'}}",
        }),
        1,
      ),
      cell(
        button('jobsDiscard', 'Discard', [run('discardJob')], {
          kind: 'danger',
          busy: '{{queries.discardJob.isLoading}}',
          disabled: "{{components.jobsTable.selectedRow?.state !== 'dead'}}",
        }),
        1,
      ),
      cell(
        text('jobsHint', 'Choose a dead letter to retry or discard it.', { color: color.muted, height: 40 }),
        3,
      ),
    ],
    section('queuesTitle', 'Queues'),
    [
      cell(
        tableOf('queuesTable', 'queues', {
          title: 'Queues',
          height: 320,
          perPage: 6,
          search: false,
          empty: NO_JOBS,
          columns: [
            { key: 'queue', title: 'Queue', width: 220 },
            { key: 'depth', title: 'Waiting', width: 100, align: 'right' },
            { key: 'running', title: 'Running', width: 100, align: 'right' },
            { key: 'failed', title: 'Dead', width: 100, align: 'right' },
            { key: 'oldest', title: 'Oldest waiting', width: 130, align: 'right' },
          ],
        }),
      ),
    ],
  ],
};
