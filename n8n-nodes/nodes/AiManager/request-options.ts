import type { INodeProperties } from 'n8n-workflow';

/** Settings of the requests, whatever the operation. */
export function requestOptions(): INodeProperties {
  return {
    displayName: 'Options',
    name: 'options',
    type: 'collection',
    placeholder: 'Add Option',
    default: {},
    options: [
      {
        displayName: 'Acting For',
        name: 'actingFor',
        type: 'string',
        default: '',
        placeholder: 'e.g. ada@example.com',
        description:
          'E-mail address or ID of the user to act for, such as the builder whose request it is. The API key needs the scope act-as. The audit trail records both.',
      },
      {
        displayName: 'Batch Interval',
        name: 'batchInterval',
        type: 'number',
        typeOptions: { minValue: 0 },
        default: 0,
        description: 'Milliseconds to wait between two batches of items',
      },
      {
        displayName: 'Idempotency Key',
        name: 'idempotencyKey',
        type: 'string',
        default: '',
        description:
          'Key under which the API carries the operation out once. Defaults to one that names this execution, node and item. Only for operations that change data.',
      },
      {
        displayName: 'Items per Batch',
        name: 'batchSize',
        type: 'number',
        typeOptions: { minValue: 1, maxValue: 200 },
        default: 50,
        description:
          'Number of items to process at the same time, in one request where possible. Defaults to 50, to 10 for lists, and to 1 for operations that change data.',
      },
      {
        displayName: 'Timeout',
        name: 'timeout',
        type: 'number',
        typeOptions: { minValue: 1 },
        default: 30_000,
        description: 'Time in milliseconds after which a request to the API is aborted',
      },
    ],
  };
}
