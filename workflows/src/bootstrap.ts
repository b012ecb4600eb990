import { activateWorkflow, hasFailedTriggers, wasEverPublished } from './activation.ts';
import {
  applyVariables,
  bindCredentials,
  bindWorkflowIds,
  exampleRecipients,
  missingCredentials,
  referencedWorkflowIds,
  scheduleIn,
} from './bind-workflow.ts';
import {
  type Change,
  type Credential,
  type CredentialInput,
  listCredentials,
  upsertCredential,
} from './credentials.ts';
import { N8nError } from './http.ts';
import { type N8nSession, signIn } from './session.ts';
import { tagWorkflows } from './tags.ts';
import { readWorkflowDirectory, type WorkflowDefinition } from './workflow-definition.ts';
import {
  findWorkflow,
  getWorkflow,
  listWorkflows,
  type OnEdited,
  type StoredWorkflow,
  upsertWorkflow,
} from './workflows.ts';

export type BootstrapOptions = {
  /** A running n8n. */
  n8n: { url: string };
  /** Signed in, or set up when n8n has no owner yet. */
  owner: { email: string; password: string; firstName?: string; lastName?: string };
  /** A function is asked once n8n is signed in to, for secrets that are made anew each time. */
  credentials: CredentialInput[] | (() => Promise<CredentialInput[]>);
  /** Every `*.json` in it is one workflow. */
  workflowsDirectory: string;
  /**
   * Values for the "Settings" nodes of the workflows, by name. Recipients whose addresses the files invent default to the
   * owner's.
   */
  variables?: Record<string, string | number | boolean>;
  /** IANA name of the company's time zone, by which schedules go; that of the files by default. */
  timezone?: string;
  /** Remembers the API key and what was written, so that a second run changes nothing. Keep it private. */
  stateFile?: string;
  /** Name of the API key in n8n. Without a state file each run renews the key of this name, and no other. */
  keyLabel?: string;
  /** Workflows that were edited in n8n stay as they are, unless this is `overwrite`. */
  onEdited?: OnEdited;
  onProgress?: (line: string) => void;
};

export type BootstrappedWorkflow = { id: string; name: string; active: boolean; change: Change };
/** A workflow in n8n with the file that it is from; ready when all its credentials are there. */
type Imported = {
  definition: WorkflowDefinition;
  workflow: StoredWorkflow;
  change: Change;
  /** Those that it had in n8n before. */
  tags: StoredWorkflow['tags'];
  ready: boolean;
};
export type BootstrapResult = {
  workflows: BootstrappedWorkflow[];
  /** Those that are on by their files and wait for a credential. */
  waiting: { name: string; needs: string[] }[];
  apiKey: string;
};

/**
 * Brings a running n8n to what the workflow directory says: owner, API key, credentials, workflows, and
 * the active ones listening. Safe to repeat. Whether a workflow is on is decided by its file only until it
 * was on for the first time; after that by the operators. A workflow whose credential is missing is brought in
 * and told of, but not switched on before the credential is there.
 * @throws Error for a bad file before anything is changed in a workflow; N8nError with every workflow that
 * could not be activated, after all others were.
 */
export async function bootstrapN8n(options: BootstrapOptions): Promise<BootstrapResult> {
  const { onProgress = () => {}, onEdited = 'keep', stateFile, owner } = options;
  const read = readWorkflowDirectory(options.workflowsDirectory);
  const recipients = [...exampleRecipients(read)].map((name) => [name, owner.email]);
  const files = applyVariables(read, { ...Object.fromEntries(recipients), ...options.variables });
  const definitions = options.timezone ? scheduleIn(files, options.timezone) : files;
  const session = await signIn({
    url: options.n8n.url,
    ...owner,
    ...(stateFile ? { stateFile } : {}),
    ...(options.keyLabel ? { keyLabel: options.keyLabel } : {}),
  });
  const { credentials } = options;
  for (const credential of typeof credentials === 'function' ? await credentials() : credentials) {
    const { name, change } = await upsertCredential(session, credential, stateFile);
    onProgress(`n8n: credential "${name}" ${change}`);
  }
  const stored = await listWorkflows(session);
  const available = await listCredentials(session);
  const imported: Imported[] = [];
  const waiting: BootstrapResult['waiting'] = [];
  for (const definition of bindAll(definitions, stored, available)) {
    const existing = findWorkflow(definition, stored);
    const { workflow, change } = await upsertWorkflow(session, definition, existing, onEdited);
    onProgress(
      `n8n: workflow "${workflow.name}" ${change === 'kept' ? 'was edited in n8n and is not changed' : change}`,
    );
    const missing = missingCredentials(definition, available);
    for (const need of missing)
      onProgress(`n8n: workflow "${workflow.name}" stays inactive: it needs ${need}`);
    if (definition.active && missing.length > 0) waiting.push({ name: workflow.name, needs: missing });
    imported.push({ definition, workflow, change, tags: existing?.tags, ready: missing.length === 0 });
  }
  const tagged = imported.map(({ definition, workflow, tags }) => ({
    definition,
    stored: { ...workflow, tags },
  }));
  // Tags only help to find a workflow, and an n8n may have them switched off.
  await tagWorkflows(session, tagged, 'keep').catch((error: unknown) => {
    if (!(error instanceof N8nError)) throw error;
    onProgress(`n8n: workflows have no tags: ${error.message}`);
  });
  const ready = imported.filter((workflow) => workflow.ready);
  await activateAll(session, ready, onProgress);
  const workflows: BootstrappedWorkflow[] = [];
  for (const { workflow, change } of imported) {
    const { id, name, active } = await getWorkflow(session, workflow.id);
    workflows.push({ id, name, active, change });
  }
  return { workflows, waiting, apiKey: session.apiKey };
}

function bindAll(
  definitions: WorkflowDefinition[],
  stored: StoredWorkflow[],
  available: Credential[],
): WorkflowDefinition[] {
  const ids = new Map<string, string>();
  for (const definition of definitions) {
    const existing = findWorkflow(definition, stored);
    if (definition.id && existing) ids.set(definition.id, existing.id);
  }
  return sortCalledFirst(
    definitions.map((definition) => bindWorkflowIds(bindCredentials(definition, available), ids)),
  );
}

/** n8n publishes a workflow only when those that it calls exist and are published. */
function sortCalledFirst(definitions: WorkflowDefinition[]): WorkflowDefinition[] {
  const sorted: WorkflowDefinition[] = [];
  const visited = new Set<WorkflowDefinition>();
  const visit = (definition: WorkflowDefinition) => {
    if (visited.has(definition)) return;
    visited.add(definition);
    for (const id of referencedWorkflowIds(definition)) {
      const called = definitions.find((candidate) => candidate.id === id);
      if (called) visit(called);
    }
    sorted.push(definition);
  };
  definitions.forEach(visit);
  return sorted;
}

async function activateAll(
  session: N8nSession,
  imported: Imported[],
  onProgress: (line: string) => void,
): Promise<void> {
  const failures: string[] = [];
  for (const { definition, workflow, change } of imported) {
    if (!(await needsActivation(session, definition, workflow, change))) continue;
    try {
      await activateWorkflow(session, workflow.id);
      onProgress(`n8n: workflow "${workflow.name}" is active`);
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  if (failures.length > 0) throw new N8nError(failures.join('\n'), 0);
}

async function needsActivation(
  session: N8nSession,
  definition: WorkflowDefinition,
  workflow: StoredWorkflow,
  change: Change,
): Promise<boolean> {
  if (workflow.active) {
    const hasDraft = workflow.activeVersionId !== workflow.versionId;
    return hasDraft ? change !== 'kept' : hasFailedTriggers(session, workflow.id);
  }
  return change !== 'kept' && definition.active && !(await wasEverPublished(session, workflow.id));
}
