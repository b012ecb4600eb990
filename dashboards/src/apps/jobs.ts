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
    done: 'The job is tried again.',
    next: [run('jobs'), run('queues')],
  }),
  api.write('discardJob', 'job.discard', {
    options: { jobId: '{{components.jobsTable.selectedRow.id}}' },
    confirm: 'Discard this dead letter for good? It cannot be brought back.',
    done: 'The dead letter is gone.',
    next: [run('jobs'), run('queues')],
  }),
];

const NO_JOBS = { title: 'No queues', hint: 'No job was ever made.' };

export const jobsPage: Page = {
  handle: 'jobs',
  name: 'Jobs',
  icon: 'IconStack',
  onLoad: load('queues', 'jobs'),
  rows: [
    ...pageHeader('jobs', 'Jobs', 'Work in the background, and what became of it.', ['queues', 'jobs']),
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
          empty: { title: 'No such jobs', hint: 'Choose another state to see others.' },
          columns: [
            { key: 'queue', title: 'Queue', width: 170 },
            { key: 'state', title: 'State', width: 90, color: statusColor },
            { key: 'about', title: 'About', width: 270 },
            { key: 'attempts', title: 'Attempts', width: 85, align: 'right' },
            { key: 'reason', title: 'Why it failed', width: 310, wrap: true },
            { key: 'created', title: 'Created', width: 210 },
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
            { key: 'oldest', title: 'Oldest waits', width: 130, align: 'right' },
          ],
        }),
      ),
    ],
  ],
};
