import { randomUUID } from 'node:crypto';
import { badRequest, notFound, pageOf, type Route } from './recorder.ts';

interface Dataset {
  name: string;
  [key: string]: unknown;
}
interface Item {
  id: string;
  datasetName: string;
}
interface Model {
  id: string;
  modelName: string;
  isLangfuseManaged: boolean;
}

/** Datasets with their items, and the prices of models. An item of a known id is replaced, a model is not. */
export function datasetRoutes(): Route[] {
  const datasets: Dataset[] = [];
  const items: Item[] = [];
  const models: Model[] = [];
  return [
    { method: 'GET', path: '/api/public/v2/datasets', answer: ({ query }) => pageOf(datasets, query) },
    {
      method: 'POST',
      path: '/api/public/v2/datasets',
      answer: ({ body }) => {
        const given = body as Dataset;
        if (!given.name) return badRequest('name is required');
        const found = datasets.find(({ name }) => name === given.name);
        if (found) return { status: 200, body: Object.assign(found, given) };
        const created = { id: randomUUID(), ...given };
        datasets.push(created);
        return { status: 200, body: created };
      },
    },
    {
      method: 'GET',
      path: '/api/public/dataset-items',
      answer: ({ query }) => {
        const wanted = query.get('datasetName');
        return pageOf(
          items.filter(({ datasetName }) => wanted === null || datasetName === wanted),
          query,
        );
      },
    },
    {
      method: 'POST',
      path: '/api/public/dataset-items',
      answer: ({ body }) => {
        const given = { id: randomUUID(), ...(body as Partial<Item>) } as Item;
        if (!datasets.some(({ name }) => name === given.datasetName)) return notFound('Dataset not found');
        const at = items.findIndex(({ id }) => id === given.id);
        if (at === -1) items.push(given);
        else items[at] = given;
        return { status: 200, body: given };
      },
    },
    { method: 'GET', path: '/api/public/models', answer: ({ query }) => pageOf(models, query) },
    {
      method: 'POST',
      path: '/api/public/models',
      answer: ({ body }) => {
        const given = body as Omit<Model, 'id'> & { matchPattern?: string };
        if (!given.modelName || !given.matchPattern)
          return badRequest('modelName and matchPattern are required');
        const created = { ...given, id: randomUUID(), isLangfuseManaged: false };
        models.push(created);
        return { status: 200, body: created };
      },
    },
    {
      method: 'DELETE',
      path: '/api/public/models/{id}',
      answer: (_request, { id }) => {
        const at = models.findIndex((model) => model.id === id);
        if (at === -1) return notFound('Model not found');
        models.splice(at, 1);
        return { status: 200, body: { message: 'Model deleted' } };
      },
    },
  ];
}
