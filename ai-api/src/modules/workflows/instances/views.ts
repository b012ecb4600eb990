import type { TenantTransaction } from '../../../platform/database/index.ts';
import { type Definition, stepById, type Templates, unwrap } from '../templates/index.ts';
import { hiding, withoutCredentials } from './secrets.ts';
import type { InstanceRow, TaskRow, TimelineRow } from './store.ts';
import { stepIdOf } from './undo.ts';
import type { UndoRow } from './undo-store.ts';

type Failure = { code: string; message: string; status?: number; path?: string };

/** Shows instances, without the secrets that they were started with. */
export type Show = ReturnType<typeof createShow>;

export function createShow(templates: Pick<Templates, 'definition'>) {
  return async (transaction: TenantTransaction, row: InstanceRow) =>
    (await hiding(transaction, templates, row))(instanceView(row));
}

/** An instance with all that it holds, its secrets too. */
export function instanceView(row: InstanceRow) {
  return {
    instanceId: row.id,
    template: row.template,
    version: row.version,
    runner: row.runner,
    state: row.state,
    advice: adviceFor(row),
    input: row.input as Record<string, unknown>,
    output: row.output as Record<string, unknown> | null,
    error: row.error as Failure | null,
    reference: row.reference,
    startedBy: row.started_by,
    parentId: row.parent_id,
    createdAt: row.created_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    wakeAt: row.wake_at?.toISOString() ?? null,
  };
}

/** What a person can do about an instance. */
function adviceFor({ state, error, runner }: InstanceRow): string | null {
  const { path } = (error ?? {}) as { path?: string };
  switch (state) {
    case 'failed':
      return `Nothing was undone. Remove the cause${path ? ` of the failure in ${path}` : ''}, then retry from there.`;
    case 'compensation_failed':
      return 'Something could not be undone. Retry the rollback, or undo the rest by hand and report it.';
    case 'paused':
      return 'Resume it, or cancel it.';
    case 'compensated':
      return runner === 'n8n' ? null : 'Everything was undone. Start it again when the cause is removed.';
    default:
      return null;
  }
}

export function taskView(row: TaskRow) {
  return {
    path: row.path,
    step: row.step,
    type: row.type,
    state: row.state,
    attempt: row.attempt,
    input: unwrap(row.input),
    output: withoutCredentials(unwrap(row.output)),
    error: row.error as Failure | null,
    waitsFor: row.state === 'waiting' ? waitsFor(row) : null,
    dueAt: row.due_at?.toISOString() ?? null,
    startedAt: row.started_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
  };
}

function waitsFor({ type, wait_event, wait_key }: TaskRow): string {
  if (type === 'child') return 'another workflow';
  if (type === 'human') return 'a person';
  if (type === 'agent') return 'an agent';
  if (wait_event === null) return 'time';
  return wait_key === null ? wait_event : `${wait_event} with ${wait_key}`;
}

export function undoView(row: UndoRow) {
  return {
    path: row.path,
    operation: row.operation,
    state: row.state,
    attempt: row.attempt,
    input: row.input as Record<string, unknown> | null,
    error: row.error as Failure | null,
    endedAt: row.ended_at?.toISOString() ?? null,
  };
}

/** Everything that happened to an instance, in order. */
export function timelineOf(
  definition: Definition,
  notes: readonly TimelineRow[],
  tasks: readonly TaskRow[],
  undos: readonly UndoRow[],
) {
  const titleOf = (path: string) => stepById(definition, stepIdOf(path))?.title ?? stepIdOf(path);
  const entries = [
    ...notes.map(({ at, what, who, detail }) => ({ at, what, path: null, who, detail })),
    ...tasks.flatMap((task) => [
      ...(task.state === 'skipped'
        ? []
        : [
            {
              at: task.started_at,
              what: `began: ${titleOf(task.path)}`,
              path: task.path,
              who: null,
              detail: null,
            },
          ]),
      ...(task.ended_at === null
        ? []
        : [
            {
              at: task.ended_at,
              what: `${task.state}: ${titleOf(task.path)}`,
              path: task.path,
              who: null,
              detail: (task.error as Failure | null)?.message ?? null,
            },
          ]),
    ]),
    ...undos
      .filter(({ ended_at }) => ended_at !== null)
      .map((undo) => ({
        at: undo.ended_at as Date,
        what: `${undo.state === 'failed' ? 'could not undo' : 'undid'}: ${titleOf(undo.path)}`,
        path: undo.path,
        who: null,
        detail: (undo.error as Failure | null)?.message ?? null,
      })),
  ];
  return entries
    .toSorted((a, b) => a.at.getTime() - b.at.getTime())
    .map(({ at, ...entry }) => ({ at: at.toISOString(), ...entry }));
}
