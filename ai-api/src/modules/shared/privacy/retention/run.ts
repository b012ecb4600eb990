import type { TenantTransaction } from '../../../../platform/database/index.ts';
import { type Actor, record } from '../../audit/index.ts';
import { activeHolds, lockHolds } from '../holds.ts';
import type { Parts } from '../parts.ts';
import type { Kept, Kinds, OwnedKind } from './kinds.ts';
import { cutOffOf } from './period.ts';
import { changePolicy, lockPolicy, noteRemoved } from './store.ts';

/** Records that one transaction deletes. */
const PAGE = 500;

/** What a run did with one kind. */
export interface Ran {
  kind: string;
  title: string;
  removed: number;
  /** The first moment that is kept; null where nothing is deleted. */
  before: Date | null;
  /** False where more may go: it was held up, or the time was over. */
  isDone: boolean;
  /** Why it was not carried out to the end, where that has a reason. */
  skipped: 'hold' | 'failed' | null;
}

type Removed = Pick<Ran, 'removed' | 'isDone' | 'skipped'>;
const NOTHING_DUE: Removed = { removed: 0, isDone: true, skipped: null };

interface Bounds {
  signal?: AbortSignal | undefined;
  /** No transaction is begun after it. */
  until?: Date | undefined;
}

/** Deletes what is older than a company keeps it. */
export function createRuns({ database, log, now }: Pick<Parts, 'database' | 'log' | 'now'>, kinds: Kinds) {
  const isOver = ({ signal, until }: Bounds) =>
    signal?.aborted === true || (until !== undefined && now() >= until);

  /** The kind under its lock with the period in force, which is written down when it changed. */
  async function begin(transaction: TenantTransaction, kind: OwnedKind): Promise<Kept> {
    const policy = await lockPolicy(transaction, kind.kind, now());
    const kept = await kinds.keptAs(transaction, kind, policy);
    const { days } = kept.period;
    if (policy.in_force_at === null || policy.in_force_days !== days)
      await changePolicy(transaction, kind.kind, { in_force_days: days, in_force_at: now() });
    return kept;
  }

  /** Null while nothing of it may go. */
  async function dueBefore(transaction: TenantTransaction, kind: OwnedKind): Promise<Date | 'hold' | null> {
    const { period } = await begin(transaction, kind);
    if (period.days === null) return null;
    await lockHolds(transaction, 'shared');
    if ((await activeHolds(transaction, null)).length > 0) return 'hold';
    return cutOffOf(kind, now(), period.days);
  }

  async function runKind(actor: Actor, kind: OwnedKind, bounds: Bounds): Promise<Ran> {
    const { tenantId } = actor;
    const began = now();
    const ran = { kind: kind.kind, title: kind.title, removed: 0, before: null, skipped: null, isDone: true };
    const found = await database.withTenant(tenantId, async (transaction) => {
      const before = await dueBefore(transaction, kind);
      if (!(before instanceof Date)) return { before, count: 0 };
      return { before, count: (await kind.count(transaction, before)).count };
    });
    if (found.before === 'hold') return { ...ran, isDone: false, skipped: 'hold' };
    if (found.before === null) return ran;
    if (found.count > 0) await kind.prepare?.(tenantId, found.before);
    const done = found.count > 0 ? await removeAll(tenantId, kind, found.before, bounds) : NOTHING_DUE;
    if (done.removed > 0 || done.isDone) await write(actor, kind, found.before, began);
    if (done.removed > 0) await kind.after?.(tenantId);
    return { ...ran, ...done, before: found.before };
  }

  /** @param prepared before which moment records are prepared to go */
  async function removeAll(
    tenantId: string,
    kind: OwnedKind,
    prepared: Date,
    bounds: Bounds,
  ): Promise<Removed> {
    for (let removed = 0; ; ) {
      if (isOver(bounds)) return { removed, isDone: false, skipped: null };
      const gone = await database.withTenant(tenantId, async (transaction) => {
        const due = await dueBefore(transaction, kind);
        if (!(due instanceof Date)) return due ?? 0;
        const before = due < prepared ? due : prepared;
        const count = await kind.remove(transaction, tenantId, before, PAGE);
        if (count > 0) await noteRemoved(transaction, kind.kind, count);
        return count;
      });
      if (gone === 'hold') return { removed, isDone: false, skipped: 'hold' };
      if (gone === 0) return { removed, isDone: true, skipped: null };
      removed += gone;
    }
  }

  /** Records what was deleted since the last entry, also by a run that did not live to say so. */
  async function write(actor: Actor, kind: OwnedKind, before: Date, began: Date): Promise<void> {
    await database.withTenant(actor.tenantId, async (transaction) => {
      const { unrecorded, ran_at } = await lockPolicy(transaction, kind.kind, now());
      const removed = Number(unrecorded);
      // Another run at the same time wrote down what both deleted.
      if (removed === 0 && ran_at !== null && ran_at >= began) return;
      await changePolicy(transaction, kind.kind, { ran_at: now(), ran_count: removed, unrecorded: 0 });
      if (removed === 0) return;
      await record(transaction, actor, {
        subject: `retention:${kind.kind}`,
        details: [{ about: [], content: { removed, before: before.toISOString() } }],
      });
    });
  }

  return {
    /** One company, kind by kind; the failure of one is not another's. */
    company: async (actor: Actor, bounds: Bounds = {}, only?: string): Promise<Ran[]> => {
      const all: Ran[] = [];
      for (const kind of kinds.all()) {
        if (only !== undefined && kind.kind !== only) continue;
        const { kind: name, title } = kind;
        const untried = { kind: name, title, removed: 0, before: null, isDone: false, skipped: null };
        if (isOver(bounds)) {
          all.push(untried);
          continue;
        }
        const ran = await runKind(actor, kind, bounds).catch((err: unknown): Ran => {
          log.error({ err, tenantId: actor.tenantId, kind: name }, 'retention failed');
          return { ...untried, skipped: 'failed' };
        });
        all.push(ran);
      }
      return all;
    },
  };
}
