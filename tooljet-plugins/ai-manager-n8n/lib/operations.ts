import { inBody, inPath, inQuery, type ServiceOperation } from '../../common/service-operation.ts';

const workflowId = inPath('id', 'Workflow', { key: 'workflowId', description: 'Id' });
const executionId = inPath('id', 'Execution', { key: 'executionId', description: 'Id' });
const paging = [
  inQuery('limit', 'Rows', { type: 'number', placeholder: '100' }),
  inQuery('cursor', 'Start after', { description: 'nextCursor of the previous page' }),
];

/** What the plugin offers of n8n's public API, and its webhooks. */
export const operations = {
  'workflows.list': {
    group: 'Workflows',
    title: 'List workflows',
    method: 'GET',
    path: '/api/v1/workflows',
    fields: [
      inQuery('active', 'Active', { type: 'boolean', placeholder: 'true | false' }),
      inQuery('name', 'Name'),
      inQuery('tags', 'Tags', { placeholder: 'ai-manager' }),
      ...paging,
    ],
  },
  'workflow.get': {
    group: 'Workflows',
    title: 'Get a workflow',
    method: 'GET',
    path: '/api/v1/workflows/{id}',
    fields: [workflowId],
  },
  'workflow.activate': {
    group: 'Workflows',
    title: 'Activate a workflow',
    description: 'Its webhooks are registered shortly after the response.',
    method: 'POST',
    path: '/api/v1/workflows/{id}/activate',
    fields: [workflowId],
  },
  'workflow.deactivate': {
    group: 'Workflows',
    title: 'Deactivate a workflow',
    method: 'POST',
    path: '/api/v1/workflows/{id}/deactivate',
    fields: [workflowId],
  },
  'workflow.run': {
    group: 'Workflows',
    title: 'Run a workflow by its webhook',
    description: 'Sent once, never retried. A failing workflow returns 500.',
    method: 'POST',
    path: '/webhook/{path}',
    fields: [
      inPath('path', 'Webhook path', { key: 'webhookPath', placeholder: 'weekly-evaluation' }),
      inBody('body', 'Body', { type: 'json', placeholder: '{"week": "2026-W46"}' }),
    ],
  },
  'executions.list': {
    group: 'Executions',
    title: 'List executions',
    method: 'GET',
    path: '/api/v1/executions',
    fields: [
      inQuery('workflowId', 'Workflow'),
      inQuery('status', 'Status', { choices: ['success', 'error', 'waiting', 'running', 'canceled'] }),
      inQuery('includeData', 'Include data', { type: 'boolean', placeholder: 'true | false' }),
      ...paging,
    ],
  },
  'execution.get': {
    group: 'Executions',
    title: 'Get an execution',
    method: 'GET',
    path: '/api/v1/executions/{id}',
    fields: [
      executionId,
      inQuery('includeData', 'Include data', { type: 'boolean', placeholder: 'true | false' }),
    ],
  },
  'execution.retry': {
    group: 'Executions',
    title: 'Retry a failed execution',
    method: 'POST',
    path: '/api/v1/executions/{id}/retry',
    fields: [
      executionId,
      inBody('loadWorkflow', 'Use the latest workflow', { type: 'boolean', placeholder: 'true | false' }),
    ],
  },
  'execution.stop': {
    group: 'Executions',
    title: 'Stop a running execution',
    method: 'POST',
    path: '/api/v1/executions/{id}/stop',
    fields: [executionId],
  },
} as const satisfies Record<string, ServiceOperation>;
