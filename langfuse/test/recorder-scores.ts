import { randomUUID } from 'node:crypto';
import { badRequest, notFound, pageOf, type Route } from './recorder.ts';

interface ScoreConfig {
  id: string;
  name: string;
  dataType: string;
  minValue?: number | null;
  maxValue?: number | null;
  categories?: { label: string; value: number }[] | null;
}
interface Score {
  id: string;
  name: string;
  dataType: string;
  value: number | string;
  configId?: string;
  traceId?: string;
  comment?: string;
  environment?: string;
  metadata?: object;
  source?: string;
  queueId?: string;
  authorUserId?: string;
}
interface QueueItem {
  id: string;
  objectId: string;
  objectType: string;
  status: string;
}
interface Queue {
  id: string;
  name: string;
  items: QueueItem[];
}

const CONFIG_NAME = /^[A-Za-z0-9 _.()-]{1,35}$/;

/** Score configs, scores and annotation queues. A score that its config forbids is taken and never seen again. */
export function scoreRoutes(): Route[] {
  const configs: ScoreConfig[] = [];
  const scores: Score[] = [];
  const queues: Queue[] = [];

  function isAllowed({ configId, value }: Score): boolean {
    const config = configs.find(({ id }) => id === configId);
    if (!config) return configId === undefined;
    if (config.dataType === 'NUMERIC')
      return (
        typeof value === 'number' &&
        value >= (config.minValue ?? -Infinity) &&
        value <= (config.maxValue ?? Infinity)
      );
    if (config.dataType === 'CATEGORICAL')
      return (config.categories ?? []).some(({ label }) => label === value);
    return true;
  }

  const queueOf = (id: string | undefined) => queues.find((queue) => queue.id === id);
  return [
    { method: 'GET', path: '/api/public/score-configs', answer: ({ query }) => pageOf(configs, query) },
    {
      method: 'POST',
      path: '/api/public/score-configs',
      answer: ({ body }) => {
        const given = body as Omit<ScoreConfig, 'id'>;
        if (!CONFIG_NAME.test(given.name ?? '')) return badRequest('Invalid name');
        if (!['NUMERIC', 'CATEGORICAL', 'BOOLEAN', 'TEXT'].includes(given.dataType))
          return badRequest('Invalid dataType');
        const created = { id: randomUUID(), isArchived: false, ...given };
        configs.push(created);
        return { status: 200, body: created };
      },
    },
    {
      method: 'PATCH',
      path: '/api/public/score-configs/{id}',
      answer: ({ body }, { id }) => {
        const found = configs.find((config) => config.id === id);
        return found ? { status: 200, body: Object.assign(found, body) } : notFound('Score config not found');
      },
    },
    {
      method: 'POST',
      path: '/api/public/scores',
      answer: ({ body }) => {
        const defaults = { id: randomUUID(), environment: 'default', source: 'API' };
        const given = { ...defaults, ...(body as Partial<Score>) } as Score;
        if (!given.name || given.value === undefined) return badRequest('name and value are required');
        if (given.dataType === 'BOOLEAN' && given.value !== 0 && given.value !== 1)
          return badRequest('A boolean score is 0 or 1');
        if (given.dataType === 'TEXT' && String(given.value).length > 500)
          return badRequest('A text score has 1 to 500 characters');
        const kept = scores.findIndex(({ id }) => id === given.id);
        if (isAllowed(given)) {
          if (kept === -1) scores.push(given);
          else scores[kept] = given;
        }
        return { status: 200, body: { id: given.id } };
      },
    },
    {
      method: 'GET',
      path: '/api/public/v3/scores',
      answer: ({ query }) => {
        const filters = ['id', 'name', 'traceId', 'environment', 'source'] as const;
        const found = scores.filter((score) =>
          filters.every((key) => {
            const wanted = query.get(key);
            return wanted === null || wanted.split(',').includes(score[key] ?? '');
          }),
        );
        const fields = (query.get('fields') ?? 'core').split(',');
        const data = found.map((score) => scoreOf(score, fields));
        return { status: 200, body: { data: data.slice(0, Number(query.get('limit') ?? 50)), meta: {} } };
      },
    },
    {
      method: 'GET',
      path: '/api/public/v2/metrics',
      answer: ({ query }) => {
        const metricsQuery = JSON.parse(query.get('query') ?? '{}') as {
          fromTimestamp?: string;
          toTimestamp?: string;
        };
        if (!metricsQuery.fromTimestamp || !metricsQuery.toTimestamp)
          return badRequest('Invalid request data');
        return { status: 200, body: { data: meansOf(scores) } };
      },
    },
    {
      method: 'GET',
      path: '/api/public/annotation-queues',
      answer: ({ query }) => pageOf(queues.map(withoutItems), query),
    },
    {
      method: 'POST',
      path: '/api/public/annotation-queues',
      answer: ({ body }) => {
        const given = body as { name?: string; scoreConfigIds?: string[] };
        if (!given.name || !given.scoreConfigIds?.length)
          return badRequest('name and scoreConfigIds are required');
        if (given.scoreConfigIds.some((id) => !configs.some((config) => config.id === id)))
          return badRequest('At least one of the score config IDs cannot be found for the given project');
        const created = { id: randomUUID(), description: null, ...given, name: given.name, items: [] };
        queues.push(created);
        return { status: 200, body: withoutItems(created) };
      },
    },
    {
      method: 'GET',
      path: '/api/public/annotation-queues/{id}/items',
      answer: ({ query }, { id }) => {
        const queue = queueOf(id);
        if (!queue) return notFound('Queue not found');
        const status = query.get('status');
        return pageOf(
          status === null ? queue.items : queue.items.filter((item) => item.status === status),
          query,
        );
      },
    },
    {
      method: 'PATCH',
      path: '/api/public/annotation-queues/{id}/items/{item}',
      answer: ({ body }, { id, item }) => {
        const found = queueOf(id)?.items.find((one) => one.id === item);
        return found ? { status: 200, body: Object.assign(found, body) } : notFound('Queue item not found');
      },
    },
    {
      method: 'POST',
      path: '/api/public/annotation-queues/{id}/items',
      answer: ({ body }, { id }) => {
        const queue = queueOf(id);
        if (!queue) return notFound('Queue not found');
        const { objectId, objectType } = body as Partial<QueueItem>;
        if (!objectId || !objectType) return badRequest('objectId and objectType are required');
        const item = { id: randomUUID(), objectId, objectType, status: 'PENDING' };
        queue.items.push(item);
        return { status: 200, body: item };
      },
    },
  ];
}

/** The mean of each score that is a number or a flag, as the view `scores-numeric` has them. */
function meansOf(scores: readonly Score[]): object[] {
  const numbers = scores.filter(({ dataType }) => dataType === 'NUMERIC' || dataType === 'BOOLEAN');
  return [...Map.groupBy(numbers, ({ name }) => name)].map(([name, own]) => ({
    name,
    avg_value: own.reduce((sum, { value }) => sum + Number(value), 0) / own.length,
    count_count: String(own.length),
  }));
}

/** A score by the groups of fields that were asked for; flags come as booleans. */
function scoreOf(score: Score, fields: readonly string[]): object {
  const { traceId, comment = null, metadata = null, configId = null, ...core } = score;
  const { queueId = null, authorUserId = null, ...rest } = core;
  return {
    ...rest,
    value: score.dataType === 'BOOLEAN' ? score.value === 1 : score.value,
    timestamp: '2026-11-16T09:00:00.000Z',
    ...(fields.includes('subject') ? { subject: { kind: 'trace', id: traceId } } : {}),
    ...(fields.includes('details') ? { comment, metadata, configId } : {}),
    ...(fields.includes('annotation') ? { queueId, authorUserId } : {}),
  };
}

function withoutItems({ items: _items, ...queue }: Queue): object {
  return queue;
}
