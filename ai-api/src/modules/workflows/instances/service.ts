import { setTimeout as pause } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { RequestContext } from '../../../http/caller.ts';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField, invalidInput, notFound, Problem } from '../../../http/problem.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { Agents } from '../../ai/agents/index.ts';
import { type Actor, actorOf, displayName, record } from '../../shared/audit/index.ts';
import { principalOf } from '../../shared/identity/index.ts';
import { inputSchemaOf, jsonText, MAX_INPUT_BYTES } from '../templates/index.ts';
import { createCarryOut, type Result } from './carry-out.ts';
import { createCommit } from './commit.ts';
import { defineDriver } from './driver.ts';
import { about, createEnding } from './ending.ts';
import { Ledger } from './ledger.ts';
import { createN8nRunner } from './n8n-runner.ts';
import { ADVANCE_QUEUE, type AdvanceJob, type WorkflowParts } from './parts.ts';
import { ALL, personalDataOf, subjectsIn } from './personal-data.ts';
import { retentionOf } from './retention.ts';
import { hiding, hidingOf, secretsIn } from './secrets.ts';
import { ENDED } from './states.ts';
import {
  childrenOf,
  countByState,
  countSignals,
  findByReference,
  findInstance,
  forgetFailed,
  type InstanceFilter,
  type InstanceRow,
  insertInstance,
  insertSignal,
  listInstances,
  lockInstance,
  note,
  notesOf,
  tasksOf,
  updateInstance,
} from './store.ts';
import { createUndoing, hasPassedPivot } from './undo.ts';
import { changeFailedUndos, undosOf } from './undo-store.ts';
import { createShow, instanceView, taskView, timelineOf, undoView } from './views.ts';
import { resolveByDecision, resolveRollback, sweep, wakeByEvent } from './wakes.ts';

/** How often a call that waits for the end looks. */
const LOOK_MS = 100;
/** How long undoing a child may take between two looks of its parent. */
const CHILD_LOOK_MS = 1_000;

/** Signals that no step has taken. */
const MAX_SIGNALS = 100;

interface Start {
  template: string;
  input: Record<string, unknown>;
  reference?: string | undefined;
  waitSeconds: number;
}

interface Limits {
  concurrency: number;
  perCompany: number;
}

export type Workflows = ReturnType<typeof createWorkflows>;

/** Instances of templates: started, driven, watched and repaired. */
export function createWorkflows(
  parts: WorkflowParts & { agents: Pick<Agents, 'executionsByIds'> },
  limits: Limits,
) {
  const { database, jobs, events, templates, now, agents, leaseSeconds } = parts;
  const ending = createEnding(parts);
  const undoing = createUndoing(parts, ending);
  const commit = createCommit(parts, ending, undoing);
  defineDriver(parts, { commit, ending, undoChild, carryOut: createCarryOut(parts) }, limits);
  const show = createShow(templates);
  jobs.schedule({ name: 'workflow.sweep', cron: '* * * * *', atStart: true, run: () => sweep(parts) });
  events.subscribe((transaction, published) => wakeByEvent(parts, transaction, published));
  events.subscribe((transaction, published) => resolveByDecision(ending, now, transaction, published));

  async function enqueue(transaction: TenantTransaction, { tenant_id, id }: InstanceRow): Promise<void> {
    const job: AdvanceJob = { tenantId: tenant_id, instanceId: id };
    await jobs.enqueue(transaction, ADVANCE_QUEUE, [job]);
  }

  async function require(transaction: TenantTransaction, instanceId: string): Promise<InstanceRow> {
    const row = await findInstance(transaction, instanceId);
    if (!row) throw notFound('workflow', instanceId);
    return row;
  }

  /** Changes an instance by a person's wish, and says so in the timeline and the audit trail. */
  function change(
    actor: Actor,
    instanceId: string,
    what: string,
    detail: string | null,
    act: (transaction: TenantTransaction, row: InstanceRow) => Promise<void>,
  ) {
    return database.withTenant(actor.tenantId, async (transaction) => {
      const row = await lockInstance(transaction, instanceId);
      if (!row) throw notFound('workflow', instanceId);
      await act(transaction, row);
      await note(transaction, { instanceId, at: now(), what, who: displayName(actor), detail });
      const view = await show(transaction, await require(transaction, instanceId));
      await record(transaction, actor, {
        subject: `workflow:${instanceId}`,
        details: [{ about: [], content: { what, detail } }],
      });
      return view;
    });
  }

  function refuseEnded({ state }: InstanceRow): void {
    if (ENDED.includes(state)) throw new Problem('WORKFLOW_STATE', `The workflow is ${state}.`);
    if (state === 'compensating') throw new Problem('WORKFLOW_STATE', 'The workflow is being undone.');
  }

  async function ledgerOf(transaction: TenantTransaction, instance: InstanceRow): Promise<Ledger> {
    const { tenant_id: tenantId, template, version, id } = instance;
    const definition = await templates.definition(transaction, tenantId, template, version);
    const tasks = await tasksOf(transaction, id);
    return new Ledger({ transaction, instance, definition, tasks, now: now(), leaseSeconds });
  }

  /** Undoes a child for its parent: begins it, then looks until it ended. */
  async function undoChild(tenantId: string, childId: string, parent: InstanceRow): Promise<Result> {
    const waits = { code: 'WORKFLOW_STATE', message: 'The child is being undone.' };
    const again: Result = {
      kind: 'failed',
      failed: { ...waits, isRetryable: true, mayHaveHappened: true, waitMs: CHILD_LOOK_MS },
    };
    return database.withTenant(tenantId, async (transaction): Promise<Result> => {
      const child = await lockInstance(transaction, childId);
      if (!child || ['compensated', 'cancelled', 'failed'].includes(child.state))
        return { kind: 'succeeded', output: null };
      if (child.state === 'compensation_failed')
        return {
          kind: 'failed',
          failed: {
            ...waits,
            message: `The rollback of ${child.template} is incomplete.`,
            isRetryable: false,
            mayHaveHappened: true,
          },
        };
      if (child.state === 'compensating') return again;
      const reason = `The workflow ${parent.template}, which started it, is undone.`;
      await updateInstance(transaction, childId, { cancel_mode: 'undo', cancel_reason: reason });
      if (child.state === 'completed') {
        const ledger = await ledgerOf(transaction, { ...child, cancel_mode: 'undo', cancel_reason: reason });
        await undoing.startOrEnd(ledger, 'cancelled', { code: 'CANCELLED', message: reason });
      } else await enqueue(transaction, child);
      return again;
    });
  }

  /** Starts an instance, or finds the one with its reference; answers how it is shown too. */
  async function start(request: RequestContext, { template, input, reference }: Start) {
    const { caller } = request;
    const actor = actorOf(request);
    if (Buffer.byteLength(JSON.stringify(input)) > MAX_INPUT_BYTES)
      throw invalidField('input', `must be at most ${MAX_INPUT_BYTES / 1000} kB`);
    return database.withTenant(caller.tenantId, async (transaction) => {
      const shown = async (row: InstanceRow) => ({ row, view: await show(transaction, row) });
      const known =
        reference === undefined ? undefined : await findByReference(transaction, template, reference);
      if (known) return shown(known);
      const { version, definition } = await templates.published(transaction, caller.tenantId, template);
      const parsed = inputSchemaOf(definition.input).safeParse(JSON.parse(jsonText(input)), {
        reportInput: true,
      });
      if (!parsed.success) throw invalidInput(parsed.error);
      const at = now();
      const row = await insertInstance(transaction, {
        id: uuidv7(),
        template,
        version,
        runner: definition.runner,
        state: 'queued',
        input: parsed.data,
        principal: principalOf(caller),
        started_by: displayName(actor),
        reference: reference ?? null,
        created_at: at,
        touched_at: at,
      });
      if (!row)
        return shown((await findByReference(transaction, template, reference as string)) as InstanceRow);
      await note(transaction, { instanceId: row.id, at, what: 'started', who: row.started_by });
      await events.publish(transaction, caller.tenantId, 'workflow.instance.started', about(row));
      if (definition.runner === 'platform') await enqueue(transaction, row);
      const answer = await shown(row);
      await record(transaction, actor, {
        subject: `workflow:${row.id}`,
        details: [
          {
            about: await subjectsIn(transaction, parts.people, parsed.data),
            content: { template, version, input: hidingOf(secretsIn(definition, parsed.data))(parsed.data) },
          },
        ],
      });
      return answer;
    });
  }

  /** Looks until the instance ended, for so many seconds. */
  async function waitForEnd(tenantId: string, id: string, seconds: number, signal: AbortSignal) {
    const until = Date.now() + seconds * 1000;
    for (;;) {
      const row = await database.withTenant(tenantId, (transaction) => require(transaction, id));
      if (row.ended_at !== null || Date.now() >= until || signal.aborted) return row;
      await pause(LOOK_MS);
    }
  }

  return {
    /** The people that a view of instances names. */
    subjectsIn: (tenantId: string, view: unknown) =>
      database.withTenant(tenantId, (transaction) => subjectsIn(transaction, parts.people, view, ALL)),

    /** @throws {Problem} NOT_FOUND, CONFLICT, INVALID_INPUT */
    execute: async (request: RequestContext, input: Start) => {
      const { row, view } = await start(request, input);
      if (input.waitSeconds === 0) return view;
      const { tenantId } = request.caller;
      const ended = await waitForEnd(tenantId, row.id, input.waitSeconds, request.signal);
      return database.withTenant(tenantId, (transaction) => show(transaction, ended));
    },

    list: (tenantId: string, filter: InstanceFilter, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (before, limit) => listInstances(transaction, filter, before, limit),
          key: ({ id }) => id,
          describe: async (rows) => {
            const views = [];
            for (const row of rows) views.push(await show(transaction, row));
            return views;
          },
        }),
      ),

    count: (tenantId: string, template?: string) =>
      database.withTenant(tenantId, async (transaction) => ({
        counts: await countByState(transaction, template),
      })),

    get: (tenantId: string, instanceId: string) =>
      database.withTenant(tenantId, async (transaction) =>
        show(transaction, await require(transaction, instanceId)),
      ),

    /** Everything about an instance, in a fixed number of queries. @throws {Problem} NOT_FOUND */
    complete: (tenantId: string, instanceId: string) =>
      database.withTenant(tenantId, async (transaction) => {
        const instance = await require(transaction, instanceId);
        const { template, version } = instance;
        const definition = await templates.definition(transaction, tenantId, template, version);
        const hidden = await hiding(transaction, templates, instance);
        const [tasks, undos, notes, children] = [
          await tasksOf(transaction, instanceId),
          await undosOf(transaction, instanceId),
          await notesOf(transaction, instanceId),
          await childrenOf(transaction, instanceId),
        ];
        const ids = tasks.flatMap(({ type, progress }) =>
          type === 'agent' && progress ? [(progress as { executionId: string }).executionId] : [],
        );
        const executions = (await agents.executionsByIds(transaction, ids)).map((row) => ({
          executionId: row.id,
          status: row.status,
          model: row.model,
          costMicros: row.cost_micros,
        }));
        return {
          instance: hidden(instanceView(instance)),
          definition: definition as unknown as Record<string, unknown>,
          tasks: hidden(tasks.map(taskView)),
          compensations: hidden(undos.map(undoView)),
          timeline: hidden(timelineOf(definition, notes, tasks, undos)),
          children: children.map(({ id, template, state }) => ({ instanceId: id, template, state })),
          executions,
          costMicros: executions.reduce((sum, { costMicros }) => sum + (costMicros ?? 0), 0),
        };
      }),

    timeline: (tenantId: string, instanceId: string) =>
      database.withTenant(tenantId, async (transaction) => {
        const instance = await require(transaction, instanceId);
        const { template, version } = instance;
        const definition = await templates.definition(transaction, tenantId, template, version);
        const entries = timelineOf(
          definition,
          await notesOf(transaction, instanceId),
          await tasksOf(transaction, instanceId),
          await undosOf(transaction, instanceId),
        );
        return { entries: (await hiding(transaction, templates, instance))(entries) };
      }),

    pause: (actor: Actor, instanceId: string) =>
      change(actor, instanceId, 'paused', null, async (transaction, row) => {
        refuseEnded(row);
        const busy = (await tasksOf(transaction, instanceId)).some(({ state }) => state === 'running');
        await updateInstance(transaction, instanceId, {
          is_paused: true,
          wake_at: null,
          ...(busy ? {} : { state: 'paused' }),
        });
      }),

    resume: (actor: Actor, instanceId: string) =>
      change(actor, instanceId, 'resumed', null, async (transaction, row) => {
        if (!row.is_paused) throw new Problem('WORKFLOW_STATE', 'The workflow is not paused.');
        await updateInstance(transaction, instanceId, {
          is_paused: false,
          state: 'running',
          touched_at: now(),
        });
        await enqueue(transaction, row);
      }),

    cancel: (actor: Actor, instanceId: string, mode: 'stop' | 'undo', reason: string) =>
      change(actor, instanceId, `cancelled (${mode})`, reason, async (transaction, row) => {
        refuseEnded(row);
        if (mode === 'undo' && hasPassedPivot(await ledgerOf(transaction, row)))
          throw new Problem(
            'WORKFLOW_STATE',
            'A step without a way back was carried out: it can only be stopped.',
          );
        await updateInstance(transaction, instanceId, { cancel_mode: mode, cancel_reason: reason });
        await enqueue(transaction, row);
      }),

    signal: (actor: Actor, instanceId: string, name: string, payload: object) =>
      change(actor, instanceId, `signal ${name}`, null, async (transaction, row) => {
        refuseEnded(row);
        if (Buffer.byteLength(JSON.stringify(payload)) > MAX_INPUT_BYTES)
          throw invalidField('payload', `must be at most ${MAX_INPUT_BYTES / 1000} kB`);
        if ((await countSignals(transaction, instanceId)) >= MAX_SIGNALS)
          throw new Problem('WORKFLOW_STATE', `${MAX_SIGNALS} signals wait for the workflow already.`);
        await insertSignal(transaction, { instanceId, name, payload, by: displayName(actor), at: now() });
        await enqueue(transaction, row);
      }),

    retry: (actor: Actor, instanceId: string, path?: string) =>
      change(actor, instanceId, 'retried', path ?? null, async (transaction, row) => {
        if (row.state === 'compensation_failed') {
          for (const undo of await undosOf(transaction, instanceId))
            if (undo.state === 'failed')
              await changeFailedUndos(
                transaction,
                instanceId,
                { id: uuidv7(), state: 'pending', attempt: 0 },
                undo.id,
              );
          await updateInstance(transaction, instanceId, {
            state: 'compensating',
            ended_at: null,
            touched_at: now(),
          });
          return enqueue(transaction, row);
        }
        if (row.state !== 'failed' && row.state !== 'cancelled')
          throw new Problem('WORKFLOW_STATE', `The workflow is ${row.state}: only failed ones are retried.`);
        const forgotten = await forgetFailed(transaction, instanceId, now(), path);
        if (path !== undefined && forgotten === 0) throw notFound('failed step', path);
        await updateInstance(transaction, instanceId, {
          state: 'running',
          error: null,
          ended_at: null,
          execution_id: null,
          cancel_mode: null,
          cancel_reason: null,
          touched_at: now(),
        });
        await enqueue(transaction, row);
      }),

    resolve: (actor: Actor, instanceId: string, reason: string) =>
      change(actor, instanceId, 'reported as undone', reason, async (transaction) => {
        if (!(await resolveRollback(ending, now, transaction, instanceId, displayName(actor), reason)))
          throw new Problem('WORKFLOW_STATE', 'Only the rest of an incomplete rollback can be reported.');
      }),

    ...createN8nRunner(parts, { ending, show, ledgerOf, enqueue, refuseEnded }),

    personalData: { ...personalDataOf(parts.people, templates), retention: [retentionOf(templates)] },

    /** Looks for forgotten instances now, as the schedule does each minute. */
    sweep: () => sweep(parts),
  };
}
