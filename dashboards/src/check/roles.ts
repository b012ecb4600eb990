import { resources } from '@ai-manager/api/catalogue';
import type { Operation, Role } from '@ai-manager/api/operation';
import { apps } from '../apps/index.ts';
import type { AppDefinition } from '../build/export-types.ts';
import { GROUP_ROLES } from '../build/model.ts';

const access = new Map<string, Operation['access']>(
  Object.values(resources).flatMap(({ id, operations }) =>
    Object.entries<Operation>(operations).map(([name, operation]) => [`${id}.${name}`, operation.access]),
  ),
);

/**
 * Pages that call what one of their groups may not: its members would see a refusal in place of data. An app that
 * is not ours has no groups that are known, and no faults.
 */
export function roleFaults(app: AppDefinition): string[] {
  const written = apps.find(({ slug }) => slug === app.slug);
  return (written?.pages ?? []).flatMap(({ handle, allowed = written?.groups ?? [] }) => {
    const page = app.pages.find((one) => one.handle === handle);
    const strangers = allowed.filter((group) => !written?.groups.includes(group));
    const queries = page ? queriesOf(app, page.id) : new Set<string>();
    const faults = app.dataQueries
      .filter(({ id }) => queries.has(id))
      .flatMap(({ name, options }) =>
        allowed
          .filter((group) => !may(GROUP_ROLES[group], String(options.operation)))
          .map((group) => `page ${handle} runs ${name}, but ${group} may not ${options.operation}`),
      );
    return [
      ...strangers.map((group) => `page ${handle} is for ${group}, which cannot open the app`),
      ...faults,
    ];
  });
}

function may(role: Role, operation: string): boolean {
  const allowed = access.get(operation) ?? 'public';
  return allowed === 'public' || allowed.includes(role);
}

/** Queries that a page runs when it opens or by what is on it, and those that they start. */
function queriesOf(app: AppDefinition, pageId: string): Set<string> {
  const sources = new Set([
    pageId,
    ...app.components.filter((component) => component.pageId === pageId).map(({ id }) => id),
  ]);
  const reached = new Set(
    app.dataQueries.filter(({ options }) => options.runOnPageLoad === true).map(({ id }) => id),
  );
  for (let size = -1; size !== reached.size; ) {
    size = reached.size;
    for (const { sourceId, event } of app.events) {
      if (event.actionId !== 'run-query') continue;
      if (sources.has(sourceId) || reached.has(sourceId)) reached.add(String(event.queryId));
    }
  }
  return reached;
}
