import type { Logger } from 'pino';
import { z } from 'zod';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { DAY_MS } from '../../../platform/durations.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Events } from '../../shared/events/index.ts';
import { commitIds, commitIdsSince, commitsNear } from './candidates.ts';
import type { Find } from './find.ts';

const COMMITS = 'links.commits';
const CONVERSATION = 'links.conversation';
const AGAIN = 'links.again';
const SWEEP_DAYS = 14;
/** Commits of one transaction: so many that nothing else waits long for it. */
const AT_ONCE = 25;

const recorded = z.object({ repositoryId: z.uuid(), shas: z.array(z.string()) });
const continued = z.object({ conversationId: z.uuid() });

interface Setup {
  database: Database;
  jobs: Jobs;
  events: Events;
  find: Find;
  tenantIds: () => Promise<string[]>;
  log: Logger;
  now: () => Date;
}

/** Looks for links when commits and conversations come, and once a day over those of the last days. */
export function createWork({ database, jobs, events, find, tenantIds, log, now }: Setup) {
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
    for (const some of inGroups(ids))
      await database.withTenant(tenantId, (transaction) => find.links(transaction, tenantId, some, only));
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
