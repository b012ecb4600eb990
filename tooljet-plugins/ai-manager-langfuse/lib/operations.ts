import { inBody, inPath, inQuery, type ServiceOperation } from '../../common/service-operation.ts';

const cursor = inQuery('cursor', 'Start after', { description: 'meta.cursor of the previous page' });
const limit = inQuery('limit', 'Rows', { type: 'number', placeholder: '50' });
const page = inQuery('page', 'Page', { type: 'number', placeholder: '1' });
const from = (name: string) =>
  inQuery(name, 'From', { type: 'dateTime', placeholder: '2026-11-09T00:00:00Z' });
const to = (name: string) => inQuery(name, 'To', { type: 'dateTime', placeholder: '2026-11-16T00:00:00Z' });
const traceId = inQuery('traceId', 'Trace');
const promptName = inPath('promptName', 'Prompt', { placeholder: 'evaluation' });
const queueId = inPath('queueId', 'Queue');
const OBJECT_TYPES = ['TRACE', 'OBSERVATION', 'SESSION'];
const SCORE_TYPES = ['NUMERIC', 'CATEGORICAL', 'BOOLEAN', 'TEXT'];

/**
 * What the plugin offers of Langfuse 4 (its `events_only` mode answers 404 on the older read routes).
 * Operations whose path is empty are computed here.
 */
export const operations = {
  'observations.list': {
    group: 'Traces',
    title: 'List observations',
    description: 'Model calls and steps, newest first. Observations of one trace share its traceId.',
    method: 'GET',
    path: '/api/public/v2/observations',
    fields: [
      traceId,
      inQuery('name', 'Name'),
      inQuery('type', 'Type', { placeholder: 'GENERATION | SPAN | EVENT' }),
      inQuery('level', 'Level', { placeholder: 'DEFAULT | WARNING | ERROR' }),
      from('fromStartTime'),
      to('toStartTime'),
      inQuery('fields', 'Parts', { placeholder: 'core,basic,io,model,usage,metadata,prompt' }),
      limit,
      cursor,
    ],
  },
  'trace.link': {
    group: 'Traces',
    title: 'Get the link to a trace',
    description: 'Langfuse does not allow embedding, so a trace opens in a new tab.',
    method: 'GET',
    path: '',
    fields: [inQuery('traceId', 'Trace', { required: true }), inQuery('observationId', 'Observation')],
  },
  'scores.list': {
    group: 'Scores',
    title: 'List scores',
    method: 'GET',
    path: '/api/public/v3/scores',
    fields: [
      traceId,
      inQuery('name', 'Name'),
      inQuery('source', 'Source', { placeholder: 'API | ANNOTATION | EVAL' }),
      from('fromTimestamp'),
      to('toTimestamp'),
      inQuery('fields', 'Parts', { placeholder: 'core,details,subject,annotation' }),
      limit,
      cursor,
    ],
  },
  'score.create': {
    group: 'Scores',
    title: 'Score a trace or an observation',
    description: 'The value is validated against the type, because Langfuse silently drops invalid values.',
    method: 'POST',
    path: '/api/public/scores',
    fields: [
      inBody('traceId', 'Trace', { required: true }),
      inBody('observationId', 'Observation'),
      inBody('name', 'Name', { required: true, placeholder: 'helpfulness' }),
      inBody('dataType', 'Type', { choices: SCORE_TYPES, placeholder: 'NUMERIC | CATEGORICAL | BOOLEAN' }),
      inBody('value', 'Value', { required: true, description: 'A number, a category, or true or false' }),
      inBody('configId', 'Score config', { description: 'Its range or categories are checked too' }),
      inBody('comment', 'Comment', { multiline: true }),
      inBody('id', 'Id of the score', { description: 'Given again, it replaces the score' }),
    ],
  },
  'scoreConfigs.list': {
    group: 'Scores',
    title: 'List score configs',
    method: 'GET',
    path: '/api/public/score-configs',
    fields: [page, limit],
  },
  'scoreConfig.create': {
    group: 'Scores',
    title: 'Create a score config',
    method: 'POST',
    path: '/api/public/score-configs',
    fields: [
      inBody('name', 'Name', { required: true, description: '1 to 35 letters, digits, spaces and _.()-' }),
      inBody('dataType', 'Type', { required: true, choices: SCORE_TYPES }),
      inBody('minValue', 'Least', { type: 'number' }),
      inBody('maxValue', 'Most', { type: 'number' }),
      inBody('categories', 'Categories', { type: 'json', placeholder: '[{"label": "good", "value": 1}]' }),
      inBody('description', 'What it means'),
    ],
  },
  'metrics.query': {
    group: 'Metrics',
    title: 'Query metrics',
    description: 'Costs, counts, latencies and scores over time. Counts come as text.',
    method: 'GET',
    path: '/api/public/v2/metrics',
    fields: [
      inQuery('query', 'Query', {
        key: 'input_query',
        required: true,
        type: 'json',
        placeholder:
          '{"view": "observations", "metrics": [{"measure": "totalCost", "aggregation": "sum"}], "dimensions": [], "filters": [], "timeDimension": {"granularity": "day"}, "fromTimestamp": "…", "toTimestamp": "…"}',
      }),
    ],
  },
  'prompts.list': {
    group: 'Prompts',
    title: 'List prompts',
    method: 'GET',
    path: '/api/public/v2/prompts',
    fields: [inQuery('name', 'Name'), inQuery('label', 'Label'), inQuery('tag', 'Tag'), page, limit],
  },
  'prompt.get': {
    group: 'Prompts',
    title: 'Get a version of a prompt',
    description: 'The one labelled production unless a version or a label is given.',
    method: 'GET',
    path: '/api/public/v2/prompts/{promptName}',
    fields: [promptName, inQuery('version', 'Version', { type: 'number' }), inQuery('label', 'Label')],
  },
  'prompt.create': {
    group: 'Prompts',
    title: 'Create a prompt or its next version',
    method: 'POST',
    path: '/api/public/v2/prompts',
    fields: [
      inBody('name', 'Prompt', { required: true, placeholder: 'evaluation' }),
      inBody('type', 'Type', { choices: ['text', 'chat'], placeholder: 'text | chat' }),
      inBody('prompt', 'Text or messages', {
        required: true,
        type: 'json',
        description: 'Text, or [{"role": "system", "content": "…"}] for chat',
      }),
      inBody('labels', 'Labels', { type: 'json', placeholder: '["staging"]' }),
      inBody('config', 'Config', { type: 'json', placeholder: '{"temperature": 0}' }),
      inBody('commitMessage', 'What changed'),
    ],
  },
  'prompt.label': {
    group: 'Prompts',
    title: 'Move labels to a version',
    description: 'A label points to one version. Moving production makes that version live.',
    method: 'PATCH',
    path: '/api/public/v2/prompts/{promptName}/versions/{version}',
    fields: [
      promptName,
      inPath('version', 'Version', { type: 'number' }),
      inBody('newLabels', 'Labels', { required: true, type: 'json', placeholder: '["production"]' }),
    ],
  },
  'queues.list': {
    group: 'Reviews',
    title: 'List annotation queues',
    method: 'GET',
    path: '/api/public/annotation-queues',
    fields: [page, limit],
  },
  'queue.create': {
    group: 'Reviews',
    title: 'Create an annotation queue',
    method: 'POST',
    path: '/api/public/annotation-queues',
    fields: [
      inBody('name', 'Name', { required: true }),
      inBody('description', 'Description'),
      inBody('scoreConfigIds', 'Score configs', { required: true, type: 'json', placeholder: '["…"]' }),
    ],
  },
  'queueItems.list': {
    group: 'Reviews',
    title: 'List queue items',
    method: 'GET',
    path: '/api/public/annotation-queues/{queueId}/items',
    fields: [queueId, inQuery('status', 'Status', { choices: ['PENDING', 'COMPLETED'] }), page, limit],
  },
  'queueItem.create': {
    group: 'Reviews',
    title: 'Add an item to a queue',
    method: 'POST',
    path: '/api/public/annotation-queues/{queueId}/items',
    fields: [
      queueId,
      inBody('objectId', 'Id', { required: true }),
      inBody('objectType', 'Type', { required: true, choices: OBJECT_TYPES }),
    ],
  },
  'queueItem.complete': {
    group: 'Reviews',
    title: 'Set the status of an item',
    method: 'PATCH',
    path: '/api/public/annotation-queues/{queueId}/items/{itemId}',
    fields: [
      queueId,
      inPath('itemId', 'Item'),
      inBody('status', 'Status', { required: true, choices: ['COMPLETED', 'PENDING'] }),
    ],
  },
} as const satisfies Record<string, ServiceOperation>;
