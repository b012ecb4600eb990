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
        default: 10,
        description:
          'How many items are worked on at the same time. Ten unless set, one where the operation changes something.',
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
