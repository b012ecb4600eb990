import type { Logger } from 'pino';
import { ModelError } from '../../../models/chat.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { PassageMessage, Search } from '../search/index.ts';
import {
  type ConversationRecord,
  changeConversation,
  conversationById,
  readCalls,
  readMessages,
  waitingForVectors,
} from './store.ts';

export const INDEX_QUEUE = 'context.index';

export interface IndexJob {
  tenantId: string;
  conversationId: string;
}

interface IndexingSetup {
  database: Database;
  jobs: Jobs;
  events: Events;
  search: Search;
  /** Lets the owner's next list and search see it. */
  onIndexed(tenantId: string, owner: string): Promise<void>;
  now: () => Date;
  log: Logger;
}

const PAGE = 500;
/** Of a tool's output as much as a passage takes. */
const MAX_CALL = 500;
const NO_VECTORS = 'The database does not have pgvector: only words are searched.';
const SWEEP_AFTER_MS = 10 * 60_000;
const SWEEP_LIMIT = 500;

/**
 * Makes the passages of conversations and their vectors. Words find a conversation from the first step on; without an
 * embedder that answers, its vectors are tried again, at last by a sweep every ten minutes.
 */
export function defineIndexing({ database, jobs, events, search, onIndexed, now, log }: IndexingSetup): void {
  async function makePassages({ tenantId, conversationId }: IndexJob) {
    return database.withTenant(tenantId, async (transaction) => {
      const conversation = await conversationById(transaction, conversationId);
      if (!conversation) return null;
      const messages = await passageMessages(transaction, conversation);
      const passages = await search.save(transaction, conversation, messages);
      return { passages, owner: conversation.owner, readAt: conversation.updated_at };
    });
  }

  function finish({ tenantId, conversationId }: IndexJob, passages: number, readAt: Date): Promise<void> {
    return database.withTenant(tenantId, async (transaction) => {
      const current = await conversationById(transaction, conversationId);
      // What was added meanwhile has a job of its own.
      if (!current || current.updated_at > readAt) return;
      await changeConversation(transaction, conversationId, {
        embedding_status: 'completed',
        embedding_error: null,
      });
      await events.publish(transaction, tenantId, 'conversation.embedded', { conversationId, passages });
    });
  }

  function note(
    { tenantId, conversationId }: IndexJob,
    status: 'pending' | 'failed',
    reason: string,
  ): Promise<void> {
    return database.withTenant(tenantId, async (transaction) => {
      if (!(await conversationById(transaction, conversationId))) return;
      await changeConversation(transaction, conversationId, {
        embedding_status: status,
        embedding_error: reason.slice(0, 500),
      });
    });
  }

  jobs.define<IndexJob>({
    name: INDEX_QUEUE,
    priority: 'high',
    concurrency: 2,
    retryLimit: 3,
    retryDelay: 2,
    retryDelayMax: 60,
    expireInSeconds: 300,
    handle: async (job, attempt) => {
      const made = await makePassages(job);
      if (!made) return;
      await onIndexed(job.tenantId, made.owner);
      if (!search.hasVectors) return note(job, 'pending', NO_VECTORS);
      try {
        await search.embed(job.tenantId, job.conversationId, attempt.signal);
      } catch (error) {
        if (error instanceof ModelError) await note(job, 'pending', error.message);
        throw error;
      }
      await finish(job, made.passages, made.readAt);
      await onIndexed(job.tenantId, made.owner);
    },
    onDead: (job, reason) => note(job, 'failed', reason),
  });

  jobs.schedule({
    name: 'context.index-again',
    cron: '*/10 * * * *',
    atStart: true,
    run: async () => {
      if (!search.hasVectors) return;
      const waiting = await waitingForVectors(
        database,
        new Date(now().getTime() - SWEEP_AFTER_MS),
        SWEEP_LIMIT,
      );
      for (const job of waiting)
        await database.withTenant(job.tenantId, (transaction) =>
          jobs.enqueue<IndexJob>(transaction, INDEX_QUEUE, [job], { priority: 'low' }),
        );
      if (waiting.length > 0)
        log.info({ conversations: waiting.length }, 'vectors of conversations are made again');
    },
  });
}

/** The messages of a conversation as passages are made of them, read in pages. */
async function passageMessages(
  transaction: TenantTransaction,
  conversation: ConversationRecord,
): Promise<PassageMessage[]> {
  const messages: PassageMessage[] = [];
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    const rows = await readMessages(transaction, conversation, { place: after, back: false }, PAGE);
    const last = rows.at(-1);
    if (!last) return messages;
    const ids = rows.map(({ id }) => id);
    const calls = Map.groupBy(
      (await readCalls(transaction, conversation, ids)).calls,
      ({ message_id }) => message_id,
    );
    for (const { id, place, author, text } of rows)
      messages.push({
        id,
        place,
        author,
        text,
        calls: (calls.get(id) ?? []).map(({ name, input, output }) => ({
          name,
          input: input.slice(0, MAX_CALL),
          output: output?.slice(0, MAX_CALL) ?? null,
        })),
      });
    after = last.place;
  }
}
