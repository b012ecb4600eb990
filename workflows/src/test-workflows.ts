import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const link = (node: string) => [{ node, type: 'main', index: 0 }];

/** Webhook -> Settings -> one item per address -> Send Email, whose failures leave by its second output. */
export function mailWorkflow(subject: string): unknown {
  return {
    id: 'send-a-mail',
    name: 'Send a mail',
    active: true,
    tags: ['mail', 'test'],
    settings: { executionOrder: 'v1', errorWorkflow: 'report-errors' },
    nodes: [
      {
        id: 'hook',
        name: 'Hook',
        type: 'n8n-nodes-base.webhook',
        typeVersion: 2.1,
        position: [0, 0],
        parameters: {
          httpMethod: 'POST',
          path: 'send-a-mail',
          authentication: 'headerAuth',
          responseMode: 'onReceived',
          options: { responseData: '={{ JSON.stringify({ executionId: $execution.id }) }}' },
        },
        credentials: { httpHeaderAuth: { name: 'Hook key' } },
      },
      {
        id: 'settings',
        name: 'Settings',
        type: 'n8n-nodes-base.set',
        typeVersion: 3.4,
        position: [220, 0],
        parameters: {
          includeOtherFields: true,
          assignments: {
            assignments: [{ id: 'from', name: 'mailFrom', value: 'noreply@example.com', type: 'string' }],
          },
          options: {},
        },
      },
      {
        id: 'split',
        name: 'Each address',
        type: 'n8n-nodes-base.splitOut',
        typeVersion: 1,
        position: [440, 0],
        parameters: { fieldToSplitOut: 'body.to', options: { destinationFieldName: 'to' } },
      },
      {
        id: 'send',
        name: 'Send',
        type: 'n8n-nodes-base.emailSend',
        typeVersion: 2.1,
        position: [660, 0],
        onError: 'continueErrorOutput',
        parameters: {
          fromEmail: "={{ $('Settings').first().json.mailFrom }}",
          toEmail: '={{ $json.to }}',
          subject,
          emailFormat: 'html',
          html: '=<p>Grüße an <b>{{ $json.to }}</b></p>',
          options: { appendAttribution: false },
        },
        credentials: { smtp: { name: 'Mail' } },
      },
      noOperation('Sent', [880, -100]),
      {
        id: 'not-sent',
        name: 'Not sent',
        type: 'n8n-nodes-base.stopAndError',
        typeVersion: 1,
        position: [880, 100],
        parameters: { errorMessage: '=No mail to {{ $json.to }}: {{ $json.error }}' },
      },
    ],
    connections: {
      Hook: { main: [link('Settings')] },
      Settings: { main: [link('Each address')] },
      'Each address': { main: [link('Send')] },
      Send: { main: [link('Sent'), link('Not sent')] },
    },
  };
}

/** Runs when another workflow fails. */
export function errorWorkflow(): unknown {
  return {
    id: 'report-errors',
    name: 'Report errors',
    active: true,
    settings: { executionOrder: 'v1' },
    nodes: [trigger('On error', 'n8n-nodes-base.errorTrigger'), noOperation('Reported', [220, 0])],
    connections: { 'On error': { main: [link('Reported')] } },
  };
}

/** Has no id in its file, and is not active. */
export function manualWorkflow(): unknown {
  return {
    name: 'Started by hand',
    nodes: [trigger('By hand', 'n8n-nodes-base.manualTrigger')],
    connections: {},
  };
}

/** Active, with the trigger of `writeFragileNodes`. */
export function fragileWorkflow(): unknown {
  return {
    id: 'fragile',
    name: 'Fragile',
    active: true,
    nodes: [trigger('Fragile trigger', 'n8n-nodes-fragile.fragile')],
    connections: {},
  };
}

/** Writes a package with a trigger that cannot subscribe while the file `broken` exists. */
export function writeFragileNodes(directory: string, broken: string): string {
  mkdirSync(join(directory, 'dist'), { recursive: true });
  mkdirSync(join(directory, '..', 'workflows'), { recursive: true });
  const n8n = { n8nNodesApiVersion: 1, nodes: ['dist/Fragile.node.js'], credentials: [] };
  writeFileSync(
    join(directory, 'package.json'),
    JSON.stringify({ name: 'n8n-nodes-fragile', version: '0.0.0', n8n }),
  );
  writeFileSync(
    join(directory, 'dist', 'Fragile.node.js'),
    `const { existsSync } = require('node:fs');
exports.Fragile = class {
  description = {
    displayName: 'Fragile', name: 'fragile', group: ['trigger'], version: 1, description: 'Fails on demand',
    defaults: { name: 'Fragile' }, inputs: [], outputs: ['main'], properties: [],
    webhooks: [{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'webhook' }],
  };
  webhookMethods = { default: {
    async checkExists() { return false; },
    async create() {
      if (existsSync(${JSON.stringify(broken)})) throw new Error('the other side is not there');
      return true;
    },
    async delete() { return true; },
  } };
  async webhook() { return {}; }
};`,
  );
  return directory;
}

function trigger(name: string, type: string): unknown {
  return { id: name, name, type, typeVersion: 1, position: [0, 0], parameters: {}, webhookId: undefined };
}

function noOperation(name: string, position: [number, number]): unknown {
  return { id: name, name, type: 'n8n-nodes-base.noOp', typeVersion: 1, position, parameters: {} };
}
