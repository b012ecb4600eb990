import type { INodeProperties } from 'n8n-workflow';

type DisplayOptions = NonNullable<INodeProperties['displayOptions']>;

const on = (resource: string, operation: string): DisplayOptions => ({
  show: { resource: [resource], operation: [operation] },
});

function operation(resource: string, value: string, name: string, action: string): INodeProperties {
  return {
    displayName: 'Operation',
    name: 'operation',
    type: 'options',
    noDataExpression: true,
    default: value,
    displayOptions: { show: { resource: [resource] } },
    options: [{ name, value, action, description: action }],
  };
}

const text = (displayName: string, name: string, more: Partial<INodeProperties> = {}): INodeProperties => ({
  displayName,
  name,
  type: 'string',
  default: '',
  ...more,
});

const json = (displayName: string, name: string, more: Partial<INodeProperties> = {}): INodeProperties => ({
  displayName,
  name,
  type: 'json',
  default: '',
  ...more,
});

const additionalFields = (displayOptions: DisplayOptions, options: INodeProperties[]): INodeProperties => ({
  displayName: 'Additional Fields',
  name: 'additionalFields',
  type: 'collection',
  placeholder: 'Add Field',
  default: {},
  displayOptions,
  options,
});

const prompt: INodeProperties[] = [
  text('Prompt Name', 'promptName', { required: true, displayOptions: on('prompt', 'get') }),
  {
    displayName: 'Variables',
    name: 'variables',
    type: 'fixedCollection',
    typeOptions: { multipleValues: true },
    placeholder: 'Add Variable',
    default: {},
    description: 'Value for {{name}} in the prompt',
    displayOptions: on('prompt', 'get'),
    options: [
      { displayName: 'Variable', name: 'entries', values: [text('Name', 'name'), text('Value', 'value')] },
    ],
  },
  {
    displayName: 'Options',
    name: 'options',
    type: 'collection',
    placeholder: 'Add Option',
    default: {},
    displayOptions: on('prompt', 'get'),
    options: [
      {
        displayName: 'Allow Missing Variables',
        name: 'allowMissing',
        type: 'boolean',
        default: false,
        description: 'Whether variables without a value stay in the prompt instead of failing',
      },
      text('Label', 'label', { placeholder: 'e.g. production', description: 'Defaults to production' }),
      {
        displayName: 'Version',
        name: 'version',
        type: 'number',
        default: 1,
        description: 'A specific version, instead of a label',
      },
    ],
  },
];

const score: INodeProperties[] = [
  text('Trace ID', 'traceId', { required: true, displayOptions: on('score', 'create') }),
  text('Name', 'scoreName', { required: true, displayOptions: on('score', 'create') }),
  {
    displayName: 'Data Type',
    name: 'dataType',
    type: 'options',
    default: 'NUMERIC',
    displayOptions: on('score', 'create'),
    options: [
      { name: 'Boolean', value: 'BOOLEAN' },
      { name: 'Categorical', value: 'CATEGORICAL' },
      { name: 'Numeric', value: 'NUMERIC' },
    ],
  },
  text('Value', 'scoreValue', { required: true, displayOptions: on('score', 'create') }),
  additionalFields(on('score', 'create'), [
    text('Comment', 'comment'),
    text('Config ID', 'configId', { description: 'Score configuration that the value belongs to' }),
    text('ID', 'id', {
      description: 'ID of the score. Defaults to an ID that stays the same when the node is retried.',
    }),
    text('Observation ID', 'observationId'),
  ]),
];

const observation: INodeProperties[] = [
  {
    displayName: 'Return All',
    name: 'returnAll',
    type: 'boolean',
    default: false,
    description: 'Whether to return all results or only up to a given limit',
    displayOptions: on('observation', 'getMany'),
  },
  {
    displayName: 'Limit',
    name: 'limit',
    type: 'number',
    typeOptions: { minValue: 1 },
    default: 50,
    description: 'Max number of results to return',
    displayOptions: { show: { resource: ['observation'], operation: ['getMany'], returnAll: [false] } },
  },
  {
    displayName: 'Filters',
    name: 'filters',
    type: 'collection',
    placeholder: 'Add Filter',
    default: {},
    displayOptions: on('observation', 'getMany'),
    options: [
      text('Fields', 'fields', {
        placeholder: 'e.g. core,basic,io,usage',
        description: 'Groups of fields to return, separated by commas',
      }),
      { displayName: 'From', name: 'fromStartTime', type: 'dateTime', default: '' },
      text('Name', 'name'),
      { displayName: 'To', name: 'toStartTime', type: 'dateTime', default: '' },
      text('Trace ID', 'traceId'),
      {
        displayName: 'Type',
        name: 'type',
        type: 'options',
        default: 'GENERATION',
        options: [
          { name: 'Agent', value: 'AGENT' },
          { name: 'Chain', value: 'CHAIN' },
          { name: 'Embedding', value: 'EMBEDDING' },
          { name: 'Evaluator', value: 'EVALUATOR' },
          { name: 'Event', value: 'EVENT' },
          { name: 'Generation', value: 'GENERATION' },
          { name: 'Guardrail', value: 'GUARDRAIL' },
          { name: 'Retriever', value: 'RETRIEVER' },
          { name: 'Span', value: 'SPAN' },
          { name: 'Tool', value: 'TOOL' },
        ],
      },
    ],
  },
];

const datasetItem: INodeProperties[] = [
  text('Dataset Name', 'datasetName', { required: true, displayOptions: on('datasetItem', 'create') }),
  json('Input', 'input', { required: true, displayOptions: on('datasetItem', 'create') }),
  additionalFields(on('datasetItem', 'create'), [
    json('Expected Output', 'expectedOutput'),
    text('ID', 'id', {
      description: 'ID of the item. Defaults to an ID that stays the same when the node is retried.',
    }),
    json('Metadata', 'metadata'),
    text('Source Trace ID', 'sourceTraceId'),
  ]),
];

const metric: INodeProperties[] = [
  json('Query', 'query', {
    required: true,
    displayOptions: on('metric', 'query'),
    default: JSON.stringify(
      {
        view: 'scores-numeric',
        metrics: [{ measure: 'value', aggregation: 'avg' }],
        dimensions: [{ field: 'name' }],
        filters: [],
      },
      null,
      2,
    ),
    description:
      'View, metrics, dimensions, filters, fromTimestamp and toTimestamp, as Langfuse documents them. Defaults to the last seven days.',
  }),
];

/** The form of the node. */
export const properties: INodeProperties[] = [
  {
    displayName: 'Resource',
    name: 'resource',
    type: 'options',
    noDataExpression: true,
    default: 'prompt',
    options: [
      { name: 'Dataset Item', value: 'datasetItem' },
      { name: 'Metric', value: 'metric' },
      { name: 'Observation', value: 'observation' },
      { name: 'Prompt', value: 'prompt' },
      { name: 'Score', value: 'score' },
    ],
  },
  operation('prompt', 'get', 'Get', 'Get a prompt'),
  operation('score', 'create', 'Create', 'Create a score'),
  operation('observation', 'getMany', 'Get Many', 'Get many observations'),
  operation('datasetItem', 'create', 'Create', 'Create a dataset item'),
  operation('metric', 'query', 'Query', 'Query metrics'),
  ...prompt,
  ...score,
  ...observation,
  ...datasetItem,
  ...metric,
];
