import { apps } from '../src/apps/index.ts';
import { exportApp } from '../src/build/export.ts';

const queries = apps.flatMap((app) => exportApp(app).app[0]?.definition.appV2.dataQueries ?? []);

/** A query's transformation as ToolJet runs it. */
export function transformOf(queryName: string) {
  const source = queries.find(({ name }) => name === queryName)?.options.transformation as string;
  const run = new Function('data', 'queries', 'variables', source);
  return (data: unknown, state: unknown = {}, variables: unknown = {}) => run(data, state, variables);
}
