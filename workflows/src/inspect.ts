import { z } from 'zod';
import { publicationStatus, wasEverPublished } from './activation.ts';
import { missingCredentials } from './bind-workflow.ts';
import { type Credential, listCredentials } from './credentials.ts';
import type { N8nSession } from './session.ts';
import { readWorkflowDirectory, type WorkflowDefinition } from './workflow-definition.ts';
import { findWorkflow, listWorkflows, type StoredWorkflow } from './workflows.ts';

/** A workflow of the directory as it is in n8n. */
export interface InspectedWorkflow {
  name: string;
  /** `off` is a decision: of its file, or of an operator. */
  state: 'active' | 'off' | 'fault';
  reason: string | null;
  /** IANA name of the zone that its schedules go by in n8n; null where it names none. */
  timezone: string | null;
}

/**
 * What each workflow of a directory is in n8n. With a session by an API key alone n8n does not say which triggers
 * failed to start, nor whether an operator switched a workflow off.
 */
export async function inspectWorkflows(session: N8nSession, directory: string): Promise<InspectedWorkflow[]> {
  const stored = await listWorkflows(session);
  const credentials = await listCredentials(session);
  const inspected: InspectedWorkflow[] = [];
  for (const definition of readWorkflowDirectory(directory)) {
    const found = findWorkflow(definition, stored);
    const seen = await inspect(session, definition, found, credentials);
    const zone = found?.settings?.timezone;
    inspected.push({ name: definition.name, ...seen, timezone: typeof zone === 'string' ? zone : null });
  }
  return inspected;
}

type Seen = Pick<InspectedWorkflow, 'state' | 'reason'>;

async function inspect(
  session: N8nSession,
  definition: WorkflowDefinition,
  stored: StoredWorkflow | undefined,
  credentials: Credential[],
): Promise<Seen> {
  if (!stored) return { state: 'fault', reason: 'it is not in n8n' };
  const [missing] = missingCredentials(definition, credentials);
  if (missing && (definition.active || stored.active))
    return { state: 'fault', reason: `it needs ${missing}` };
  if (stored.active) return triggersOf(session, stored);
  if (!definition.active) return { state: 'off', reason: 'it is off by default' };
  if (!hasEditor(session)) return { state: 'fault', reason: 'it is inactive' };
  return (await wasEverPublished(session, stored.id))
    ? { state: 'off', reason: 'it was switched off in n8n' }
    : { state: 'fault', reason: 'it was never activated' };
}

async function triggersOf(session: N8nSession, { id, nodes }: StoredWorkflow): Promise<Seen> {
  if (!hasEditor(session)) return { state: 'active', reason: null };
  const { triggers } = await publicationStatus(session, id);
  const failed = triggers.filter(({ status }) => status === 'failed');
  if (failed.length === 0) return { state: 'active', reason: null };
  const reasons = failed.map(({ nodeId, errorMessage }) => {
    const node = nodes.find((one) => one.id === nodeId);
    return `"${node?.name ?? nodeId}" did not start: ${errorMessage ?? 'n8n gives no reason'}`;
  });
  return { state: 'fault', reason: reasons.join('; ') };
}

/** Whether the session can use what is behind n8n's screens. */
export function hasEditor({ cookie }: N8nSession): boolean {
  return cookie !== '';
}

const described = z.array(
  z.looseObject({
    name: z.string(),
    properties: z
      .array(
        z.looseObject({
          name: z.string(),
          options: z
            .array(z.looseObject({ value: z.unknown() }))
            .optional()
            .catch(undefined),
          displayOptions: z
            .looseObject({ show: z.looseObject({ resource: z.array(z.string()).optional() }).optional() })
            .optional()
            .catch(undefined),
        }),
      )
      .default([]),
  }),
);

/** The nodes that a running n8n has of ours. */
export interface InspectedNodes {
  /** Types of nodes that the workflows use and n8n does not have. */
  missing: string[];
  /** Operations such as `evaluation.startWeekly` that its AI Manager node offers. */
  operations: Set<string>;
}

/** What a running n8n knows of the nodes that the workflows of a directory use. Needs a session with a password. */
export async function inspectNodes(session: N8nSession, directory: string): Promise<InspectedNodes> {
  const types = described.parse(
    await session.editor({ method: 'GET', path: '/types/nodes.json' }, 'list its nodes'),
  );
  const known = new Set(types.map(({ name }) => name));
  const used = new Set(
    readWorkflowDirectory(directory).flatMap(({ nodes }) => nodes.map(({ type }) => type)),
  );
  const own = types.find(({ name }) => name === `${PACKAGE}.aiManager`);
  const selectors = (own?.properties ?? []).filter(({ name }) => name === 'operation');
  const operations = selectors.flatMap(({ options = [], displayOptions }) =>
    (displayOptions?.show?.resource ?? []).flatMap((resource) =>
      options.map(({ value }) => `${resource}.${String(value)}`),
    ),
  );
  return { missing: [...used].filter((type) => !known.has(type)), operations: new Set(operations) };
}

const PACKAGE = 'n8n-nodes-ai-manager';
