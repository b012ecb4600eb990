import { routes } from '../../../tooljet-plugins/ai-manager/lib/routes.generated.ts';
import { operations as langfuse } from '../../../tooljet-plugins/ai-manager-langfuse/lib/operations.ts';
import { operations as n8n } from '../../../tooljet-plugins/ai-manager-n8n/lib/operations.ts';
import type { Route } from '../../../tooljet-plugins/common/route.ts';

const plugins: Record<string, Record<string, Route>> = {
  'ai-manager': routes,
  'ai-manager-langfuse': langfuse,
  'ai-manager-n8n': n8n,
};

/** Options of a query that are ToolJet's own or the plugin's selectors. */
const COMMON = new Set([
  ...['resource', 'operation', 'runOnPageLoad', 'transformationLanguage', 'enableTransformation'],
  ...['transformation', 'transformations', 'requestConfirmation', 'confirmationMessage', 'failures'],
]);

/** What is wrong with a query's operation and options, as its plugin would take them. */
export function queryFaults(kind: string, options: Record<string, unknown>): string[] {
  const offered = plugins[kind];
  if (!offered) return [`uses the unknown plugin ${kind}`];
  const name = String(options.operation ?? '');
  const route = Object.hasOwn(offered, name) ? offered[name] : undefined;
  if (!route) return [`uses the unknown operation "${name}" of ${kind}`];
  const known = new Set(route.fields.map(({ key }) => key));
  if (route.list) for (const key of ['limit', 'cursor']) known.add(key);
  const unknown = Object.keys(options).filter((key) => !COMMON.has(key) && !known.has(key));
  const missing = route.fields.filter(({ key, required }) => required && !options[key]);
  return [
    ...unknown.map((key) => `gives "${key}", which ${name} does not take`),
    ...missing.map(({ key }) => `lacks "${key}", which ${name} needs`),
    ...(destroys(route, name) && options.requestConfirmation !== true
      ? [`destroys something (${name}) without asking first`]
      : []),
  ];
}

function destroys(route: Route, name: string): boolean {
  return route.method === 'DELETE' || /\.(discard|erase|delete|deactivate|override|revoke|stop)$/.test(name);
}
