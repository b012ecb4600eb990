import { z } from 'zod';
import type { Change } from './credentials.ts';
import { pages } from './pages.ts';
import type { N8nSession } from './session.ts';
import { type WorkflowDefinition, workflowDigest } from './workflow-definition.ts';

const storedSchema = z.object({
  id: z.string(),
  name: z.string(),
  active: z.boolean(),
  isArchived: z.boolean(),
  versionId: z.string(),
  activeVersionId: z.string().nullish(),
  nodes: z.array(
    z.looseObject({
      id: z.string(),
      name: z.string(),
      type: z.string(),
      parameters: z.record(z.string(), z.unknown()).default({}),
      credentials: z.record(z.string(), z.looseObject({ name: z.string() })).optional(),
      webhookId: z.string().optional(),
    }),
  ),
  connections: z.record(z.string(), z.unknown()),
  settings: z.record(z.string(), z.unknown()).nullish(),
  meta: z.record(z.string(), z.unknown()).nullish(),
  tags: z.array(z.looseObject({ name: z.string() })).nullish(),
});
const createdSchema = z.object({ data: storedSchema });
const markSchema = z.object({ digest: z.string() });

/** A workflow in n8n. `activeVersionId` is the version that runs, `versionId` the one on the screen. */
export type StoredWorkflow = z.infer<typeof storedSchema>;

/** Who wins when a workflow was edited in n8n since it was last imported. */
export type OnEdited = 'keep' | 'overwrite';

const MARK = 'aiManager';

export async function listWorkflows(session: N8nSession): Promise<StoredWorkflow[]> {
  return pages(session, '/workflows?excludePinnedData=true', storedSchema, 'list its workflows');
}

export async function getWorkflow(session: N8nSession, id: string): Promise<StoredWorkflow> {
  const path = `/workflows/${encodeURIComponent(id)}`;
  return storedSchema.parse(await session.api({ method: 'GET', path }, `find the workflow ${id}`));
}

/** The workflow that a definition stands for: the one with its id, else the one with its name. */
export function findWorkflow(
  definition: WorkflowDefinition,
  stored: StoredWorkflow[],
): StoredWorkflow | undefined {
  return (
    stored.find((workflow) => workflow.id === definition.id) ??
    stored.find((workflow) => workflow.name === definition.name && !workflow.isArchived)
  );
}

/**
 * Creates a workflow (inactive), or brings `existing` up to date without publishing it. The digest of
 * what was imported is kept in the workflow's `meta`, so that edits made in n8n since then are noticed;
 * they stay, unless `onEdited` says otherwise, and so does a workflow that was never imported by us. An archived workflow stays as it is.
 */
export async function upsertWorkflow(
  session: N8nSession,
  definition: WorkflowDefinition,
  existing: StoredWorkflow | undefined,
  onEdited: OnEdited = 'keep',
): Promise<{ workflow: StoredWorkflow; change: Change }> {
  const digest = workflowDigest(definition);
  const { id, name, nodes, connections, settings } = definition;
  const content = { name, nodes, connections, settings };
  if (!existing) {
    const body = { ...(id ? { id } : {}), ...content, meta: { [MARK]: { digest } } };
    const answer = await session.editor(
      { method: 'POST', path: '/rest/workflows', body },
      `create the workflow "${name}"`,
    );
    return { workflow: createdSchema.parse(answer).data, change: 'created' };
  }
  const present = workflowDigest({ ...existing, settings: existing.settings ?? {} });
  if (present === digest) return { workflow: existing, change: 'unchanged' };
  const imported = markSchema.safeParse(existing.meta?.[MARK]).data?.digest;
  const edited = imported !== present;
  if (existing.isArchived || (edited && onEdited === 'keep')) return { workflow: existing, change: 'kept' };
  const body = {
    ...content,
    nodes: keepWebhookIds(nodes, existing),
    meta: { ...existing.meta, [MARK]: { digest } },
  };
  const answer = await session.editor(
    { method: 'PATCH', path: `/rest/workflows/${existing.id}`, body },
    `update the workflow "${name}"`,
  );
  return { workflow: createdSchema.parse(answer).data, change: 'updated' };
}

/** n8n gives a node its webhook id; a new one would change the node's address. */
function keepWebhookIds(
  nodes: WorkflowDefinition['nodes'],
  existing: StoredWorkflow,
): WorkflowDefinition['nodes'] {
  return nodes.map((node) => {
    const webhookId = node.webhookId ?? existing.nodes.find((other) => other.id === node.id)?.webhookId;
    return webhookId ? { ...node, webhookId } : node;
  });
}
