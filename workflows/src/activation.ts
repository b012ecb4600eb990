import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { N8nError } from './http.ts';
import type { N8nSession } from './session.ts';
import { getWorkflow } from './workflows.ts';

const TIMEOUT_MS = 60_000;
const POLL_MS = 200;

const statusSchema = z.object({
  data: z.object({
    status: z.enum(['in_progress', 'not_published', 'published', 'partial', 'failed']),
    triggers: z.array(
      z.object({ nodeId: z.string(), status: z.string(), errorMessage: z.string().nullish() }),
    ),
  }),
});
const timelineSchema = z.object({ data: z.array(z.object({ event: z.string() })) });

/** `partial`: some of the workflow's triggers listen, others failed. */
export type Publication = z.infer<typeof statusSchema>['data'];

/** How far n8n is with starting or stopping the triggers of a workflow. */
export async function publicationStatus(session: N8nSession, id: string): Promise<Publication> {
  const path = `/rest/workflows/${encodeURIComponent(id)}/publication-status`;
  return statusSchema.parse(await session.editor({ method: 'GET', path }, `tell whether ${id} is published`))
    .data;
}

/**
 * Publishes the latest version of a workflow and waits until its triggers listen: n8n answers at once and
 * registers webhooks later. A trigger that fails is tried five times by n8n, over about 16 seconds.
 * @throws N8nError with the failing nodes and their messages; the workflow is then "active" all the same.
 */
export async function activateWorkflow(
  session: N8nSession,
  id: string,
  { timeoutMs = TIMEOUT_MS }: { timeoutMs?: number } = {},
): Promise<void> {
  const path = `/workflows/${encodeURIComponent(id)}/activate`;
  await session.api({ method: 'POST', path, body: {} }, `activate the workflow ${id}`);
  const publication = await settled(session, id, timeoutMs);
  if (publication.status !== 'published') await throwFailure(session, id, publication);
}

/** Stops the triggers of a workflow and waits until they are gone. */
export async function deactivateWorkflow(
  session: N8nSession,
  id: string,
  { timeoutMs = TIMEOUT_MS }: { timeoutMs?: number } = {},
): Promise<void> {
  const path = `/workflows/${encodeURIComponent(id)}/deactivate`;
  await session.api({ method: 'POST', path }, `deactivate the workflow ${id}`);
  await settled(session, id, timeoutMs);
}

/** True when a published workflow does not do what it should: some of its triggers failed to start. */
export async function hasFailedTriggers(session: N8nSession, id: string): Promise<boolean> {
  const { status } = await settled(session, id, TIMEOUT_MS);
  return status === 'failed' || status === 'partial';
}

/** True when somebody has ever switched the workflow on: whether it is on now is then their decision. */
export async function wasEverPublished(session: N8nSession, id: string): Promise<boolean> {
  const path = `/rest/workflow-history/workflow/${encodeURIComponent(id)}/publish-timeline`;
  const answer = await session.editor({ method: 'GET', path }, `tell the history of the workflow ${id}`);
  return timelineSchema.parse(answer).data.length > 0;
}

async function settled(session: N8nSession, id: string, timeoutMs: number): Promise<Publication> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const publication = await publicationStatus(session, id);
    if (publication.status !== 'in_progress') return publication;
    if (Date.now() > deadline)
      throw new N8nError(`n8n is still publishing ${id} after ${timeoutMs / 1000} s.`, 0);
    await delay(POLL_MS);
  }
}

async function throwFailure(session: N8nSession, id: string, publication: Publication): Promise<never> {
  const workflow = await getWorkflow(session, id);
  const failures = publication.triggers
    .filter((trigger) => trigger.status === 'failed')
    .map((trigger) => {
      const node = workflow.nodes.find((candidate) => candidate.id === trigger.nodeId);
      return `"${node?.name ?? trigger.nodeId}": ${trigger.errorMessage ?? 'no reason given'}`;
    });
  const reasons = failures.join('; ') || `its state is ${publication.status}`;
  throw new N8nError(`n8n could not start every trigger of "${workflow.name}": ${reasons}`, 0);
}
