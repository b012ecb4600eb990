import type { AppDefinition, ExportedApp, ExportedEvent } from '../build/export-types.ts';
import { bindingFault, bindingsIn, referencesOf } from './bindings.ts';
import { layoutFaults } from './layout.ts';
import { queryFaults } from './plugins.ts';
import { roleFaults } from './roles.ts';
import { stateFaults } from './states.ts';

/**
 * Everything that is wrong with an exported app, one line each: it may come from our builder or from
 * ToolJet's editor.
 */
export function checkApp(exported: ExportedApp): string[] {
  return exported.app.flatMap(({ definition: { appV2: app } }) =>
    [
      ...nameFaults(app),
      ...app.dataQueries.flatMap((query) => {
        const kind = app.dataSources.find(({ id }) => id === query.dataSourceId)?.kind ?? '?';
        const faults = [...queryFaults(kind, query.options), ...transformFaults(query.options)];
        return faults.map((fault) => `query ${query.name} ${fault}`);
      }),
      ...app.events.flatMap((event) => eventFaults(app, event)),
      ...referenceFaults(app),
      ...stateFaults(app.components),
      ...layoutFaults(app.components),
      ...roleFaults(app),
    ].map((fault) => `${app.name}: ${fault}`),
  );
}

function nameFaults(app: AppDefinition): string[] {
  const lists = { component: app.components, query: app.dataQueries, page: app.pages };
  const twice = Object.entries(lists).flatMap(([what, list]) => {
    const names = list.map(({ name }) => name);
    return names
      .filter((name, index) => names.indexOf(name) !== index)
      .map((name) => `two ${what}s are named ${name}`);
  });
  const ids = [app.components, app.dataQueries, app.pages, app.events].flatMap((list) =>
    list.map(({ id }) => id),
  );
  return [...twice, ...(new Set(ids).size === ids.length ? [] : ['an id is used twice'])];
}

function transformFaults({ transformation }: Record<string, unknown>): string[] {
  if (typeof transformation !== 'string') return [];
  try {
    new Function('data', 'queries', 'variables', transformation);
    return [];
  } catch (error) {
    return [`has a transformation that is not JavaScript: ${(error as Error).message}`];
  }
}

function eventFaults(app: AppDefinition, { name, sourceId, event, target }: ExportedEvent): string[] {
  const lists = { component: app.components, page: app.pages, data_query: app.dataQueries };
  const source = lists[target]?.find(({ id }) => id === sourceId);
  const where = `${name} of ${source?.name ?? sourceId}`;
  const has = (list: readonly { id: string }[], id: unknown) => list.some((item) => item.id === id);
  const missing = {
    'run-query': () => !has(app.dataQueries, event.queryId),
    'show-modal': () => !has(app.components, event.modal),
    'close-modal': () => !has(app.components, event.modal),
    'switch-page': () => !has(app.pages, event.pageId),
    'control-component': () => !has(app.components, event.componentId),
  }[event.actionId];
  return [
    ...(source ? [] : [`${where} belongs to nothing`]),
    ...(name === event.eventId ? [] : [`${where} has another event id, ${event.eventId}`]),
    ...(missing?.() ? [`${where} does ${event.actionId} on something that does not exist`] : []),
  ];
}

function referenceFaults(app: AppDefinition): string[] {
  const known = {
    queries: new Set(app.dataQueries.map(({ name }) => name)),
    components: new Set(app.components.map(({ name }) => name)),
    variables: new Set(app.events.map(({ event }) => event.key).filter((key) => key !== undefined)),
  };
  const places: [string, unknown][] = [
    ...app.components.map(({ name, properties, styles, validation }): [string, unknown] => [
      name,
      [properties, styles, validation],
    ]),
    ...app.dataQueries.map(({ name, options }): [string, unknown] => [
      `query ${name}`,
      { ...options, transformation: '', transformations: '' },
    ]),
    ...app.events.map(({ name, event }): [string, unknown] => [`event ${name}`, event]),
  ];
  return places.flatMap(([where, value]) =>
    bindingsIn(value).flatMap((binding) => {
      const fault = bindingFault(binding);
      const unknown = referencesOf(binding).filter(({ kind, name }) => !known[kind].has(name));
      return [
        ...(fault ? [`${where}: {{${binding}}} ${fault}`] : []),
        ...unknown.map(({ kind, name }) => `${where} refers to ${kind}.${name}, which does not exist`),
      ];
    }),
  );
}
