import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bindCredentials, bindWorkflowIds, missingCredentials } from '../bind-workflow.ts';
import { listCredentials } from '../credentials.ts';
import type { N8nSession } from '../session.ts';
import { readWorkflowDirectory, type WorkflowDefinition } from '../workflow-definition.ts';
import { findWorkflow, getWorkflow, listWorkflows, type StoredWorkflow } from '../workflows.ts';
import { cleanWorkflow } from './clean.ts';
import { type Difference, driftOf } from './drift.ts';

/** A workflow of the directory beside the one that stands for it in n8n, if there is one. */
interface Pair {
  definition: WorkflowDefinition;
  stored: StoredWorkflow | undefined;
}

export interface Drift {
  name: string;
  /** Missing: n8n does not have it. */
  missing: boolean;
  differences: Difference[];
}

/** How n8n differs from the directory. Workflows that are in n8n alone are nobody's business here. */
export async function diffWorkflows(session: N8nSession, directory: string): Promise<Drift[]> {
  const pairs = await pairsOf(session, directory);
  return pairs.map(({ definition, stored }) => ({
    name: definition.name,
    missing: stored === undefined,
    differences: stored ? driftOf(cleanWorkflow(definition), inFileTerms(definition, stored, pairs)) : [],
  }));
}

/**
 * Writes what operators edited in n8n over the files, ready for review.
 * @returns the names of the workflows whose files changed
 */
export async function pullWorkflows(session: N8nSession, directory: string): Promise<string[]> {
  const pairs = await pairsOf(session, directory);
  return pairs.flatMap(({ definition, stored }) => {
    if (!stored) return [];
    const pulled = inFileTerms(definition, stored, pairs);
    if (driftOf(cleanWorkflow(definition), pulled).length === 0) return [];
    const path = join(directory, definition.file ?? `${definition.id ?? stored.id}.json`);
    const before = JSON.parse(readFileSync(path, 'utf8')) as { active?: boolean };
    const content = { ...pulled, active: before.active ?? false };
    writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`);
    return [definition.name];
  });
}

/**
 * Brings n8n to what the files say, through its public API; edits made there are lost. A workflow that is on
 * goes on with its new version. n8n gives a new workflow an id of its own: later it is known by its name.
 * @returns what was done, by name
 * @throws Error for a changed workflow whose credential is not in n8n
 */
export async function pushWorkflows(
  session: N8nSession,
  directory: string,
): Promise<{ name: string; change: 'created' | 'updated' }[]> {
  const pairs = await pairsOf(session, directory);
  const credentials = await listCredentials(session);
  const done: { name: string; change: 'created' | 'updated' }[] = [];
  for (const { definition, stored } of pairs) {
    if (stored && driftOf(cleanWorkflow(definition), inFileTerms(definition, stored, pairs)).length === 0)
      continue;
    const [missing] = missingCredentials(definition, credentials);
    if (missing) throw new Error(`The workflow "${definition.name}" needs ${missing}.`);
    const bound = bindWorkflowIds(bindCredentials(definition, credentials), idsOf(pairs));
    const { name, nodes, connections, settings } = bound;
    const body = { name, nodes, connections, settings };
    if (!stored) {
      await session.api({ method: 'POST', path: '/workflows', body }, `create the workflow "${name}"`);
      done.push({ name, change: 'created' });
      continue;
    }
    const path = `/workflows/${encodeURIComponent(stored.id)}`;
    await session.api({ method: 'PUT', path, body }, `update the workflow "${name}"`);
    if (stored.active) await publish(session, stored.id);
    done.push({ name, change: 'updated' });
  }
  return done;
}

/** n8n takes the new version up by itself where its public API publishes on update; asking again is harmless. */
async function publish(session: N8nSession, id: string): Promise<void> {
  const path = `/workflows/${encodeURIComponent(id)}/activate`;
  await session.api({ method: 'POST', path, body: {} }, `publish the workflow ${id}`);
}

async function pairsOf(session: N8nSession, directory: string): Promise<Pair[]> {
  const listed = (await listWorkflows(session)).filter(({ isArchived }) => !isArchived);
  return Promise.all(
    readWorkflowDirectory(directory).map(async (definition) => {
      const found = findWorkflow(definition, listed);
      return { definition, stored: found && (await getWorkflow(session, found.id)) };
    }),
  );
}

function idsOf(pairs: Pair[]): Map<string, string> {
  return new Map(
    pairs.flatMap(({ definition, stored }) => (definition.id && stored ? [[definition.id, stored.id]] : [])),
  );
}

/** What n8n has, with the ids that the files go by. */
function inFileTerms({ id }: WorkflowDefinition, stored: StoredWorkflow, pairs: Pair[]) {
  const fileIds = new Map([...idsOf(pairs)].map(([file, n8n]) => [n8n, file]));
  const { name, active, nodes, connections, settings } = stored;
  const definition = { name, active, nodes, connections, settings: settings ?? {} };
  return cleanWorkflow({ ...bindWorkflowIds(definition as WorkflowDefinition, fileIds), id });
}
