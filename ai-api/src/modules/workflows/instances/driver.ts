import { DAY_MS } from '../../../platform/durations.ts';
import { record, systemActor } from '../../shared/audit/index.ts';
import { type Definition, stepById } from '../templates/index.ts';
import type { CarriedOut, CarryOut, Result } from './carry-out.ts';
import type { Commit, Committed } from './commit.ts';
import type { Ending } from './ending.ts';
import type { Claim } from './ledger.ts';
import {
  ADVANCE_QUEUE,
  type AdvanceJob,
  type CrashPoint,
  ROLLBACK_QUEUE,
  type WorkflowParts,
} from './parts.ts';
import { createRecall } from './recall.ts';
import { ENDED } from './states.ts';
import { findInstance, type InstanceRow, lockInstance, renewLeases } from './store.ts';
import { stepIdOf, UNDO_CHILD, type UndoClaim } from './undo.ts';
import { undosOf } from './undo-store.ts';

interface Options {
  concurrency: number;
  perCompany: number;
}

interface Engine {
  commit: Commit;
  carryOut: CarryOut;
  ending: Ending;
  undoChild: (tenantId: string, childId: string, parent: InstanceRow) => Promise<Result>;
}

/** Defines the jobs that drive instances. One job drives one instance until it ends or waits. */
export function defineDriver(
  parts: WorkflowParts,
  engine: Engine,
  { concurrency, perCompany }: Options,
): void {
  const { database, jobs, templates, leaseSeconds, atPoint, log } = parts;
  const { commit, carryOut, ending, undoChild } = engine;
  const recall = createRecall(parts);

  async function advance({ tenantId, instanceId, arrived }: AdvanceJob, signal: AbortSignal): Promise<void> {
    const underWay = new Map<string, Promise<void>>();
    let failure: unknown;
    let isRecalled = false;

    async function store(results: CarriedOut[], first?: AdvanceJob['arrived']): Promise<void> {
      const mayClaim = !signal.aborted && failure === undefined;
      const run = () =>
        database.withTenant(tenantId, (transaction) =>
          commit.run(transaction, instanceId, {
            results,
            arrived: first,
            mayClaim,
            isRecalled,
            own: new Set(underWay.keys()),
          }),
        );
      let committed = await run();
      if (committed === 'recall first') {
        await recall(tenantId, instanceId);
        isRecalled = true;
        committed = await run();
      }
      if (!committed || committed === 'recall first') return;
      for (const { claim } of results) await reach(`${claim.kind} settled`, committed.instance, claim.path);
      for (const claim of committed.claims) launch(claim, committed);
    }

    function launch(claim: Claim | UndoClaim, { instance, definition }: Committed): void {
      const work = (async () => {
        await reach(`${claim.kind} claimed`, instance, claim.path);
        const result = await carry(claim, instance, definition);
        await reach(`${claim.kind} acted`, instance, claim.path);
        await store([{ claim, result }]);
      })();
      underWay.set(
        claim.claim,
        work
          .catch((error: unknown) => {
            failure ??= error;
          })
          .finally(() => underWay.delete(claim.claim)),
      );
    }

    async function carry(
      claim: Claim | UndoClaim,
      instance: InstanceRow,
      definition: Definition,
    ): Promise<Result> {
      if (claim.kind === 'undo') {
        if (claim.operation === UNDO_CHILD)
          return undoChild(tenantId, String(claim.input.instanceId), instance);
        return carryOut.undo(claim, instance, signal);
      }
      return carryOut.step(claim, instance, definition, signal);
    }

    async function reach(point: CrashPoint, { id, reference }: InstanceRow, path: string): Promise<void> {
      await atPoint(point, { instanceId: id, path, reference });
    }

    const renewing = setInterval(
      () => {
        renewLeases(database, tenantId, [...underWay.keys()], leaseSeconds).catch((err: unknown) =>
          log.warn({ err, instanceId }, 'the lease of a workflow step was not renewed'),
        );
      },
      (leaseSeconds * 1000) / 3,
    ).unref();
    try {
      await store([], arrived);
      while (underWay.size > 0) await Promise.race(underWay.values());
    } finally {
      clearInterval(renewing);
    }
    if (failure !== undefined) throw failure;
    signal.throwIfAborted();
  }

  /** An instance whose job failed again and again has a fault that a person has to look at. */
  async function giveUp({ tenantId, instanceId }: AdvanceJob, reason: string): Promise<void> {
    await database.withTenant(tenantId, async (transaction) => {
      const instance = await lockInstance(transaction, instanceId);
      if (!instance || ENDED.includes(instance.state)) return;
      const isUndoing = instance.state === 'compensating';
      const error = { code: 'INTERNAL', message: `The workflow cannot be driven any further: ${reason}` };
      const left = isUndoing ? (await undosOf(transaction, instanceId)).map(({ path }) => path) : [];
      await ending.end(transaction, instance, isUndoing ? 'compensation_failed' : 'failed', { error, left });
      await record(transaction, systemActor(tenantId, 'workflow.advance'), {
        subject: `workflow:${instanceId}`,
        details: [{ about: [], content: { error } }],
      });
    });
  }

  /** Asks the owners of the template to undo by hand what is left. */
  async function askOwners({ tenantId, instanceId }: AdvanceJob): Promise<void> {
    const found = await database.withTenant(tenantId, async (transaction) => {
      const instance = await findInstance(transaction, instanceId);
      if (instance?.state !== 'compensation_failed') return null;
      const { template, version } = instance;
      const definition = await templates.definition(transaction, tenantId, template, version);
      return { instance, definition, undos: await undosOf(transaction, instanceId) };
    });
    if (!found) return;
    const { instance, definition, undos } = found;
    const left = undos.filter(({ state }) => state === 'failed');
    const { owners, title } = definition;
    await parts.decisions.create(systemActor(tenantId, 'workflow.rollback'), {
      title: `Rollback incomplete: ${title}`.slice(0, 200),
      message:
        'A workflow was undone, but not all of it. Undo by hand what is listed, then confirm here. To try again ' +
        `automatically instead, retry the workflow ${instance.id}.`,
      details: Object.fromEntries(left.slice(0, 50).map((undo) => [undo.path, leftText(undo, definition)])),
      approvers: owners,
      notify: owners.length > 0,
      approveLabel: 'It is undone',
      declineLabel: 'It stays as it is',
      reasonRequired: false,
      expiresAt: new Date(parts.now().getTime() + ASK_DAYS * DAY_MS).toISOString(),
      reference: `${ROLLBACK_REFERENCE}${instance.id}`,
    });
  }

  jobs.define<AdvanceJob>({
    name: ADVANCE_QUEUE,
    concurrency,
    perCompany,
    retryLimit: 12,
    retryDelay: 1,
    retryDelayMax: 120,
    expireInSeconds: 3600,
    handle: (job, { signal }) => advance(job, signal),
    onDead: giveUp,
  });
  jobs.define<AdvanceJob>({
    name: ROLLBACK_QUEUE,
    priority: 'high',
    concurrency: 1,
    retryLimit: 10,
    retryDelay: 5,
    retryDelayMax: 300,
    expireInSeconds: 60,
    handle: askOwners,
    onDead: async () => {},
  });
}

/** What the decision about an incomplete rollback is known by. */
export const ROLLBACK_REFERENCE = 'workflow-rollback:';
const ASK_DAYS = 30;

function leftText(
  { path, operation, error }: { path: string; operation: string; error: unknown },
  definition: Parameters<typeof stepById>[0],
): string {
  const title = stepById(definition, stepIdOf(path))?.title;
  const { message = 'not tried' } = (error ?? {}) as { message?: string };
  return `${title ? `${title}: ` : ''}${operation} failed: ${message}`.slice(0, 900);
}
