import { clear, close, load, open, run } from '../build/actions.ts';
import { pageHeader, section, statusColor, tableOf } from '../build/blocks.ts';
import { dropdown, input } from '../build/fields.ts';
import { color } from '../build/look.ts';
import type { Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, modal, text } from '../build/widgets.ts';
import { EVENT_CHOICES } from './event-choices.ts';

const endpointId = '{{components.webhooksTable.selectedRow.id}}';

export const webhookQueries: Query[] = [
  api.read('endpoints', 'webhook.list', { options: { limit: '500' }, transform: 'endpoints' }),
  api.read('deliveries', 'webhook.listDeliveries', {
    options: { endpointId, limit: '200' },
    transform: 'deliveries',
  }),
  api.write('createEndpoint', 'webhook.create', {
    options: { url: '{{components.endpointUrl.value}}', input_events: '{{components.endpointEvents.value}}' },
    done: 'The endpoint is added. Copy its secret now.',
    next: [close('endpointModal'), clear('endpointUrl'), open('secretModal'), run('endpoints')],
  }),
  api.write('testEndpoint', 'webhook.test', {
    options: { endpointId },
    done: 'A sample event is queued for delivery.',
    next: [run('deliveries')],
  }),
  api.write('switchEndpoint', 'webhook.update', {
    options: { endpointId, enabled: '{{!components.webhooksTable.selectedRow.enabled}}' },
    confirm: 'Change whether this endpoint receives events?',
    done: 'The endpoint is updated.',
    next: [run('endpoints')],
  }),
  api.write('deleteEndpoint', 'webhook.delete', {
    options: { endpointId },
    confirm: 'Delete this endpoint? Its deliveries and secret are deleted too.',
    done: 'The endpoint is deleted.',
    next: [run('endpoints')],
  }),
  api.write('resendDelivery', 'webhook.resend', {
    options: { deliveryId: '{{components.deliveriesTable.selectedRow.deliveryId}}' },
    done: 'The event is queued for delivery again.',
    next: [run('deliveries')],
  }),
];

const unless = (table: string, key: string) => `{{!components.${table}.selectedRow?.${key}}}`;

const endpointModal = modal('endpointModal', {
  title: 'Add endpoint',
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
        button('endpointSave', 'Add', [run('createEndpoint')], {
          kind: 'primary',
          busy: '{{queries.createEndpoint.isLoading}}',
          disabled: '{{!components.endpointUrl.value || !components.endpointEvents.value}}',
        }),
      ),
    ],
  ],
});

const secretModal = modal('secretModal', {
  title: 'Signing secret',
  size: 'lg',
  height: 200,
  rows: [
    [
      cell(
        text('secretHint', 'Deliveries are signed with this secret. It is shown only once: copy it now.', {
          color: color.warning,
          height: 40,
        }),
      ),
    ],
    [cell(text('secretValue', '{{queries.createEndpoint.data?.secret}}', { bold: true, height: 64 }))],
  ],
  footer: [[cell(button('secretClose', 'I have copied it', [close('secretModal')], { kind: 'primary' }))]],
});

export const webhooksPage: Page = {
  handle: 'webhooks',
  name: 'Webhooks',
  icon: 'IconWebhook',
  onLoad: load('endpoints'),
  rows: [
    ...pageHeader(
      'webhooks',
      'Webhooks',
      'Endpoints that receive events, and their deliveries.',
      ['endpoints'],
      [button('webhooksCreate', 'Add endpoint', [open('endpointModal')], { kind: 'primary' })],
    ),
    [
      cell(
        tableOf('webhooksTable', 'endpoints', {
          title: 'Endpoints',
          height: 360,
          perPage: 5,
          onRow: [run('deliveries')],
          empty: { title: 'No endpoints', hint: 'Press "Add endpoint" to receive events.' },
          columns: [
            { key: 'url', title: 'URL', width: 300 },
            { key: 'state', title: 'State', width: 90, color: statusColor },
            { key: 'reason', title: 'Reason', width: 260, wrap: true },
            { key: 'events', title: 'Events', width: 240, wrap: true },
            { key: 'last', title: 'Last delivery', width: 240, wrap: true },
          ],
        }),
      ),
    ],
    [
      cell(
        button('webhooksTest', 'Send test event', [run('testEndpoint')], {
          busy: '{{queries.testEndpoint.isLoading}}',
          disabled: unless('webhooksTable', 'id'),
        }),
      ),
      cell(
        button(
          'webhooksSwitch',
          "{{components.webhooksTable.selectedRow?.enabled === false ? 'Enable' : 'Disable'}}",
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
    section('deliveriesTitle', 'Deliveries to the selected endpoint'),
    [
      cell(
        tableOf('deliveriesTable', 'deliveries', {
          title: 'Deliveries',
          height: 400,
          perPage: 6,
          search: false,
          onRow: [],
          empty: { title: 'No deliveries', hint: 'Choose an endpoint above, or send a test event.' },
          columns: [
            { key: 'event', title: 'Event', width: 220 },
            { key: 'status', title: 'Status', width: 110, color: statusColor },
            { key: 'attempts', title: 'Attempts', width: 100, align: 'right' },
            { key: 'answer', title: 'Last response', width: 260 },
            { key: 'created', title: 'Created', width: 210 },
            { key: 'next', title: 'Next attempt', width: 210 },
          ],
        }),
      ),
    ],
    [
      cell(
        button('deliveriesResend', 'Redeliver', [run('resendDelivery')], {
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
