import type { StoredWorkflow } from '../workflows.ts';

type Json = Record<string, unknown>;

/** Settings that n8n writes by itself when somebody saves. */
const VOLATILE_SETTINGS = new Set(['timeSavedMode', 'timeSavedPerExecution', 'availableInMCP', 'binaryMode']);
const NODE_KEYS = ['id', 'name', 'type', 'typeVersion', 'position', 'parameters', 'credentials', 'webhookId'];

/** A workflow as its file has it: nothing that belongs to one n8n, and always in the same order. */
export interface CleanWorkflow extends Json {
  id?: string;
  name: string;
  active: boolean;
  settings: Json;
  nodes: Json[];
  connections: Json;
  tags?: string[];
}

/**
 * Brings a workflow of an n8n, or of a file, to the form that is kept: no versions, dates, owners, pinned data
 * or ids of credentials. Two that do and look the same are equal.
 */
export function cleanWorkflow(
  workflow: Pick<StoredWorkflow, 'name' | 'active' | 'nodes' | 'connections' | 'settings'> & {
    id?: string | undefined;
    tags?: readonly (string | { name: string })[] | null | undefined;
  },
): CleanWorkflow {
  const { id, name, active, nodes, connections, settings, tags } = workflow;
  const tagged = (tags ?? []).map((tag) => (typeof tag === 'string' ? tag : tag.name)).sort();
  const kept = Object.entries(settings ?? {}).filter(([key]) => !VOLATILE_SETTINGS.has(key));
  return {
    ...(id === undefined ? {} : { id }),
    name,
    active,
    ...(tagged.length > 0 ? { tags: tagged } : {}),
    settings: sorted(Object.fromEntries(kept)) as Json,
    nodes: nodes.map(cleanNode),
    connections: sorted(withoutEmptyOutputs(connections)) as Json,
  };
}

function cleanNode(node: StoredWorkflow['nodes'][number]): Json {
  const { credentials = {}, ...rest } = node;
  const bound = Object.entries(credentials).map(([type, { name }]) => [type, { id: null, name }]);
  const full: Json = {
    ...rest,
    ...(bound.length > 0 ? { credentials: Object.fromEntries(bound) } : {}),
    parameters: rest.parameters,
  };
  const further = Object.keys(full).filter((key) => !NODE_KEYS.includes(key));
  const keys = [...NODE_KEYS, ...further.sort()].filter((key) => full[key] !== undefined);
  return Object.fromEntries(keys.map((key) => [key, sorted(full[key])]));
}

/** n8n keeps the names of nodes whose last connection was removed. */
function withoutEmptyOutputs(connections: Json): Json {
  const used = Object.entries(connections).filter(([, outputs]) =>
    JSON.stringify(outputs).includes('"node"'),
  );
  return Object.fromEntries(used);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
