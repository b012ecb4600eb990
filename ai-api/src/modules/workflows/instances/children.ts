import { v7 as uuidv7 } from 'uuid';
import { invalidInput, Problem } from '../../../http/problem.ts';
import { inputSchemaOf, MAX_CHILD_DEPTH, MAX_DESCENDANTS } from '../templates/index.ts';
import type { StartChild } from './begin.ts';
import { about } from './ending.ts';
import { ADVANCE_QUEUE, type AdvanceJob, type WorkflowParts } from './parts.ts';
import { countBelow, insertInstance, note } from './store.ts';

/** Starts instances for steps of others, with the rights of their parents. */
export function createChildren({ templates, events, jobs, now }: WorkflowParts): StartChild {
  return async ({ transaction, instance }, path, template, given) => {
    if (instance.depth >= MAX_CHILD_DEPTH)
      throw new Problem('WORKFLOW_STATE', `Workflows start each other at most ${MAX_CHILD_DEPTH} deep.`);
    const rootId = instance.root_id ?? instance.id;
    if ((await countBelow(transaction, rootId)) >= MAX_DESCENDANTS)
      throw new Problem('WORKFLOW_STATE', `A workflow starts at most ${MAX_DESCENDANTS} others.`);
    const { version, definition } = await templates.published(transaction, instance.tenant_id, template);
    const parsed = inputSchemaOf(definition.input).safeParse(given, { reportInput: true });
    if (!parsed.success) throw invalidInput(parsed.error);
    const at = now();
    const row = await insertInstance(transaction, {
      id: uuidv7(),
      template,
      version,
      runner: definition.runner,
      state: 'queued',
      input: parsed.data,
      principal: instance.principal as object,
      started_by: instance.started_by,
      root_id: rootId,
      parent_id: instance.id,
      parent_path: path,
      depth: instance.depth + 1,
      created_at: at,
      touched_at: at,
    });
    if (!row) throw new Error('An instance without a reference was not inserted');
    const { tenant_id: tenantId } = instance;
    await note(transaction, {
      instanceId: row.id,
      at,
      what: 'started',
      who: `workflow ${instance.template}`,
    });
    await events.publish(transaction, tenantId, 'workflow.instance.started', about(row));
    await jobs.enqueue<AdvanceJob>(transaction, ADVANCE_QUEUE, [{ tenantId, instanceId: row.id }]);
    return row.id;
  };
}
