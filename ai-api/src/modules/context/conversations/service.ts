import type { Logger } from 'pino';
import { Problem } from '../../../http/problem.ts';
import type { Cache } from '../../../platform/cache/index.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Metrics } from '../../../platform/telemetry/metrics.ts';
import { type Actor, record } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Plans } from '../../shared/plans/index.ts';
import type { Search } from '../search/index.ts';
import { createReadCache } from './cache.ts';
import { createImporting, type ImportInput } from './importing.ts';
import { defineIndexing, INDEX_QUEUE, type IndexJob } from './indexing.ts';
import { type CreateInput, conversationOf } from './input.ts';
import { createPolicies } from './policies.ts';
import { createReading, describe, requireConversation } from './reading.ts';
import { removeConversations } from './removing.ts';
import { createSave, type SaveResult } from './save.ts';
import { createSearching } from './searching.ts';
import type { Owner } from './session.ts';
import { createShares, requireChange } from './shares.ts';
import { changeConversation, findConversation, inactiveConversations } from './store.ts';

export interface ConversationsSetup {
  database: Database;
  jobs: Jobs;
  events: Events;
  plans: Pick<Plans, 'take'>;
  search: Search;
  cache: Cache;
  metrics: Metrics;
  publicUrl: string;
  redactEmails: boolean;
  now: () => Date;
  log: Logger;
}

export interface Change {
  title?: string | undefined;
  tags?: string[] | undefined;
  private?: boolean | undefined;
}

export type Conversations = ReturnType<typeof createConversations>;

/** Conversations with coding assistants: saved, read, found, shared and removed. */
export function createConversations(setup: ConversationsSetup) {
  const { database, jobs, events, search, now } = setup;
  const cache = createReadCache(setup.cache);
  const save = createSave(setup);
  const importFiles = createImporting(save);
  const removal = { events, search };
  const reading = createReading({ database, cache });
  defineIndexing({ ...setup, onIndexed: cache.changed });

  return {
    save,
    ...reading,
    search: createSearching({ database, search, cache, metrics: setup.metrics }),
    policies: createPolicies({ database, jobs, cache, ...removal }),
    shares: createShares({ database, publicUrl: setup.publicUrl, now }),

    create: async (actor: Actor, owner: Owner, input: CreateInput) => {
      const { private: isPrivate, tags, title } = input;
      const options = { isPrivate, tags, isTitled: title !== undefined };
      const result = await save(actor, owner, conversationOf(input), options);
      await cache.changed(actor.tenantId, owner.id);
      return savedView(result);
    },

    import: async (actor: Actor, owner: Owner, input: ImportInput) => {
      const report = await importFiles(actor, owner, input);
      await cache.changed(actor.tenantId, owner.id);
      return report;
    },

    update: async (actor: Actor, owner: Owner, conversationId: string, change: Change) => {
      const { tenantId } = actor;
      const answer = await database.withTenant(tenantId, async (transaction) => {
        const row = await requireConversation(transaction, conversationId, owner.id);
        requireChange(row, owner);
        // An administrator who made another person's conversation private could not see it any more.
        if (change.private !== undefined && row.owner !== owner.id)
          throw new Problem('FORBIDDEN', 'Only its owner decides whether a conversation is private.');
        const changed = await changeConversation(transaction, conversationId, {
          ...(change.title === undefined ? {} : { title: change.title, titled_by_person: true }),
          ...(change.tags === undefined ? {} : { tags: [...new Set(change.tags)] }),
          ...(change.private === undefined ? {} : { is_private: change.private }),
        });
        if (change.title !== undefined)
          await jobs.enqueue<IndexJob>(transaction, INDEX_QUEUE, [{ tenantId, conversationId }]);
        await events.publish(transaction, tenantId, 'conversation.updated', { conversationId });
        await record(transaction, actor, {
          subject: `conversation:${conversationId}`,
          details: [{ about: [row.owner], content: change }],
        });
        return describe(transaction, changed, owner.id);
      });
      if (change.private) await cache.hidden(tenantId);
      else await cache.changed(tenantId, owner.id);
      return answer;
    },

    delete: async (actor: Actor, owner: Owner, conversationId: string): Promise<void> => {
      await database.withTenant(actor.tenantId, async (transaction) => {
        const row = await requireConversation(transaction, conversationId, owner.id);
        requireChange(row, owner);
        await removeConversations(transaction, removal, actor, [row], { reason: 'removed', remember: true });
      });
      await cache.hidden(actor.tenantId);
    },

    /** An export, which the audit trail names: the copy is out of the company's hands. */
    export: async (
      actor: Actor,
      reader: string,
      conversationId: string,
      { format, onRead }: { format: 'json' | 'markdown'; onRead: (owner: string) => void },
    ) => {
      const file = await reading.export({ tenantId: actor.tenantId, id: reader }, conversationId, format);
      await database.withTenant(actor.tenantId, async (transaction) => {
        const { owner } = await requireConversation(transaction, conversationId, reader);
        onRead(owner);
        await record(transaction, actor, {
          subject: `conversation:${conversationId}`,
          details: [{ about: [owner], content: { format } }],
        });
      });
      return file;
    },

    /**
     * Removes conversations in which nothing was said since a time, the oldest first. Their sessions are not saved again.
     * @param retain what is to be done in the same transaction, before they are gone
     * @returns how many were removed
     */
    removeInactive: async (
      transaction: TenantTransaction,
      actor: Actor,
      before: Date,
      limit: number,
      retain: (transaction: TenantTransaction, conversationIds: string[]) => Promise<void>,
    ): Promise<number> => {
      const rows = await inactiveConversations(transaction, before, limit);
      await retain(
        transaction,
        rows.map(({ id }) => id),
      );
      await removeConversations(transaction, removal, actor, rows, { reason: 'retention', remember: true });
      return rows.length;
    },

    /** To be called once conversations were removed by their age: answers that are remembered may show them. */
    forgotten: (tenantId: string): Promise<void> => cache.hidden(tenantId),

    /** Whether a caller may follow a conversation. */
    mayFollow: (tenantId: string, reader: string, conversationId: string): Promise<boolean> =>
      database.withTenant(
        tenantId,
        async (transaction: TenantTransaction) =>
          (await findConversation(transaction, conversationId, reader)) !== undefined,
      ),
  };
}

/** @throws {Problem} NOT_SAVED, CONFLICT when it was refused */
function savedView({ record: row, refused, created, added, changed, unchanged, redactions }: SaveResult) {
  if (!row) {
    const isForbidden = refused?.by === 'policy' || refused?.by === 'removal';
    throw new Problem(isForbidden ? 'NOT_SAVED' : 'CONFLICT', refused?.reason ?? 'It was refused.');
  }
  return {
    id: row.id,
    title: row.title,
    createdAt: row.created_at.toISOString(),
    embeddingStatus: row.embedding_status,
    created,
    messages: { added, changed, unchanged },
    redactions,
  };
}
