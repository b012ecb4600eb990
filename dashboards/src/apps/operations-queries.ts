import { clear, close, open, run } from '../build/actions.ts';
import type { Query } from '../build/model.ts';
import { api, n8nQueries } from '../build/queries.ts';
import { auditQuery } from './audit.ts';

const endpointId = '{{components.webhooksTable.selectedRow.id}}';

const runs: Query[] = [
  api.read('runs', 'evaluation.listRuns', { options: { limit: '100' }, transform: 'runs' }),
  api.read('failures', 'evaluation.getRun', {
    options: { runId: '{{components.runsTable.selectedRow.runId}}' },
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

const jobs: Query[] = [
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

const webhooks: Query[] = [
  api.read('endpoints', 'webhook.list', { options: { limit: '500' }, transform: 'endpoints' }),
  api.read('deliveries', 'webhook.listDeliveries', {
    options: { endpointId, limit: '200' },
    transform: 'deliveries',
  }),
  api.write('createEndpoint', 'webhook.create', {
    options: { url: '{{components.endpointUrl.value}}', input_events: '{{components.endpointEvents.value}}' },
    done: 'The endpoint is subscribed. Copy its secret now.',
    next: [close('endpointModal'), clear('endpointUrl'), open('secretModal'), run('endpoints')],
  }),
  api.write('testEndpoint', 'webhook.test', {
    options: { endpointId },
    done: 'A sample event is on its way.',
    next: [run('deliveries')],
  }),
  api.write('switchEndpoint', 'webhook.update', {
    options: { endpointId, enabled: '{{!components.webhooksTable.selectedRow.enabled}}' },
    confirm: 'Change whether events are delivered to this endpoint?',
    done: 'The endpoint was changed.',
    next: [run('endpoints')],
  }),
  api.write('deleteEndpoint', 'webhook.delete', {
    options: { endpointId },
    confirm: 'Unsubscribe this endpoint? Its deliveries and secret are gone.',
    done: 'The endpoint is unsubscribed.',
    next: [run('endpoints')],
  }),
  api.write('resendDelivery', 'webhook.resend', {
    options: { deliveryId: '{{components.deliveriesTable.selectedRow.deliveryId}}' },
    done: 'The event is delivered again.',
    next: [run('deliveries')],
  }),
];

const audit: Query[] = [
  auditQuery,
  api.write('verifyAudit', 'audit.verify', { transform: 'verdict', done: 'The chain was checked.' }),
];

const workflows: Query[] = [
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
    confirm: 'Stop this workflow from running by itself?',
    done: 'The workflow is off.',
    next: [run('workflows')],
  }),
  n8nQueries.write('retryExecution', 'execution.retry', {
    options: { executionId: '{{components.executionsTable.selectedRow.id}}' },
    confirm: 'Run this execution again?',
    done: 'The execution runs again.',
    next: [run('executions')],
  }),
];

export const operationsQueries: Query[] = [...runs, ...jobs, ...webhooks, ...audit, ...workflows];
