import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { bindCredentials, bindWorkflowIds, missingCredentials, withRecipientsOf } from '../bind-workflow.ts';
import { listCredentials } from '../credentials.ts';
import type { N8nSession } from '../session.ts';
import { tagsOf, tagWorkflows } from '../tags.ts';
import { readWorkflowDirectory, type WorkflowDefinition } from '../workflow-definition.ts';
import { findWorkflow, getWorkflow, listWorkflows, type StoredWorkflow } from '../workflows.ts';
import { cleanWorkflow } from './clean.ts';
import { type Difference, driftOf } from './drift.ts';

const createdSchema = z.object({ id: z.string(), name: z.string() });

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

/** A workflow that an operator made in n8n and that has no file yet. */
export interface UnfiledWorkflow {
  name: string;
  /** Whether a failure of it starts an error workflow. */
  reportsErrors: boolean;
}

/** How the workflows that n8n has differ from their files. */
export async function diffWorkflows(session: N8nSession, directory: string): Promise<Drift[]> {
  const { pairs } = await compare(session, directory);
  return pairs.map(({ definition, stored }) => ({
    name: definition.name,
    missing: stored === undefined,
    differences: stored ? driftOf(cleanWorkflow(definition), inFileTerms(definition, stored, pairs)) : [],
  }));
}

/** Workflows that are in n8n only, by name. Archived ones do not count. */
export async function unfiledWorkflows(session: N8nSession, directory: string): Promise<UnfiledWorkflow[]> {
  const { unfiled } = await compare(session, directory);
  return unfiled.map(({ name, settings }) => ({
    name,
    reportsErrors: typeof settings?.errorWorkflow === 'string' && settings.errorWorkflow !== '',
  }));
}

/**
 * Writes a file for each workflow that is in n8n only, named after it.
 * @returns the names of the new files
 */
export async function pullNewWorkflows(session: N8nSession, directory: string): Promise<string[]> {
  const { pairs, unfiled } = await compare(session, directory);
  const taken = new Set(readdirSync(directory));
  const files: string[] = [];
  for (const { id } of unfiled) {
    const stored = await getWorkflow(session, id);
    const file = fileNameOf(stored, taken);
    taken.add(file);
    const content = inFileTerms({ id }, stored, pairs);
    writeFileSync(join(directory, file), `${JSON.stringify(content, null, 2)}\n`);
    files.push(file);
  }
  return files;
}

/** `send-the-invoice.json`; with the id where another file has that name. */
function fileNameOf({ id, name }: StoredWorkflow, taken: ReadonlySet<string>): string {
  const words = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  const plain = `${words || id}.json`;
  return taken.has(plain) ? `${words}-${id}.json` : plain;
}

/**
 * Writes what operators edited in n8n over the files, ready for review.
 * @returns the names of the workflows whose files changed
 */
export async function pullWorkflows(session: N8nSession, directory: string): Promise<string[]> {
  const { pairs } = await compare(session, directory);
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
  const { pairs } = await compare(session, directory);
  const credentials = await listCredentials(session);
  const done: { name: string; change: 'created' | 'updated' }[] = [];
  const tagged: Parameters<typeof tagWorkflows>[1][number][] = [];
  for (const { definition, stored } of pairs) {
    if (stored && driftOf(cleanWorkflow(definition), inFileTerms(definition, stored, pairs)).length === 0)
      continue;
    const [missing] = missingCredentials(definition, credentials);
    if (missing) throw new Error(`The workflow "${definition.name}" needs ${missing}.`);
    const bound = bindWorkflowIds(bindCredentials(definition, credentials), idsOf(pairs));
    const { name, connections } = bound;
    const { nodes } = stored ? withRecipientsOf(bound, { file: definition, other: stored }) : bound;
    const zone = stored?.settings?.timezone;
    const settings = { ...bound.settings, ...(zone ? { timezone: zone } : {}) };
    const body = { name, nodes, connections, settings };
    if (!stored) {
      const made = await session.api(
        { method: 'POST', path: '/workflows', body },
        `create the workflow "${name}"`,
      );
      tagged.push({ definition, stored: createdSchema.parse(made) });
      done.push({ name, change: 'created' });
      continue;
    }
    const path = `/workflows/${encodeURIComponent(stored.id)}`;
    await session.api({ method: 'PUT', path, body }, `update the workflow "${name}"`);
    if (stored.active) await publish(session, stored.id);
    tagged.push({ definition, stored });
    done.push({ name, change: 'updated' });
  }
  await tagWorkflows(session, tagged, 'remove');
  return done;
}

/** n8n takes the new version up by itself where its public API publishes on update; asking again is harmless. */
async function publish(session: N8nSession, id: string): Promise<void> {
  const path = `/workflows/${encodeURIComponent(id)}/activate`;
  await session.api({ method: 'POST', path, body: {} }, `publish the workflow ${id}`);
}

/** The files beside what n8n has for them, and what n8n has without a file. */
async function compare(
  session: N8nSession,
  directory: string,
): Promise<{ pairs: Pair[]; unfiled: StoredWorkflow[] }> {
  const listed = (await listWorkflows(session)).filter(({ isArchived }) => !isArchived);
  const pairs = await Promise.all(
    readWorkflowDirectory(directory).map(async (definition) => {
      const found = findWorkflow(definition, listed);
      return { definition, stored: found && (await getWorkflow(session, found.id)) };
    }),
  );
  const filed = new Set(pairs.map(({ stored }) => stored?.id));
  return { pairs, unfiled: listed.filter(({ id }) => !filed.has(id)) };
}

function idsOf(pairs: Pair[]): Map<string, string> {
  return new Map(
    pairs.flatMap(({ definition, stored }) => (definition.id && stored ? [[definition.id, stored.id]] : [])),
  );
}

/**
 * What n8n has, with the ids, the time zone and the invented recipients that the files go by: schedules and mails go by the
 * installation's own.
 */
function inFileTerms(
  {
    id,
    settings: ofFile = {},
    nodes: nodesOfFile = [],
  }: Pick<WorkflowDefinition, 'id'> & Partial<Pick<WorkflowDefinition, 'settings' | 'nodes'>>,
  stored: StoredWorkflow,
  pairs: Pair[],
) {
  const fileIds = new Map([...idsOf(pairs)].map(([file, n8n]) => [n8n, file]));
  const { name, active, connections } = stored;
  const file = { nodes: nodesOfFile };
  const { nodes } = withRecipientsOf(stored, { file, other: file });
  const settings = { ...stored.settings, ...('timezone' in ofFile ? { timezone: ofFile.timezone } : {}) };
  const definition = { name, active, nodes, connections, settings, tags: tagsOf(stored) };
  return cleanWorkflow({ ...bindWorkflowIds(definition as WorkflowDefinition, fileIds), id });
}
