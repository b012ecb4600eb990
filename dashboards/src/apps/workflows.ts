import { load, run } from '../build/actions.ts';
import { pageHeader, statusColor, tableOf } from '../build/blocks.ts';
import { dropdown } from '../build/fields.ts';
import type { Page, Query } from '../build/model.ts';
import { n8nQueries } from '../build/queries.ts';
import { button, cell, text } from '../build/widgets.ts';

export const workflowQueries: Query[] = [
  n8nQueries.read('workflows', 'workflows.list', {
    options: { limit: '250' },
    transform: 'workflows',
    next: [run('executions')],
  }),
  n8nQueries.read('executions', 'executions.list', {
    options: { limit: '100', status: '{{components.executionsStatus.value}}' },
    transform: 'executions',
  }),
  n8nQueries.write('activateWorkflow', 'workflow.activate', {
    options: { workflowId: '{{components.workflowsTable.selectedRow.id}}' },
    done: 'The workflow is active.',
    next: [run('workflows')],
  }),
  n8nQueries.write('deactivateWorkflow', 'workflow.deactivate', {
    options: { workflowId: '{{components.workflowsTable.selectedRow.id}}' },
    confirm: 'Deactivate this workflow? Its triggers stop.',
    done: 'The workflow is deactivated.',
    next: [run('workflows')],
  }),
  n8nQueries.write('retryExecution', 'execution.retry', {
    options: { executionId: '{{components.executionsTable.selectedRow.id}}' },
    confirm: 'Retry this execution?',
    done: 'The execution is being retried.',
    next: [run('executions')],
  }),
];

export const workflowsPage: Page = {
  handle: 'workflows',
  name: 'Workflows',
  icon: 'IconGitBranch',
  onLoad: load('workflows'),
  rows: [
    ...pageHeader('workflows', 'Workflows', 'n8n workflows of AI Manager and their executions.', [
      'workflows',
    ]),
    [
      cell(
        tableOf('workflowsTable', 'workflows', {
          title: 'Workflows',
          height: 360,
          perPage: 5,
          onRow: [],
          empty: { title: 'No workflows', hint: 'Import the workflows of this repository into n8n first.' },
          columns: [
            { key: 'name', title: 'Workflow', width: 320 },
            { key: 'state', title: 'State', width: 100, color: statusColor },
            { key: 'tags', title: 'Tags', width: 180 },
            { key: 'updated', title: 'Updated', width: 210 },
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
        button('workflowsDeactivate', 'Deactivate', [run('deactivateWorkflow')], {
          kind: 'danger',
          busy: '{{queries.deactivateWorkflow.isLoading}}',
          disabled: "{{components.workflowsTable.selectedRow?.state !== 'active'}}",
        }),
      ),
      cell(
        dropdown('executionsStatus', {
          label: 'Execution status',
          choices: [
            ['error', 'Failed'],
            ['success', 'Succeeded'],
            ['running', 'Running'],
            ['waiting', 'Waiting'],
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
          empty: { title: 'No executions', hint: 'No executions match.' },
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
