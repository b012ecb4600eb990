import type { Database, TenantTransaction } from '../../../../platform/database/index.ts';
import type { Jobs } from '../../../../platform/jobs/index.ts';
import { countOlder, type RetentionKind } from '../../../../platform/retention.ts';
import { type Actor, record, systemActor } from '../../../shared/audit/index.ts';
import type { Privacy } from '../../../shared/privacy/index.ts';
import type { Conversations } from '../../conversations/index.ts';
import { retainLinks } from '../compute/commits.ts';
import type { Compute } from '../compute/compute.ts';
import { readState, writeState } from '../compute/state.ts';

const QUEUE = 'analytics.clean-up';
const KIND = 'conversations';
/** Conversations that one transaction removes: each has messages, passages and vectors. */
const AT_ONCE = 50;

interface Setup {
  database: Database;
  jobs: Jobs;
  privacy: Pick<Privacy, 'retention'>;
  conversations: Pick<Conversations, 'removeInactive' | 'forgotten'>;
  compute: Compute;
}

/** For how long conversations are kept, and removing older ones on request; {@link conversationsOf} is how they go. */
export function createRetention({ database, jobs, privacy }: Pick<Setup, 'database' | 'jobs' | 'privacy'>) {
  jobs.define<{ tenantId: string }>({
    name: QUEUE,
    priority: 'low',
    concurrency: 1,
    retryLimit: 3,
    retryDelay: 30,
    retryDelayMax: 600,
    expireInSeconds: 1_800,
    handle: async ({ tenantId }, { signal }) => {
      const [ran] = await privacy.retention.runKind(tenantId, KIND, signal);
      if (ran?.skipped === 'failed') throw new Error('old conversations could not be removed');
    },
    // What was not removed is removed at night.
    onDead: async () => {},
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
        const { days, count: conversations } = await privacy.retention.due(transaction, KIND);
        if (conversations > 0) await jobs.enqueue(transaction, QUEUE, [{ tenantId: actor.tenantId }]);
        await record(transaction, actor, {
          subject: 'conversation-retention',
          details: [{ about: [], content: { days, conversations } }],
        });
        return { days, conversations };
      }),
  };
}

/** Conversations that were not continued for long. Their figures are computed before they go, and are final then. */
export function conversationsOf({
  database,
  conversations,
  compute,
}: Pick<Setup, 'database' | 'conversations' | 'compute'>): RetentionKind {
  return {
    kind: KIND,
    title: 'Conversations with coding assistants',
    tables: [
      'context.conversations',
      'context.messages',
      'context.tool_calls',
      'context.edits',
      'context.commits_seen',
      'context.redactions',
    ],
    keeps: 'Their figures and the link to commits; and a digest, so that they are not saved again.',
    defaultDays: null,
    minDays: 1,
    maxDays: 36_500,
    isPlanLimited: true,
    days: async (transaction) => (await readState(transaction)).retention_days,
    setDays: (transaction, days) => writeState(transaction, { retention_days: days }),
    count: (transaction, before) =>
      countOlder(transaction, { table: 'context.conversations', column: 'active_at' }, before),
    prepare: async (tenantId, before) => {
      await compute.changed(tenantId);
      await database.withTenant(tenantId, async (transaction) => {
        const { closed_before } = await readState(transaction);
        const day = before.toISOString().slice(0, 10);
        if (closed_before === null || day > closed_before)
          await writeState(transaction, { closed_before: day });
      });
    },
    remove: (transaction, tenantId, before, limit) =>
      conversations.removeInactive(
        transaction,
        systemActor(tenantId, 'conversationRetention.cleanUp'),
        before,
        Math.min(limit, AT_ONCE),
        retainLinks,
      ),
    after: (tenantId) => conversations.forgotten(tenantId),
  };
}
