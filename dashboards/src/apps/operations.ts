import { JOB_STATES } from '../../../ai-api/src/platform/job-states.ts';
import { close, load, open, run } from '../build/actions.ts';
import { cardOf, pageHeader, section, statusColor, tableOf } from '../build/blocks.ts';
import { color } from '../build/look.ts';
import type { App, Page } from '../build/model.ts';
import { button, cell, choicesOf, dropdown, html, input, modal, text } from '../build/widgets.ts';
import { agentQueries, agentsPage } from './agents.ts';
import { auditPage } from './audit.ts';
import { decisionQueries, decisionsPage } from './decisions.ts';
import { EVENT_CHOICES } from './event-choices.ts';
import { operationsQueries } from './operations-queries.ts';

const unless = (table: string, key: string) => `{{!components.${table}.selectedRow?.${key}}}`;

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

const runsPage: Page = {
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
          onRow: [run('failures')],
          empty: { title: 'No run yet', hint: 'Press "Evaluate a week", or wait for Monday.' },
          columns: [
            { key: 'week', title: 'Week', width: 110 },
            { key: 'kind', title: 'Kind', width: 100 },
            { key: 'status', title: 'Status', width: 170, color: statusColor },
            { key: 'judged', title: 'Judged', width: 90, align: 'right' },
            { key: 'failed', title: 'Failed', width: 90, align: 'right' },
            { key: 'needsReview', title: 'Need review', width: 120, align: 'right' },
            { key: 'sent', title: 'E-mails', width: 120 },
            { key: 'engine', title: 'Engine', width: 150 },
            { key: 'started', title: 'Started', width: 210 },
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

const NO_JOBS = { title: 'No queues', hint: 'No job was ever made.' };

const jobsPage: Page = {
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
          choices: choicesOf(JOB_STATES),
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
            { key: 'queue', title: 'Queue', width: 180 },
            { key: 'state', title: 'State', width: 110, color: statusColor },
            { key: 'about', title: 'About', width: 320 },
            { key: 'attempts', title: 'Attempts', width: 100, align: 'right' },
            { key: 'reason', title: 'Why it failed', width: 320, wrap: true },
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

const endpointModal = modal('endpointModal', {
  title: 'Subscribe an endpoint',
  size: 'lg',
  height: 240,
  rows: [
    [cell(input('endpointUrl', { label: 'URL', placeholder: 'https://example.com/hooks', required: true }))],
    [
      cell(
        dropdown('endpointEvents', {
          label: 'Event',
          placeholder: 'Choose',
          choices: EVENT_CHOICES,
          required: true,
        }),
      ),
    ],
  ],
  footer: [
    [
      cell(button('endpointCancel', 'Cancel', [close('endpointModal')])),
      cell(
        button('endpointSave', 'Subscribe', [run('createEndpoint')], {
          kind: 'primary',
          busy: '{{queries.createEndpoint.isLoading}}',
          disabled: '{{!components.endpointUrl.value || !components.endpointEvents.value}}',
        }),
      ),
    ],
  ],
});

const secretModal = modal('secretModal', {
  title: 'The secret of the endpoint',
  size: 'lg',
  height: 200,
  rows: [
    [
      cell(
        text('secretHint', 'Deliveries are signed with it. It is shown once, here: copy it now.', {
          color: color.warning,
          height: 40,
        }),
      ),
    ],
    [cell(text('secretValue', '{{queries.createEndpoint.data?.secret}}', { bold: true, height: 64 }))],
  ],
  footer: [[cell(button('secretClose', 'I have copied it', [close('secretModal')], { kind: 'primary' }))]],
});

const webhooksPage: Page = {
  handle: 'webhooks',
  name: 'Webhooks',
  icon: 'IconWebhook',
  onLoad: load('endpoints'),
  rows: [
    ...pageHeader(
      'webhooks',
      'Webhooks',
      'Where events are delivered, and whether they arrive.',
      ['endpoints'],
      [button('webhooksCreate', 'Subscribe an endpoint', [open('endpointModal')], { kind: 'primary' })],
    ),
    [
      cell(
        tableOf('webhooksTable', 'endpoints', {
          title: 'Endpoints',
          height: 360,
          perPage: 5,
          onRow: [run('deliveries')],
          empty: { title: 'Nobody listens', hint: 'Press "Subscribe an endpoint" to send events somewhere.' },
          columns: [
            { key: 'url', title: 'URL', width: 340 },
            { key: 'state', title: 'State', width: 110, color: statusColor },
            { key: 'reason', title: 'Why', width: 220 },
            { key: 'events', title: 'Events', width: 260 },
            { key: 'last', title: 'Last delivery', width: 320 },
          ],
        }),
      ),
    ],
    [
      cell(
        button('webhooksTest', 'Send a sample', [run('testEndpoint')], {
          busy: '{{queries.testEndpoint.isLoading}}',
          disabled: unless('webhooksTable', 'id'),
        }),
      ),
      cell(
        button(
          'webhooksSwitch',
          "{{components.webhooksTable.selectedRow?.enabled === false ? 'Deliver again' : 'Stop delivering'}}",
          [run('switchEndpoint')],
          { busy: '{{queries.switchEndpoint.isLoading}}', disabled: unless('webhooksTable', 'id') },
        ),
      ),
      cell(
        button('webhooksDelete', 'Unsubscribe', [run('deleteEndpoint')], {
          kind: 'danger',
          busy: '{{queries.deleteEndpoint.isLoading}}',
          disabled: unless('webhooksTable', 'id'),
        }),
      ),
    ],
    section('deliveriesTitle', 'Deliveries to the chosen endpoint'),
    [
      cell(
        tableOf('deliveriesTable', 'deliveries', {
          title: 'Deliveries',
          height: 400,
          perPage: 6,
          search: false,
          onRow: [],
          empty: { title: 'No deliveries', hint: 'Choose an endpoint above, or send it a sample.' },
          columns: [
            { key: 'event', title: 'Event', width: 220 },
            { key: 'status', title: 'Status', width: 110, color: statusColor },
            { key: 'attempts', title: 'Attempts', width: 100, align: 'right' },
            { key: 'answer', title: 'Last answer', width: 260 },
            { key: 'created', title: 'Created', width: 210 },
            { key: 'next', title: 'Next attempt', width: 210 },
          ],
        }),
      ),
    ],
    [
      cell(
        button('deliveriesResend', 'Deliver again', [run('resendDelivery')], {
          busy: '{{queries.resendDelivery.isLoading}}',
          disabled: unless('deliveriesTable', 'deliveryId'),
        }),
        1,
      ),
      cell(text('deliveriesSpace', '', { height: 40, mobileHeight: 8 }), 3),
    ],
    [cell(endpointModal)],
    [cell(secretModal)],
  ],
};

const verifiedAuditPage: Page = {
  ...auditPage,
  rows: [
    ...auditPage.rows,
    section('auditVerifyTitle', 'Was the trail altered?'),
    [
      cell(
        button('auditVerify', 'Check the whole chain', [run('verifyAudit')], {
          busy: '{{queries.verifyAudit.isLoading}}',
        }),
        1,
      ),
      cell(
        html(
          'auditVerdict',
          '{{queries.verifyAudit.data?.card ?? "Not checked yet. Only administrators may check."}}',
          {
            height: 200,
            mobileHeight: 240,
          },
        ),
        3,
      ),
    ],
  ],
};

const workflowsPage: Page = {
  handle: 'workflows',
  name: 'Workflows',
  icon: 'IconGitBranch',
  onLoad: load('workflows'),
  rows: [
    ...pageHeader('workflows', 'Workflows', 'What n8n runs for AI Manager, and how it went.', ['workflows']),
    [
      cell(
        tableOf('workflowsTable', 'workflows', {
          title: 'Workflows',
          height: 360,
          perPage: 5,
          onRow: [],
          empty: { title: 'No workflows', hint: 'Import those of the repository into n8n first.' },
          columns: [
            { key: 'name', title: 'Workflow', width: 320 },
            { key: 'state', title: 'State', width: 100, color: statusColor },
            { key: 'tags', title: 'Tags', width: 180 },
            { key: 'updated', title: 'Changed', width: 210 },
          ],
        }),
      ),
    ],
    [
      cell(
        button('workflowsActivate', 'Activate', [run('activateWorkflow')], {
          busy: '{{queries.activateWorkflow.isLoading}}',
          disabled: "{{components.workflowsTable.selectedRow?.state !== 'off'}}",
        }),
      ),
      cell(
        button('workflowsDeactivate', 'Switch off', [run('deactivateWorkflow')], {
          kind: 'danger',
          busy: '{{queries.deactivateWorkflow.isLoading}}',
          disabled: "{{components.workflowsTable.selectedRow?.state !== 'active'}}",
        }),
      ),
      cell(
        dropdown('executionsStatus', {
          label: 'Executions that',
          choices: [
            ['error', 'Failed'],
            ['success', 'Succeeded'],
            ['running', 'Run'],
            ['waiting', 'Wait'],
          ],
          onSelect: [run('executions')],
        }),
      ),
    ],
    [
      cell(
        tableOf('executionsTable', 'executions', {
          title: 'Executions',
          height: 480,
          perPage: 8,
          onRow: [],
          empty: { title: 'No executions', hint: 'Nothing ran that matches.' },
          columns: [
            { key: 'workflow', title: 'Workflow', width: 320 },
            { key: 'status', title: 'Status', width: 110, color: statusColor },
            { key: 'mode', title: 'Started by', width: 120 },
            { key: 'started', title: 'Started', width: 210 },
            { key: 'stopped', title: 'Ended', width: 210 },
          ],
        }),
      ),
    ],
    [
      cell(
        button('executionsRetry', 'Retry', [run('retryExecution')], {
          busy: '{{queries.retryExecution.isLoading}}',
          disabled: "{{components.executionsTable.selectedRow?.status !== 'error'}}",
        }),
        1,
      ),
      cell(text('executionsSpace', '', { height: 40, mobileHeight: 8 }), 3),
    ],
  ],
};

/** For operations: runs, jobs, webhooks, the audit trail, and n8n. */
export const operations: App = {
  slug: 'ai-manager-operations',
  name: 'AI Manager for operations',
  groups: ['ai-manager-operations'],
  queries: [...operationsQueries, ...decisionQueries, ...agentQueries],
  pages: [
    runsPage,
    jobsPage,
    webhooksPage,
    decisionsPage(false),
    agentsPage(false),
    verifiedAuditPage,
    workflowsPage,
  ],
};
