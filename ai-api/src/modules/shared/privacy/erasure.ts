import { sql } from 'kysely';
import { z } from 'zod';
import { Problem } from '../../../http/problem.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { lasting } from '../../../platform/lasting-subject.ts';
import { eraseFromOpenInboxes } from '../../../platform/mail/open-inboxes.ts';
import { readCatalogue } from './engine/catalogue.ts';
import { patternsOf } from './engine/pattern.ts';
import { allKnown, type Person, pseudonymOf } from './engine/person.ts';
import { QUEUE } from './engine/queue.ts';
import { scrub } from './engine/scrub.ts';
import { type Erasure, eraseModule } from './erase-rows.ts';
import { eraseFromTrail, eraseRestFromTrail, RECORDED, recordErasure } from './erase-trail.ts';
import { removeCompanyExports } from './export.ts';
import { activeHolds, wordsOf } from './holds.ts';
import { deleteTraces } from './langfuse.ts';
import { notReached } from './not-reached.ts';
import type { Parts } from './parts.ts';
import { countPerson, declaredBy, ownersBy } from './preview.ts';
import {
  changeRequest,
  findRequest,
  forgetPersonIn,
  hasStep,
  insertStep,
  type RequestRecord,
} from './store.ts';

type Counts = Record<string, number>;

/** One part of an erasure: done once, in a transaction of its own. */
interface Step {
  step: string;
  module: string;
  /** Outside of any transaction, before `run`: may be done again by a process that continues. */
  before?: () => Promise<Counts>;
  run?: (transaction: TenantTransaction) => Promise<Counts>;
}

/** The erasure stopped for a reason that another attempt does not change. */
export class ErasureStopped extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'ErasureStopped';
  }
}

/** Erases a person step by step. Steps that are done stay done, so that another process goes on where one died. */
export async function erasePerson(
  parts: Parts,
  tenantId: string,
  request: RequestRecord,
  person: Person,
): Promise<void> {
  const { database, hooks } = parts;
  const catalogue = await database.withTenant(tenantId, readCatalogue);
  const erasure: Erasure = {
    tenantId,
    requestId: request.id,
    person,
    pseudonym: pseudonymOf(request.id),
    catalogue,
    declared: declaredBy(hooks()),
  };
  for (const step of stepsFor(parts, erasure)) await carryOut(parts, erasure, step);
  await database.withTenant(tenantId, (transaction) => finish(parts, transaction, erasure));
}

function stepsFor(parts: Parts, erasure: Erasure): Step[] {
  const { tenantId, requestId, person, pseudonym, catalogue, declared } = erasure;
  const hooks = parts.hooks();
  const owners = ownersBy(hooks);
  const patterns = patternsOf(person);
  const scrubbing = (name: string, module: string): Step => ({
    step: `mentions ${name}`,
    module,
    run: async (transaction) => {
      const table = name === QUEUE.name ? QUEUE : catalogue.get(name);
      if (!table) return {};
      const ids = await scrub(transaction, table, declared.get(name), person, patterns, pseudonym);
      let derived = 0;
      for (const { forget } of ids.length > 0 ? hooks : [])
        derived += (await forget?.(transaction, name, ids)) ?? 0;
      return { ...(ids.length > 0 ? { [name]: ids.length } : {}), ...(derived > 0 ? { derived } : {}) };
    },
  });
  return [
    {
      step: 'count',
      module: 'privacy',
      run: async (transaction) => {
        const found = await countPerson(transaction, hooks, person, catalogue);
        const traces = new Set<string>();
        for (const hook of hooks)
          for (const id of (await hook.traces?.(transaction, allKnown(person))) ?? []) traces.add(id);
        await changeRequest(transaction, requestId, {
          found: JSON.stringify(found),
          traces: JSON.stringify([...traces]),
        });
        return { tables: found.length, traces: traces.size };
      },
    },
    // The upper modules first: they ask the lower ones who the person is.
    ...hooks.toReversed().map(
      (hook): Step => ({
        step: `erase ${hook.module}`,
        module: hook.module,
        run: (transaction) => eraseModule(transaction, erasure, hook),
      }),
    ),
    ...[...catalogue.values()]
      .filter(({ isWritable }) => isWritable)
      .map(({ name }) => scrubbing(name, owners.get(name) ?? 'unknown')),
    scrubbing(QUEUE.name, 'jobs'),
    {
      step: 'development inbox',
      module: 'mail',
      before: async () => ({ mails: eraseFromOpenInboxes(spoken(person)) }),
    },
    {
      step: 'langfuse',
      module: 'langfuse',
      before: async () => ({ traces: await deleteTraces(parts, tenantId, requestId) }),
    },
    {
      step: 'exports of the company',
      module: 'privacy',
      run: async (transaction) => ({ files: await removeCompanyExports(parts, transaction, tenantId) }),
    },
    {
      step: RECORDED,
      module: 'audit',
      run: async (transaction) => ({ entry: await recordErasure(transaction, erasure) }),
    },
    {
      step: 'audit',
      module: 'audit',
      run: async (transaction) => ({ payloads: await eraseFromTrail(transaction, erasure) }),
    },
  ];
}

async function carryOut(parts: Parts, { tenantId, requestId, person }: Erasure, step: Step): Promise<void> {
  const { database } = parts;
  const isDone = await database.withTenant(tenantId, async (transaction) => {
    if (await hasStep(transaction, requestId, step.step)) return true;
    await requireRunning(transaction, requestId, person);
    return false;
  });
  if (isDone) return;
  try {
    const outside = (await step.before?.()) ?? {};
    await database.withTenant(tenantId, async (transaction) => {
      await takeItsTime(transaction);
      await requireRunning(transaction, requestId, person);
      if (await hasStep(transaction, requestId, step.step)) return;
      const counts = { ...outside, ...((await step.run?.(transaction)) ?? {}) };
      await insertStep(transaction, { request_id: requestId, step: step.step, module: step.module, counts });
    });
  } catch (error) {
    if (error instanceof ErasureStopped) throw error;
    throw new Error(`${step.step}: ${error instanceof Error ? error.message : 'failed'}`, { cause: error });
  }
  parts.atErasure(step.step);
}

/** A step reads whole tables, which may take longer than a statement of a request may. */
async function takeItsTime(transaction: TenantTransaction): Promise<void> {
  await sql`select set_config('statement_timeout', '0', true)`.execute(transaction);
}

/** A hold that was set meanwhile stops the erasure where it is. @throws {ErasureStopped} */
async function requireRunning(
  transaction: TenantTransaction,
  requestId: string,
  person: Person,
): Promise<void> {
  const row = await findRequest(transaction, requestId, { isLocked: true });
  if (row?.state !== 'running') throw new ErasureStopped('The request is not running any more.');
  const [hold] = await activeHolds(transaction, person);
  if (hold) throw new ErasureStopped(wordsOf(hold));
}

/** The request forgets the person last. */
async function finish(parts: Parts, transaction: TenantTransaction, erasure: Erasure): Promise<void> {
  const { tenantId, requestId, person } = erasure;
  const { now, events, config } = parts;
  await takeItsTime(transaction);
  await requireRunning(transaction, requestId, person);
  await forgetPersonIn(transaction, person.subjects.map(lasting), requestId, now());
  await changeRequest(transaction, requestId, {
    state: 'done',
    ended_at: now(),
    person: null,
    traces: '[]',
    error: null,
    not_reached: JSON.stringify(await notReached(transaction, person, now(), config.BACKUP_DAYS)),
  });
  await events.publish(transaction, tenantId, 'privacy.request.changed', {
    requestId,
    kind: 'erasure',
    state: 'done',
  });
  await eraseRestFromTrail(transaction, erasure);
}

/** What names a person in a mail beyond doubt: a name of one word may be part of another word. */
function spoken({ emails, names, phones }: Person): string[] {
  return [...emails, ...phones, ...names.filter((name) => /\s/.test(name.trim()))];
}

/** Whether a failure will be the same next time. */
export function isFinal(error: unknown): boolean {
  return error instanceof ErasureStopped || error instanceof Problem || error instanceof z.ZodError;
}
