import { sql } from 'kysely';
import type { Database, TenantTransaction } from '../../../../platform/database/index.ts';
import { DAY_MS } from '../../../../platform/durations.ts';
import type { Jobs } from '../../../../platform/jobs/index.ts';
import { type Actor, record, systemActor } from '../../../shared/audit/index.ts';
import type { Conversations } from '../../conversations/index.ts';
import { retainLinks } from '../compute/commits.ts';
import type { Compute } from '../compute/compute.ts';
import { readState, writeState } from '../compute/state.ts';

const QUEUE = 'analytics.clean-up';
const AT_ONCE = 50;

interface Setup {
  database: Database;
  jobs: Jobs;
  conversations: Pick<Conversations, 'removeInactive'>;
  compute: Compute;
  tenantIds: () => Promise<string[]>;
  now: () => Date;
}

/** Removes conversations that were not continued for longer than the company keeps them. */
export function createRetention({ database, jobs, conversations, compute, tenantIds, now }: Setup) {
  /** The first moment that is kept; a whole day, so that no day is computed from a part of it. */
  const keptFrom = (days: number) =>
    new Date(Math.floor((now().getTime() - days * DAY_MS) / DAY_MS) * DAY_MS);

  jobs.define<{ tenantId: string }>({
    name: QUEUE,
    priority: 'low',
    concurrency: 1,
    retryLimit: 3,
    retryDelay: 30,
    retryDelayMax: 600,
    expireInSeconds: 1_800,
    handle: async ({ tenantId }, attempt) => {
      const { retention_days } = await database.withTenant(tenantId, readState);
      if (retention_days === null) return;
      const before = keptFrom(retention_days);
      await compute.changed(tenantId);
      await database.withTenant(tenantId, async (transaction) => {
        const { closed_before } = await readState(transaction);
        const day = before.toISOString().slice(0, 10);
        if (closed_before === null || day > closed_before)
          await writeState(transaction, { closed_before: day });
      });
      const actor = systemActor(tenantId, 'conversationRetention.cleanUp');
      for (;;) {
        attempt.signal.throwIfAborted();
        if ((await conversations.removeInactive(actor, before, AT_ONCE, retainLinks)) < AT_ONCE) return;
      }
    },
    // What was not removed is removed by the next clean-up.
    onDead: async () => {},
  });

  jobs.schedule({
    name: 'analytics.clean-up-weekly',
    cron: '30 3 * * 0',
    run: async () => {
      for (const tenantId of await tenantIds())
        await database.withTenant(tenantId, (transaction) =>
          jobs.enqueue(transaction, QUEUE, [{ tenantId }]),
        );
    },
  });

  async function view(transaction: TenantTransaction) {
    const { retention_days, closed_before } = await readState(transaction);
    return { days: retention_days, finalBefore: closed_before };
  }

  return {
    get: (tenantId: string) => database.withTenant(tenantId, view),

    set: (actor: Actor, days: number | null) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        await writeState(transaction, { retention_days: days });
        const now = await view(transaction);
        await record(transaction, actor, {
          subject: 'conversation-retention',
          details: [{ about: [], content: { days } }],
        });
        return now;
      }),

    cleanUp: (actor: Actor) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const { retention_days: days } = await readState(transaction);
        const conversations = days === null ? 0 : await countInactive(transaction, keptFrom(days));
        if (conversations > 0) await jobs.enqueue(transaction, QUEUE, [{ tenantId: actor.tenantId }]);
        await record(transaction, actor, {
          subject: 'conversation-retention',
          details: [{ about: [], content: { days, conversations } }],
        });
        return { days, conversations };
      }),
  };
}

async function countInactive(transaction: TenantTransaction, before: Date): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from context.conversations where active_at < ${before}`.execute(
    transaction,
  );
  return rows[0]?.count ?? 0;
}
