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
          'E-mail address or ID of the person whom the request is made for, such as who approved it. The API key needs the scope act-as; the audit trail names both.',
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
        displayName: 'Items per Batch',
        name: 'batchSize',
        type: 'number',
        typeOptions: { minValue: 1, maxValue: 200 },
        default: 50,
        description:
          'How many items are worked on at the same time, where possible by one request. Fifty unless set, ten for lists, one where the operation changes something.',
      },
      {
        displayName: 'Timeout',
        name: 'timeout',
        type: 'number',
        typeOptions: { minValue: 1 },
        default: 30_000,
        description: 'Time in milliseconds that one request to the API may take before it is given up',
      },
    ],
  };
}
