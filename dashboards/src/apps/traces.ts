import { load, run } from '../build/actions.ts';
import { chartOf, pageHeader, statusColor, tableOf } from '../build/blocks.ts';
import { dropdown } from '../build/fields.ts';
import type { Page, Query } from '../build/model.ts';
import { queriesOf } from '../build/queries.ts';
import { button, cell, text } from '../build/widgets.ts';

const langfuse = queriesOf('ai-manager-langfuse');

/** Cost of the last 30 days; Langfuse wants both ends of the time. */
const COSTS =
  "{{({ view: 'observations', metrics: [{ measure: 'totalCost', aggregation: 'sum' }], dimensions: [], filters: [], timeDimension: { granularity: 'day' }, fromTimestamp: new Date(Date.now() - 2592000000).toISOString(), toTimestamp: new Date().toISOString() })}}";

export const traceQueries: Query[] = [
  langfuse.read('traces', 'observations.list', {
    options: {
      type: 'GENERATION',
      level: '{{components.tracesLevel.value}}',
      fields: 'core,basic,model,usage',
      limit: '200',
    },
    transform: 'traces',
  }),
  langfuse.read('traceScores', 'scores.list', {
    options: { limit: '100', fields: 'core,details,subject' },
    transform: 'trace-scores',
  }),
  langfuse.read('traceMetrics', 'metrics.query', {
    options: { input_query: COSTS },
    transform: 'trace-metrics',
  }),
  langfuse.write('openTrace', 'trace.link', {
    options: {
      traceId:
        '{{components.tracesTable.selectedRow?.traceId || components.traceScoresTable.selectedRow?.traceId}}',
    },
    done: 'Langfuse opens in a new tab.',
    next: [{ do: 'open-webpage', url: '{{queries.openTrace.data.url}}' }],
  }),
];

/** One note says that Langfuse is missing; the other parts of the page are left out then. */
const unless = "/ is not connected$/.test(queries.traces.error?.message ?? '')";

const NONE = {
  title: 'No model calls yet',
  hint: 'Model calls appear here a few seconds after they finish.',
};

/** What Langfuse knows of the calls of models; where none is configured every part says so. */
export const tracesPage: Page = {
  handle: 'traces',
  name: 'Traces',
  icon: 'IconTimeline',
  onLoad: load('traces', 'traceScores', 'traceMetrics'),
  rows: [
    ...pageHeader('traces', 'Traces', 'Model calls recorded by Langfuse, with their cost and scores.', [
      'traces',
      'traceScores',
      'traceMetrics',
    ]),
    [
      cell(
        dropdown('tracesLevel', {
          label: 'Level',
          choices: [
            ['DEFAULT', 'Ok'],
            ['WARNING', 'Warnings'],
            ['ERROR', 'Errors'],
          ],
          onSelect: [run('traces')],
        }),
        1,
      ),
      cell(text('tracesSpace', '', { height: 64, mobileHeight: 8 }), 2),
      cell(
        button('tracesOpen', 'Open in Langfuse', [run('openTrace')], {
          busy: '{{queries.openTrace.isLoading}}',
          disabled:
            '{{!components.tracesTable.selectedRow?.traceId && !components.traceScoresTable.selectedRow?.traceId}}',
        }),
        1,
      ),
    ],
    [
      cell(
        tableOf('tracesTable', 'traces', {
          title: 'Model calls',
          height: 480,
          perPage: 8,
          onRow: [],
          empty: NONE,
          columns: [
            { key: 'name', title: 'Call', width: 140 },
            { key: 'model', title: 'Model', width: 150 },
            { key: 'level', title: 'State', width: 80, color: statusColor },
            { key: 'latency', title: 'Duration', width: 70, align: 'right' },
            { key: 'cost', title: 'Cost', width: 85, align: 'right' },
            { key: 'at', title: 'When', width: 110 },
          ],
        }),
        3,
      ),
      cell(
        chartOf('tracesCosts', 'traceMetrics', {
          title: 'Cost by day (Langfuse)',
          from: 'costs',
          height: 480,
          unless,
          empty: NONE,
        }),
        2,
      ),
    ],
    [
      cell(
        tableOf('traceScoresTable', 'traceScores', {
          title: 'Scores',
          height: 400,
          unless,
          perPage: 6,
          onRow: [],
          empty: { title: 'No scores yet', hint: 'Review scores are sent to Langfuse.' },
          columns: [
            { key: 'name', title: 'Score', width: 180 },
            { key: 'value', title: 'Value', width: 120 },
            { key: 'source', title: 'Source', width: 110 },
            { key: 'comment', title: 'Comment', width: 320, wrap: true },
            { key: 'at', title: 'When', width: 180 },
          ],
        }),
      ),
    ],
  ],
};
