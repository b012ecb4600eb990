import { resources } from '@ai-manager/api/catalogue';
import { load, run, set } from '../build/actions.ts';
import { cardOf, pageHeader, statusColor, tableOf } from '../build/blocks.ts';
import { choicesOf, dropdown, input, valuesOf } from '../build/fields.ts';
import type { Page, Query, Row } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, tabs } from '../build/widgets.ts';

const instanceId = '{{variables.instanceId}}';
const again = [run('instances'), run('instanceCounts'), run('instance')];

export const instanceQueries: Query[] = [
  api.read('instanceCounts', 'workflow.count', { transform: 'instance-counts' }),
  api.read('instances', 'workflow.list', {
    options: { limit: '200', state: '{{components.instancesState.value}}' },
    transform: 'instances',
  }),
  api.read('instance', 'workflow.complete', { options: { instanceId }, transform: 'instance' }),
  api.write('pauseInstance', 'workflow.pause', {
    options: { instanceId },
    done: 'The workflow is paused.',
    next: again,
  }),
  api.write('resumeInstance', 'workflow.resume', {
    options: { instanceId },
    done: 'The workflow goes on.',
    next: again,
  }),
  api.write('retryInstance', 'workflow.retry', {
    options: { instanceId },
    done: 'The workflow goes on from the step that failed.',
    next: again,
  }),
  api.write('stopInstance', 'workflow.cancel', {
    options: { instanceId, mode: 'stop', reason: '{{components.instanceReason.value}}' },
    confirm: 'Stop this workflow? What its steps did stays as it is.',
    done: 'The workflow is stopped.',
    next: again,
  }),
  api.write('undoInstance', 'workflow.cancel', {
    options: { instanceId, mode: 'undo', reason: '{{components.instanceReason.value}}' },
    confirm: 'Undo this workflow? Everything that its steps did is undone, the last first.',
    done: 'The workflow is being undone.',
    next: again,
  }),
];

const PICK = { title: 'No workflow chosen', hint: 'Choose a workflow from the list.' };
const NO_COUNTS = { title: 'Unknown', hint: 'The figures could not be loaded.' };
const DETAIL = 680;
const inside = DETAIL - 96;
const is = (...states: string[]) =>
  `[${states.map((state) => `'${state}'`).join(', ')}].includes(queries.instance.data?.state)`;
const open = is('queued', 'running', 'waiting', 'paused');

const timeline: Row[] = [
  [
    cell(
      cardOf('instanceTimeline', 'instance', { from: 'timeline', height: inside, card: false, empty: PICK }),
    ),
  ],
];

const steps: Row[] = [
  [
    cell(
      tableOf('instanceSteps', 'instance', {
        title: 'Steps',
        rows: 'queries.instance.data?.steps',
        height: inside,
        perPage: 10,
        search: false,
        empty: PICK,
        columns: [
          { key: 'path', title: 'Step', width: 150 },
          { key: 'state', title: 'State', width: 100, color: statusColor },
          { key: 'attempt', title: 'Attempts', width: 85, align: 'right' },
          { key: 'note', title: 'Waits for, or failed because', width: 245, wrap: true },
        ],
      }),
    ),
  ],
];

const act = (name: string, label: string, query: string, enabled: string, kind?: 'danger') =>
  cell(
    button(name, label, [run(query)], {
      busy: `{{queries.${query}.isLoading}}`,
      disabled: `{{!(${enabled})}}`,
      ...(kind ? { kind } : {}),
    }),
  );
const hasReason = "(components.instanceReason.value ?? '').length > 2";

const actions: Row[] = [
  [
    cell(
      cardOf('instanceAdvice', 'instance', { from: 'card', height: inside - 216, card: false, empty: PICK }),
    ),
  ],
  [
    act('instanceRetry', 'Retry', 'retryInstance', is('failed', 'cancelled', 'compensation_failed')),
    act('instancePause', 'Pause', 'pauseInstance', is('queued', 'running', 'waiting')),
    act('instanceResume', 'Resume', 'resumeInstance', is('paused')),
  ],
  [cell(input('instanceReason', { label: 'Reason for stopping or undoing' }))],
  [
    act('instanceStop', 'Stop', 'stopInstance', `${open} && ${hasReason}`, 'danger'),
    act('instanceUndo', 'Undo', 'undoInstance', `${open} && ${hasReason}`, 'danger'),
  ],
];

export const instancesPage: Page = {
  handle: 'instances',
  name: 'Processes',
  icon: 'IconRoute',
  onLoad: load('instanceCounts', 'instances'),
  rows: [
    ...pageHeader(
      'instances',
      'Processes',
      'Instances of workflow templates: what runs, what waits for whom, and what a person has to repair.',
      ['instanceCounts', 'instances'],
    ),
    [
      cell(
        cardOf('instancesBroken', 'instanceCounts', { from: 'brokenCard', height: 120, empty: NO_COUNTS }),
      ),
      cell(cardOf('instancesOpen', 'instanceCounts', { from: 'openCard', height: 120, empty: NO_COUNTS })),
      cell(
        cardOf('instancesWaiting', 'instanceCounts', { from: 'waitingCard', height: 120, empty: NO_COUNTS }),
      ),
      cell(cardOf('instancesEnded', 'instanceCounts', { from: 'endedCard', height: 120, empty: NO_COUNTS })),
    ],
    [
      cell(
        dropdown('instancesState', {
          label: 'State',
          choices: choicesOf(valuesOf(resources.workflow.operations.list.input.shape.state)),
          onSelect: [run('instances')],
        }),
      ),
    ],
    [
      cell(
        tableOf('instancesTable', 'instances', {
          title: 'Processes',
          height: DETAIL,
          onRow: [set('instanceId', '{{components.instancesTable.selectedRow.instanceId}}'), run('instance')],
          empty: {
            title: 'No processes',
            hint: 'Choose another state, or start one with POST /api/v1/workflows/execute.',
          },
          columns: [
            { key: 'template', title: 'Template', width: 150 },
            { key: 'state', title: 'State', width: 130, color: statusColor },
            { key: 'by', title: 'Started by', width: 110 },
            { key: 'at', title: 'Started', width: 110 },
          ],
        }),
        5,
      ),
      cell(
        tabs('instanceTabs', {
          height: DETAIL,
          tabs: [
            { id: 'timeline', title: 'Timeline', rows: timeline },
            { id: 'steps', title: 'Steps', rows: steps },
            { id: 'actions', title: 'What to do', rows: actions },
          ],
        }),
        6,
      ),
    ],
  ],
};
