import { v7 as uuidv7 } from 'uuid';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Metrics } from '../../../platform/telemetry/metrics.ts';
import { type Actor, record } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Plans } from '../../shared/plans/index.ts';
import type { Conversation } from '../formats/model.ts';
import { type Removed, redactConversation } from '../redaction/index.ts';
import { changesOf, commitRows, isEarlierCopy, monthOf, type SaveOptions, titleOf } from './fields.ts';
import { INDEX_QUEUE, type IndexJob } from './indexing.ts';
import { actionFor } from './policy-match.ts';
import { allPolicies, deleteRemoval, findRemoval } from './policy-store.ts';
import { repositoryOf } from './repository.ts';
import { type Owner, sessionDigest } from './session.ts';
import {
  type ConversationRecord,
  deleteConversations,
  ensurePartition,
  findSession,
  insertCommits,
  insertConversation,
  joinAgents,
  lockSession,
  recount,
} from './store.ts';
import { storeMessages, storeRedactions } from './storing.ts';

export interface SaveSetup {
  database: Database;
  jobs: Jobs;
  events: Events;
  plans: Pick<Plans, 'take'>;
  metrics: Pick<Metrics, 'conversationSaved' | 'conversationRefused'>;
  /** Whether e-mail addresses are removed everywhere. */
  redactEmails: boolean;
  now: () => Date;
}

/** What became of a conversation. */
export interface SaveResult {
  /** Null when it was refused. */
  record: ConversationRecord | null;
  refused: { reason: string; by: 'policy' | 'removal' | 'owner' | 'elsewhere' | 'quota' } | null;
  created: boolean;
  added: number;
  changed: number;
  unchanged: number;
  elsewhere: number;
  /** Secrets that were removed from what was sent. */
  redactions: number;
}

const NOTHING = { created: false, added: 0, changed: 0, unchanged: 0, elsewhere: 0, redactions: 0 };

/**
 * Stores a conversation, or what is new in it, in one transaction: redacted before, by the policies of its repository and
 * path, once for each record of its source.
 */
export function createSave({ database, jobs, events, plans, metrics, redactEmails, now }: SaveSetup) {
  const prepared = new Set<string>();

  /** Stores what is new in a session that may be saved. */
  async function write(
    transaction: TenantTransaction,
    actor: Actor,
    owner: Owner,
    conversation: Conversation,
    removed: readonly Removed[],
    options: SaveOptions,
  ): Promise<SaveResult> {
    const session = await enter(transaction, owner, conversation, options.restore === true);
    if ('refused' in session) return session;
    const { known, mayRestore } = session;
    const isOlder = known !== undefined && isEarlierCopy(known, conversation);
    const before = known ?? (await open(transaction, owner, conversation, options, now()));
    const { written, continuesId, ...counts } = await storeMessages(transaction, before, conversation, {
      isNew: !known,
      isOlder,
      mayRestore,
    });
    if (!known && written.size === 0 && counts.elsewhere + counts.removed > 0) {
      await deleteConversations(transaction, [before.id]);
      return nothingOfItsOwn(counts);
    }
    const { removed: _, ...shown } = counts;
    await storeRedactions(transaction, actor.tenantId, before.id, conversation, removed, written);
    const commits = await insertCommits(transaction, before.id, commitRows(actor.tenantId, conversation));
    const fields = changesOf(before, conversation, options, { continuesId, isOlder });
    const redactions = removed.reduce((sum, { count }) => sum + count, 0);
    const isChanged = !known || written.size > 0 || commits > 0 || Object.keys(fields).length > 0;
    if (!isChanged) return { record: before, refused: null, created: false, ...shown, redactions };
    const isRead = !known || written.size > 0 || fields.title !== undefined;
    const row = await finish(transaction, before, fields, isRead);
    if (!known) await plans.take(transaction, actor.tenantId, 'conversations');
    await announce(transaction, row, !known, shown);
    await record(transaction, actor, {
      subject: `conversation:${row.id}`,
      details: [{ about: [row.owner], content: { tool: row.tool, ...shown, redactions } }],
    });
    return { record: row, refused: null, created: !known, ...shown, redactions };
  }

  /** Counts a conversation anew, and has its passages made when they have changed. */
  async function finish(
    transaction: TenantTransaction,
    before: ConversationRecord,
    fields: Partial<ConversationRecord>,
    isRead: boolean,
  ): Promise<ConversationRecord> {
    const waiting = isRead ? { embedding_status: 'pending' as const, embedding_error: null } : {};
    const row = await recount(transaction, before, { ...fields, ...waiting });
    await joinAgents(transaction, row);
    const job = { tenantId: row.tenant_id, conversationId: row.id };
    if (isRead) await jobs.enqueue<IndexJob>(transaction, INDEX_QUEUE, [job], { priority: 'high' });
    return row;
  }

  function announce(
    transaction: TenantTransaction,
    { id, tenant_id, tool, messages }: ConversationRecord,
    isNew: boolean,
    { added, changed }: { added: number; changed: number },
  ): Promise<void> {
    if (isNew) {
      const data = { conversationId: id, tool, messages };
      return events.publish(transaction, tenant_id, 'conversation.created', data);
    }
    if (added + changed === 0)
      return events.publish(transaction, tenant_id, 'conversation.updated', { conversationId: id });
    const data = { conversationId: id, added, changed };
    return events.publish(transaction, tenant_id, 'conversation.messages_added', data);
  }

  /** Each process asks for a month's partitions once. */
  async function preparePartition(month: string): Promise<void> {
    if (prepared.has(month)) return;
    await ensurePartition(database, month);
    prepared.add(month);
  }

  async function save(
    actor: Actor,
    owner: Owner,
    conversation: Conversation,
    options: SaveOptions,
  ): Promise<SaveResult> {
    const named = { ...conversation, repository: repositoryOf(conversation.repository) };
    await preparePartition(monthOf(named, now()));
    return database.withTenant(actor.tenantId, async (transaction) => {
      const action = actionFor(await allPolicies(transaction), conversation);
      if (action === 'do-not-save')
        return refusal('policy', 'A policy of its repository or path does not allow saving it.');
      const { conversation: redacted, removed } = redactConversation(named, {
        emails: redactEmails || action === 'redact',
        withoutContent: action === 'redact',
      });
      return write(transaction, actor, owner, redacted, removed, options);
    });
  }

  return async (
    actor: Actor,
    owner: Owner,
    conversation: Conversation,
    options: SaveOptions = {},
  ): Promise<SaveResult> => {
    const result = await save(actor, owner, conversation, options);
    if (result.refused) metrics.conversationRefused(result.refused.by);
    else metrics.conversationSaved(conversation.tool, result.created, result.added);
    return result;
  };
}

/** A session under its lock; or why it is not saved. */
async function enter(
  transaction: TenantTransaction,
  owner: Owner,
  { tool, sessionId }: Conversation,
  restore: boolean,
): Promise<SaveResult | { known: ConversationRecord | undefined; mayRestore: boolean }> {
  await lockSession(transaction, tool, sessionId);
  const digest = sessionDigest(tool, sessionId);
  const removal = await findRemoval(transaction, digest);
  const mayRestore = restore && (removal?.owner === owner.id || owner.isAdmin);
  if (removal && !mayRestore) return refusal('removal', 'It was removed and is not stored again.');
  if (removal) await deleteRemoval(transaction, digest);
  const known = await findSession(transaction, tool, sessionId);
  if (known && !mayAdd(known, owner)) return refusal('owner', 'Another person has saved this session.');
  return { known, mayRestore };
}

function nothingOfItsOwn({ elsewhere }: { elsewhere: number }): SaveResult {
  if (elsewhere === 0) return refusal('removal', 'Its messages were removed and are not stored again.');
  return { ...refusal('elsewhere', 'Another session has all of its messages.'), elsewhere };
}

/** What became of a conversation that is not saved. */
export function refusal(by: NonNullable<SaveResult['refused']>['by'], reason: string): SaveResult {
  return { record: null, refused: { by, reason }, ...NOTHING };
}

/** A private conversation is continued by its owner only; others by administrators too. */
function mayAdd({ owner, is_private }: ConversationRecord, { id, isAdmin }: Owner): boolean {
  return owner === id || (isAdmin && !is_private);
}

function open(
  transaction: TenantTransaction,
  owner: Owner,
  conversation: Conversation,
  { isPrivate }: SaveOptions,
  now: Date,
): Promise<ConversationRecord> {
  return insertConversation(transaction, {
    id: uuidv7(),
    tool: conversation.tool,
    session_id: conversation.sessionId,
    month: monthOf(conversation, now),
    owner: owner.id,
    owner_name: owner.name,
    title: titleOf(conversation),
    is_private: isPrivate ?? false,
    active_at: now,
  });
}
