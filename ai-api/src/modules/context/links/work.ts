import type { Logger } from 'pino';
import { z } from 'zod';
import { ModelError } from '../../../models/chat.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { DAY_MS } from '../../../platform/durations.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Search } from '../search/index.ts';
import { commitIds, commitIdsSince, commitsNear, subjectsOf } from './candidates.ts';
import type { Find, Ranks } from './find.ts';

const COMMITS = 'links.commits';
const CONVERSATION = 'links.conversation';
const AGAIN = 'links.again';
const SWEEP_DAYS = 14;
/** Conversations whose nearness in meaning counts. */
const NEAREST = 20;
/** Commits of one transaction: so many that nothing else waits long for it. */
const AT_ONCE = 25;

const recorded = z.object({ repositoryId: z.uuid(), shas: z.array(z.string()) });
const continued = z.object({ conversationId: z.uuid() });

interface Setup {
  database: Database;
  jobs: Jobs;
  events: Events;
  find: Find;
  search: Pick<Search, 'nearest' | 'hasVectors'>;
  tenantIds: () => Promise<string[]>;
  log: Logger;
  now: () => Date;
}

/** Looks for links when commits and conversations come, and once a day over those of the last days. */
export function createWork({ database, jobs, events, find, search, tenantIds, log, now }: Setup) {
  const common = { concurrency: 2, retryLimit: 5, retryDelay: 5, retryDelayMax: 300, expireInSeconds: 300 };

  jobs.define<{ tenantId: string; repositoryId: string; shas: string[] }>({
    ...common,
    name: COMMITS,
    handle: async ({ tenantId, repositoryId, shas }) => {
      const ids = await database.withTenant(tenantId, (transaction) =>
        commitIds(transaction, repositoryId, shas),
      );
      await linkAll(tenantId, ids, null);
    },
    onDead: async () => {},
  });

  jobs.define<{ tenantId: string; conversationId: string }>({
    ...common,
    name: CONVERSATION,
    handle: async ({ tenantId, conversationId }) => {
      const ids = await database.withTenant(tenantId, (transaction) =>
        commitsNear(transaction, conversationId),
      );
      await linkAll(tenantId, ids, conversationId);
    },
    onDead: async () => {},
  });

  jobs.define<{ tenantId: string; commitIds: string[] }>({
    ...common,
    name: AGAIN,
    priority: 'low',
    handle: ({ tenantId, commitIds }) => linkAll(tenantId, commitIds, null),
    onDead: async () => {},
  });

  jobs.schedule({
    name: 'links.sweep',
    cron: '20 2 * * *',
    run: async () => {
      // One company's failure is not another's.
      for (const tenantId of await tenantIds())
        await sweep(tenantId, SWEEP_DAYS).catch((err: unknown) =>
          log.error({ tenantId, err }, 'the sweep for links failed'),
        );
    },
  });

  events.subscribe(async (transaction, { tenantId, type, data }) => {
    if (type === 'commit.recorded')
      await jobs.enqueue(transaction, COMMITS, [{ tenantId, ...recorded.parse(data) }]);
    if (type === 'conversation.created' || type === 'conversation.messages_added')
      await jobs.enqueue(transaction, CONVERSATION, [{ tenantId, ...continued.parse(data) }]);
  });

  async function linkAll(tenantId: string, ids: readonly string[], only: string | null): Promise<void> {
    for (const some of inGroups(ids)) {
      const ranks = await ranksOf(tenantId, some);
      await database.withTenant(tenantId, (transaction) =>
        find.links(transaction, tenantId, some, only, ranks),
      );
    }
  }

  /** The conversations that are nearest in meaning to each commit; none while the embedder is away. */
  async function ranksOf(tenantId: string, ids: readonly string[]): Promise<Ranks> {
    const ranks = new Map<string, Map<string, number>>();
    if (!search.hasVectors) return ranks;
    const subjects = await database.withTenant(tenantId, (transaction) => subjectsOf(transaction, ids));
    try {
      for (const { id, subject } of subjects) {
        const near = await search.nearest(tenantId, subject, NEAREST);
        ranks.set(id, new Map(near.map((conversationId, place) => [conversationId, place + 1])));
      }
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      log.warn({ tenantId, err: error }, 'commits are linked without comparing meaning');
    }
    return ranks;
  }

  async function sweep(tenantId: string, days: number): Promise<void> {
    const since = new Date(now().getTime() - days * DAY_MS);
    const ids = await database.withTenant(tenantId, (transaction) => commitIdsSince(transaction, since));
    await linkAll(tenantId, ids, null);
  }

  return {
    /** Has the commits of the last days looked at again. Returns how many there are. */
    findAgain: async (transaction: TenantTransaction, tenantId: string, days: number): Promise<number> => {
      const since = new Date(now().getTime() - days * DAY_MS);
      const ids = await commitIdsSince(transaction, since);
      await jobs.enqueue(
        transaction,
        AGAIN,
        inGroups(ids).map((commitIds) => ({ tenantId, commitIds })),
      );
      return ids.length;
    },
  };
}

function inGroups(ids: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / AT_ONCE) }, (_, n) =>
    ids.slice(n * AT_ONCE, (n + 1) * AT_ONCE),
  );
}
