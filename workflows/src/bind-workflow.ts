import type { Credential } from './credentials.ts';
import type { WorkflowDefinition, WorkflowNode } from './workflow-definition.ts';

/** The Set nodes that hold what differs from company to company. */
export const SETTINGS_NODE = { name: 'Settings', type: 'n8n-nodes-base.set' };

/** Points every node at the credential of the same name and type in this n8n; one that is not there keeps its name alone. */
export function bindCredentials(definition: WorkflowDefinition, available: Credential[]): WorkflowDefinition {
  const bindNode = (node: WorkflowNode): WorkflowNode => {
    if (!node.credentials) return node;
    const bound = Object.entries(node.credentials).map(([type, { name }]) => {
      return [type, { id: findCredential(available, type, name)?.id ?? null, name }] as const;
    });
    return { ...node, credentials: Object.fromEntries(bound) };
  };
  return { ...definition, nodes: definition.nodes.map(bindNode) };
}

/** What a workflow needs and this n8n does not have, each once, such as `a credential "Mail" of type smtp (node "Send")`. */
export function missingCredentials(definition: WorkflowDefinition, available: Credential[]): string[] {
  const missing = new Map<string, string>();
  for (const node of definition.nodes) {
    for (const [type, { name }] of Object.entries(node.credentials ?? {})) {
      const need = `a credential "${name}" of type ${type}`;
      if (!findCredential(available, type, name) && !missing.has(need)) missing.set(need, node.name);
    }
  }
  return [...missing].map(([need, node]) => `${need} (node "${node}")`);
}

function findCredential(available: Credential[], type: string, name: string): Credential | undefined {
  return available.find((candidate) => candidate.type === type && candidate.name === name);
}

/** Replaces ids of workflows that have another id in this n8n, wherever one workflow names another. */
export function bindWorkflowIds(
  definition: WorkflowDefinition,
  ids: ReadonlyMap<string, string>,
): WorkflowDefinition {
  const translate = (value: unknown): unknown => {
    // Such as `=weekly-evaluation`: an expression that is a plain id.
    if (typeof value === 'string' && value.startsWith('='))
      return `=${ids.get(value.slice(1)) ?? value.slice(1)}`;
    if (typeof value === 'string') return ids.get(value) ?? value;
    if (typeof value === 'object' && value !== null && 'value' in value) {
      return { ...value, value: translate(value.value) };
    }
    return value;
  };
  const settings = { ...definition.settings };
  if ('errorWorkflow' in settings) settings.errorWorkflow = translate(settings.errorWorkflow);
  const nodes = definition.nodes.map((node) =>
    'workflowId' in node.parameters
      ? { ...node, parameters: { ...node.parameters, workflowId: translate(node.parameters.workflowId) } }
      : node,
  );
  return { ...definition, settings, nodes };
}

/** Makes the schedules of workflows go by a time zone, which is a company's own; those without one are left alone. */
export function scheduleIn(definitions: WorkflowDefinition[], timezone: string): WorkflowDefinition[] {
  return definitions.map((definition) =>
    'timezone' in definition.settings
      ? { ...definition, settings: { ...definition.settings, timezone } }
      : definition,
  );
}

/** Ids of other workflows that this one calls or reports its errors to. */
export function referencedWorkflowIds(definition: WorkflowDefinition): string[] {
  const named = [
    definition.settings.errorWorkflow,
    ...definition.nodes.map((node) => node.parameters.workflowId),
  ];
  return named.flatMap((value) => {
    const id = typeof value === 'object' && value !== null && 'value' in value ? value.value : value;
    return typeof id === 'string' ? [id] : [];
  });
}

/**
 * Sets the values of the assignments in nodes called "Settings" by their names.
 * @throws Error for a variable that no workflow has.
 */
export function applyVariables(
  definitions: WorkflowDefinition[],
  variables: Record<string, string | number | boolean>,
): WorkflowDefinition[] {
  const used = new Set<string>();
  const setValue = (assignment: unknown): unknown => {
    if (typeof assignment !== 'object' || assignment === null || !('name' in assignment)) return assignment;
    const name = String(assignment.name);
    const value = variables[name];
    if (value === undefined) return assignment;
    used.add(name);
    return { ...assignment, value, type: typeof value };
  };
  const changed = definitions.map((definition) => ({
    ...definition,
    nodes: definition.nodes.map((node) => withAssignments(node, setValue)),
  }));
  const unused = Object.keys(variables).filter((name) => !used.has(name));
  if (unused.length > 0) {
    throw new Error(`No workflow has a "${SETTINGS_NODE.name}" node that sets ${unused.join(', ')}.`);
  }
  return changed;
}

/** An address that a file invents, such as `operations@example.com`; a sender, which has a name, is none. */
const EXAMPLE_ADDRESS = /^[^<>\s]+@example\.com$/;

/** Recipients in nodes called "Settings" whose addresses the files invent, by name: each installation has its own. */
export function exampleRecipients(definitions: readonly WorkflowDefinition[]): Set<string> {
  const found = new Set<string>();
  for (const definition of definitions)
    for (const [name, value] of settingsOf(definition))
      if (EXAMPLE_ADDRESS.test(String(value))) found.add(name);
  return found;
}

/** Gives the recipients that a file invents the values that another version of the workflow has for them. */
export function withRecipientsOf<T extends Pick<WorkflowDefinition, 'nodes'>>(
  definition: T,
  { file, other }: { file: Pick<WorkflowDefinition, 'nodes'>; other: Pick<WorkflowDefinition, 'nodes'> },
): T {
  const invented = settingsOf(file).filter(([, value]) => EXAMPLE_ADDRESS.test(String(value)));
  const names = new Set(invented.map(([name]) => name));
  const values = new Map(settingsOf(other).filter(([name]) => names.has(name)));
  const setValue = (assignment: unknown): unknown => {
    const value = isNamed(assignment) ? values.get(assignment.name) : undefined;
    return value === undefined ? assignment : { ...(assignment as object), value };
  };
  return { ...definition, nodes: definition.nodes.map((node) => withAssignments(node, setValue)) };
}

function settingsOf({ nodes }: Pick<WorkflowDefinition, 'nodes'>): [name: string, value: unknown][] {
  const found: [string, unknown][] = [];
  for (const node of nodes)
    withAssignments(node, (assignment) => {
      if (isNamed(assignment)) found.push([assignment.name, assignment.value]);
      return assignment;
    });
  return found;
}

function isNamed(assignment: unknown): assignment is { name: string; value?: unknown } {
  return typeof assignment === 'object' && assignment !== null && 'name' in assignment;
}

function withAssignments(node: WorkflowNode, change: (assignment: unknown) => unknown): WorkflowNode {
  const outer = node.parameters.assignments;
  if (node.type !== SETTINGS_NODE.type || node.name !== SETTINGS_NODE.name) return node;
  if (typeof outer !== 'object' || outer === null || !('assignments' in outer)) return node;
  const { assignments } = outer;
  if (!Array.isArray(assignments)) return node;
  return {
    ...node,
    parameters: { ...node.parameters, assignments: { ...outer, assignments: assignments.map(change) } },
  };
}
