import { invalidField, Problem } from '../../../../http/problem.ts';
import type { TenantTransaction } from '../../../../platform/database/index.ts';
import { type Actor, displayName, record, systemActor } from '../../audit/index.ts';
import { activeHolds, wordsOf } from '../holds.ts';
import type { Parts } from '../parts.ts';
import { createKinds, type Kept, type OwnedKind } from './kinds.ts';
import { cutOffOf, type Days, isShorter, shorter } from './period.ts';
import { createRuns } from './run.ts';
import { changePolicy, lockPolicy } from './store.ts';
import { policyView, ranView } from './views.ts';

/** For how long a request that carries retention out goes on; the next night does the rest. */
const RUN_MS = 20_000;

/** How long each kind of data is kept, and the runs that delete what is older. */
export function createRetention(
  parts: Pick<Parts, 'database' | 'hooks' | 'identity' | 'plans' | 'now' | 'log'>,
) {
  const { database, identity, now } = parts;
  const kinds = createKinds(parts);
  const runs = createRuns(parts, kinds);
  const viewOf = async (transaction: TenantTransaction, kind: OwnedKind) =>
    policyView(await kinds.keptAs(transaction, kind));

  /** What would go of a kind that is kept for some days. */
  async function look(transaction: TenantTransaction, kind: OwnedKind, days: Days) {
    if (days === null) return { before: null, count: 0, oldest: null };
    const before = cutOffOf(kind, now(), days);
    return { before, ...(await kind.count(transaction, before)) };
  }

  /** Writes down that a period was tried out. @returns how many records it deletes, with those of kinds that follow */
  async function tryOut(transaction: TenantTransaction, kind: OwnedKind, days: Days): Promise<number> {
    let count = 0;
    for (const one of kinds.withFollowers(kind.kind)) count += (await look(transaction, one, days)).count;
    await changePolicy(transaction, kind.kind, {
      dry_run_at: now(),
      dry_run_count: count,
      dry_run_days: days,
    });
    return count;
  }

  /** A shorter period is confirmed where the caller saw what it deletes. */
  async function confirm(transaction: TenantTransaction, kind: OwnedKind, previewed: number): Promise<void> {
    const { period } = await kinds.keptAs(transaction, kind);
    if (period.pending === null) return;
    const count = await tryOut(transaction, kind, period.pending.days);
    if (count !== previewed)
      throw new Problem('CONFLICT', `It would delete ${count} records, not ${previewed}: look again.`);
  }

  return {
    list: (tenantId: string) =>
      database.withTenant(tenantId, async (transaction) => {
        const items = [];
        for (const kind of kinds.all()) items.push(await viewOf(transaction, kind));
        return { items, nextCursor: null };
      }),

    /** @throws {Problem} NOT_FOUND, INVALID_INPUT, PLAN_LIMIT_REACHED, CONFLICT when more or less would go than was previewed */
    set: (actor: Actor, given: { kind: string; days: Days; previewed?: number | undefined }) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const kind = kinds.require(given.kind);
        const policy = await lockPolicy(transaction, kind.kind, now());
        const former = await kinds.keptAs(transaction, kind, policy);
        requireAllowed(former, given.days);
        await kind.setDays?.(transaction, given.days);
        await changePolicy(transaction, kind.kind, {
          days: given.days,
          is_chosen: true,
          set_by: displayName(actor),
          set_at: now(),
          in_force_days: former.period.days,
          in_force_at: policy.in_force_at ?? now(),
        });
        if (given.previewed !== undefined) await confirm(transaction, kind, given.previewed);
        await record(transaction, actor, {
          subject: `retention:${kind.kind}`,
          details: [
            { about: [], content: { before: former.chosen ?? former.period.days, after: given.days } },
          ],
        });
        return viewOf(transaction, kind);
      }),

    /** What would be deleted, by kind; nothing is written. @throws {Problem} NOT_FOUND, INVALID_INPUT for days without a kind */
    preview: (tenantId: string, given: { kind?: string | undefined; days?: number | undefined }) =>
      database.withTenant(tenantId, async (transaction) => {
        if (given.days !== undefined && given.kind === undefined)
          throw invalidField('kind', 'is needed beside days');
        const chosen =
          given.kind === undefined ? kinds.all() : kinds.withFollowers(kinds.require(given.kind).kind);
        const items = [];
        for (const kind of chosen) {
          const kept = await kinds.keptAs(transaction, kind);
          const days = given.days ?? kept.period.days;
          const { count, oldest, before } = await look(transaction, kind, days);
          items.push({
            kind: kind.kind,
            title: kind.title,
            days,
            before: before?.toISOString() ?? null,
            count,
            oldest: oldest?.toISOString() ?? null,
          });
        }
        return { items, total: sum(items), holds: (await activeHolds(transaction, null)).map(wordsOf) };
      }),

    /** @throws {Problem} NOT_FOUND, INVALID_INPUT for a kind that has the period of another */
    dryRun: (actor: Actor, name: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const kind = kinds.require(name);
        if (kind.follows) throw invalidField('kind', `is kept as long as ${kind.follows}: try that out`);
        const policy = await lockPolicy(transaction, kind.kind, now());
        const { period } = await kinds.keptAs(transaction, kind, policy);
        const days = period.pending?.days ?? period.days;
        const count = await tryOut(transaction, kind, days);
        await record(transaction, actor, {
          subject: `retention:${kind.kind}`,
          details: [{ about: [], content: { dryRun: count, days } }],
        });
        return viewOf(transaction, kind);
      }),

    /** Carries out retention of one company at once, for twenty seconds at most. */
    runNow: async (actor: Actor, signal?: AbortSignal) => {
      const ran = await runs.company(actor, { signal, until: new Date(now().getTime() + RUN_MS) });
      const items = ran.map(ranView);
      return {
        items,
        total: items.reduce((all, { removed }) => all + removed, 0),
        isComplete: ran.every(({ isDone }) => isDone),
      };
    },

    /** Carries out retention of one kind as the system, for a module that does it on request. */
    runKind: (tenantId: string, kind: string, signal?: AbortSignal) =>
      runs.company(systemActor(tenantId, 'retention.run'), { signal }, kind),

    /** For how long a kind is kept now, and how many records that deletes. @throws {Problem} NOT_FOUND */
    due: async (transaction: TenantTransaction, name: string): Promise<{ days: Days; count: number }> => {
      const kind = kinds.require(name);
      const { period } = await kinds.keptAs(transaction, kind);
      return { days: period.days, count: (await look(transaction, kind, period.days)).count };
    },

    /** Deletes what is older than companies keep it. One company's failure is not another's. @returns how many */
    run: async (signal?: AbortSignal): Promise<number> => {
      let removed = 0;
      for (const tenantId of await identity.tenantIds()) {
        if (signal?.aborted) return removed;
        for (const ran of await runs.company(systemActor(tenantId, 'retention.run'), { signal }))
          removed += ran.removed;
      }
      return removed;
    },
  };
}

const sum = (items: readonly { count: number }[]) => items.reduce((all, { count }) => all + count, 0);

/** @throws {Problem} INVALID_INPUT, PLAN_LIMIT_REACHED */
function requireAllowed({ kind, planDays }: Kept, days: Days): void {
  if (kind.follows) throw invalidField('kind', `is kept as long as ${kind.follows}: set that`);
  const { minDays, maxDays, unitDays, defaultDays } = kind;
  if (isShorter(planDays, days))
    throw invalidField('days', `must be at most ${planDays} in the plan of the company`);
  if (days === null) {
    if (defaultDays !== null) throw invalidField('days', 'must be a number for this kind');
    return;
  }
  if (days < minDays || days > maxDays)
    throw invalidField('days', `must be ${minDays} to ${shorter(maxDays, planDays)} for this kind`);
  if (unitDays !== undefined && days % unitDays !== 0)
    throw invalidField('days', `must be a multiple of ${unitDays} for this kind`);
}
