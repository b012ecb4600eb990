import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { canonicalJson } from './canonical-json.ts';

const nodeSchema = z.looseObject({
  id: z.string().min(1),
  name: z.string().min(1),
  type: z.string().min(1),
  parameters: z.record(z.string(), z.unknown()).default({}),
  credentials: z.record(z.string(), z.looseObject({ id: z.string().nullish(), name: z.string() })).optional(),
  webhookId: z.string().optional(),
});

const definitionSchema = z.object({
  id: z.string().min(1).max(36).optional(),
  name: z.string().min(1).max(128),
  active: z.boolean().default(false),
  nodes: z.array(nodeSchema).min(1),
  connections: z.record(z.string(), z.unknown()),
  settings: z.record(z.string(), z.unknown()).default({}),
  /** Names; n8n exports objects. */
  tags: z
    .array(
      z.union([z.string().min(1).max(24), z.looseObject({ name: z.string() }).transform(({ name }) => name)]),
    )
    .default([]),
});

/** One workflow as n8n exports it, without what belongs to one n8n (versions, owners). */
export type WorkflowDefinition = z.infer<typeof definitionSchema> & {
  /** Name of the file that it was read from. */
  file?: string;
};
export type WorkflowNode = z.infer<typeof nodeSchema>;

/**
 * Reads every `*.json` of a directory, by file name.
 * @throws Error that names the file and field, for a file that is no workflow or an id used twice.
 */
export function readWorkflowDirectory(directory: string): WorkflowDefinition[] {
  const files = readdirSync(directory)
    .filter((name) => name.endsWith('.json') && name !== 'package.json' && name !== 'tsconfig.json')
    .sort();
  const seen = new Map<string, string>();
  return files.map((file) => {
    const definition = readWorkflow(join(directory, file));
    for (const key of [definition.id, definition.name]) {
      if (key === undefined) continue;
      const other = seen.get(key);
      if (other) throw new Error(`${file} and ${other} both use the name or id "${key}".`);
      seen.set(key, file);
    }
    return { ...definition, file };
  });
}

function readWorkflow(path: string): WorkflowDefinition {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path} is not JSON: ${error instanceof Error ? error.message : error}`);
  }
  const parsed = definitionSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`${basename(path)} is not an n8n workflow: ${issue?.path.join('.')}: ${issue?.message}`);
}

/** Equal for two workflows that do the same and look the same, whichever n8n they are in. */
export function workflowDigest(workflow: Omit<WorkflowDefinition, 'id' | 'active' | 'tags'>): string {
  const nodes = workflow.nodes.map(({ webhookId: _chosenByN8n, ...node }) => node);
  const { name, connections, settings } = workflow;
  return createHash('sha256').update(canonicalJson({ name, nodes, connections, settings })).digest('hex');
}
