import { z } from 'zod';
import { pages } from './pages.ts';
import type { N8nSession } from './session.ts';
import type { WorkflowDefinition } from './workflow-definition.ts';
import type { StoredWorkflow } from './workflows.ts';

const tagSchema = z.object({ id: z.string(), name: z.string() });

/** A workflow of the files with its copy in n8n. */
interface Tagged {
  definition: Pick<WorkflowDefinition, 'tags'>;
  stored: Pick<StoredWorkflow, 'id' | 'name' | 'tags'>;
}

/** Names of the tags that a workflow has in n8n. */
export const tagsOf = ({ tags }: Pick<StoredWorkflow, 'tags'>): string[] =>
  (tags ?? []).map(({ name }) => name).sort();

/**
 * Gives workflows in n8n the tags of their files, and makes the tags that n8n does not have.
 * @param others what becomes of tags that only n8n has: an operator's own stay, unless the files are to overwrite them
 */
export async function tagWorkflows(
  session: N8nSession,
  workflows: readonly Tagged[],
  others: 'keep' | 'remove',
): Promise<void> {
  const changed = workflows.flatMap(({ definition, stored }) => {
    const before = tagsOf(stored);
    const wanted = [...new Set([...definition.tags, ...(others === 'keep' ? before : [])])].sort();
    return wanted.join('\n') === before.join('\n') ? [] : [{ stored, wanted }];
  });
  if (changed.length === 0) return;
  const ids = await idsOfTags(session, new Set(changed.flatMap(({ wanted }) => wanted)));
  for (const { stored, wanted } of changed) {
    const body = wanted.map((name) => ({ id: ids.get(name) }));
    const path = `/workflows/${encodeURIComponent(stored.id)}/tags`;
    await session.api({ method: 'PUT', path, body }, `tag the workflow "${stored.name}"`);
  }
}

async function idsOfTags(session: N8nSession, names: ReadonlySet<string>): Promise<Map<string, string>> {
  const known = await pages(session, '/tags', tagSchema, 'list its tags');
  const ids = new Map(known.map(({ name, id }) => [name, id]));
  for (const name of names) {
    if (ids.has(name)) continue;
    const made = await session.api(
      { method: 'POST', path: '/tags', body: { name } },
      `make the tag "${name}"`,
    );
    ids.set(name, tagSchema.parse(made).id);
  }
  return ids;
}
