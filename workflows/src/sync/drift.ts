import type { CleanWorkflow } from './clean.ts';

/** One place where two workflows differ; undefined where one has nothing there. */
export interface Difference {
  /** Such as `node "Send e-mail": parameters.subject`. */
  place: string;
  file: unknown;
  n8n: unknown;
}

/** How the workflow in n8n differs from its file, node by node. Whether it is on is no difference. */
export function driftOf(file: CleanWorkflow, n8n: CleanWorkflow): Difference[] {
  const byName = ({ nodes }: CleanWorkflow) => new Map(nodes.map((node) => [String(node.name), node]));
  const [before, after] = [byName(file), byName(n8n)];
  const names = new Set([...before.keys(), ...after.keys()]);
  const top = (workflow: CleanWorkflow) => ({
    name: workflow.name,
    tags: workflow.tags?.join(', '),
    settings: workflow.settings,
    connections: workflow.connections,
  });
  return [
    ...compare('', top(file), top(n8n)),
    ...[...names].flatMap((name) => {
      const [one, other] = [before.get(name), after.get(name)];
      if (one && other) return compare(`node "${name}": `, one, other);
      return [{ place: `node "${name}"`, file: one && '(present)', n8n: other && '(present)' }];
    }),
  ];
}

function compare(prefix: string, file: unknown, n8n: unknown, path = ''): Difference[] {
  if (isTree(file) && isTree(n8n) && Array.isArray(file) === Array.isArray(n8n)) {
    const keys = new Set([...Object.keys(file), ...Object.keys(n8n)]);
    return [...keys].flatMap((key) =>
      compare(prefix, file[key], n8n[key], path === '' ? key : `${path}.${key}`),
    );
  }
  return file === n8n ? [] : [{ place: `${prefix}${path}`, file, n8n }];
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
