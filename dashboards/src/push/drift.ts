import type { AppDefinition } from '../build/export-types.ts';

type Parts = Record<string, unknown>;

/**
 * What differs between the app as written and as it is on a server, one line each. Ids are not compared,
 * for an import makes new ones; keys that only the server has are its defaults.
 */
export function driftOf(ours: AppDefinition, theirs: AppDefinition): string[] {
  const [written, found] = [partsOf(ours), partsOf(theirs)];
  return Object.keys(written).flatMap((kind) => {
    const [mine, other] = [written[kind] as Record<string, Parts>, found[kind] as Record<string, Parts>];
    const names = [...new Set([...Object.keys(mine), ...Object.keys(other)])].sort();
    return names.flatMap((name) => {
      if (!(name in other)) return [`${kind} ${name} is missing`];
      if (!(name in mine)) return [`${kind} ${name} was added`];
      return changed(mine[name], other[name], '').map((path) => `${kind} ${name}: ${path} was changed`);
    });
  });
}

/** ToolJet 2.27 keeps a page's visibility as a boolean, newer versions as a value. */
function isHidden(hidden: unknown): boolean {
  return hidden === true || (hidden as { value?: unknown } | null)?.value === true;
}

function partsOf(app: AppDefinition): Record<string, Record<string, unknown>> {
  const named = new Map<string, string>();
  for (const { id, name } of [...app.components, ...app.dataQueries, ...app.pages]) named.set(id, name);
  const nameOf = (id: unknown) => named.get(String(id)) ?? String(id ?? '');
  const parentOf = (parent: string | null) => {
    if (parent === null) return '';
    const owner = parent.slice(0, 36);
    return parent.replace(owner, nameOf(owner));
  };
  return {
    page: Object.fromEntries(
      app.pages.map(({ handle, name, index, hidden }) => [handle, { name, index, hidden: isHidden(hidden) }]),
    ),
    component: Object.fromEntries(
      app.components.map((component) => [
        component.name,
        {
          type: component.type,
          page: nameOf(component.pageId),
          parent: parentOf(component.parent),
          properties: withoutIds(component.properties),
          styles: component.styles,
          validation: component.validation,
          layouts: Object.fromEntries(
            component.layouts.map(({ type, top, left, width, height }) => [
              type,
              { top, left, width, height },
            ]),
          ),
        },
      ]),
    ),
    query: Object.fromEntries(
      app.dataQueries.map(({ name, options, dataSourceId }) => [
        name,
        { options, source: app.dataSources.find(({ id }) => id === dataSourceId)?.kind ?? '' },
      ]),
    ),
    event: Object.fromEntries(
      app.events.map(({ name, index, event, sourceId }) => [
        `${nameOf(sourceId)}.${name}.${index}`,
        Object.fromEntries(
          Object.entries(event).map(([key, value]) => [key, named.get(String(value)) ?? value]),
        ),
      ]),
    ),
  };
}

function withoutIds(properties: Parts): Parts {
  return JSON.parse(JSON.stringify(properties, (key, value) => (key === 'id' ? undefined : value))) as Parts;
}

/** Paths below which the two differ; only what we wrote is compared. */
function changed(ours: unknown, theirs: unknown, path: string): string[] {
  if (typeof ours !== 'object' || ours === null)
    return ours === theirs || (ours === null && theirs === undefined) ? [] : [path];
  if (typeof theirs !== 'object' || theirs === null) return [path];
  if (Array.isArray(ours) && Array.isArray(theirs) && ours.length !== theirs.length) return [path];
  return Object.entries(ours).flatMap(([key, value]) =>
    changed(value, (theirs as Parts)[key], path === '' ? key : `${path}.${key}`),
  );
}
