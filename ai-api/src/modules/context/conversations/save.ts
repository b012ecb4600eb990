import { v7 as uuidv7 } from 'uuid';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import { type Actor, record } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Conversation } from '../formats/model.ts';
import { INDEX_QUEUE, type IndexJob } from './indexing.ts';
import { insertRedactions, writeMessages } from './message-store.ts';
import { classify, identified, type Placed } from './placing.ts';
import { actionFor } from './policy-match.ts';
import { allPolicies, deleteRemoval, findRemoval } from './policy-store.ts';
import { claimRecords, knownRecords, lastPlace } from './record-store.ts';
import { type Removed, redactConversation } from './redaction.ts';
import { messageIdOf, type Owner, sessionDigest } from './session.ts';
import {
  type ConversationRecord,
  changeConversation,
  deleteConversations,
  ensurePartitions,
  findSession,
  insertCommits,
  insertConversation,
  joinAgents,
  lockSession,
  recount,
} from './store.ts';

export interface SaveSetup {
  database: Database;
  jobs: Jobs;
  events: Events;
  /** Whether e-mail addresses are removed everywhere. */
  redactEmails: boolean;
  now: () => Date;
}

export interface SaveOptions {
  isPrivate?: boolean | undefined;
  tags?: readonly string[] | undefined;
  /** Whether a conversation that its owner removed is stored again. */
  restore?: boolean;
  /** Whether the title is a person's own, which no import replaces. */
  isTitled?: boolean;
}

/** What became of a conversation. */
export interface SaveResult {
  /** Null when it was refused. */
  record: ConversationRecord | null;
  refused: { reason: string; by: 'policy' | 'removal' | 'owner' | 'elsewhere' } | null;
  created: boolean;
  added: number;
  changed: number;
  unchanged: number;
  elsewhere: number;
  /** Secrets that were removed from what was sent. */
  redactions: number;
}

const MAX_TITLE = 300;
const NOTHING = { created: false, added: 0, changed: 0, unchanged: 0, elsewhere: 0, redactions: 0 };

/**
 * Stores a conversation, or what is new in it, in one transaction: redacted before, by the policies of its repository and
 * path, once for each record of its source.
 */
export function createSave({ database, jobs, events, redactEmails, now }: SaveSetup) {
  async function write(
    transaction: TenantTransaction,
    actor: Actor,
    owner: Owner,
    conversation: Conversation,
    removed: readonly Removed[],
    options: SaveOptions,
  ): Promise<SaveResult> {
    const { tenantId } = actor;
    await lockSession(transaction, conversation.tool, conversation.sessionId);
    const digest = sessionDigest(conversation.tool, conversation.sessionId);
    const removal = await findRemoval(transaction, digest);
    const mayRestore = options.restore === true && (removal?.owner === owner.id || owner.isAdmin);
    if (removal && !mayRestore) return refusal('removal', 'It was removed and is not stored again.');
    if (removal) await deleteRemoval(transaction, digest);
    const known = await findSession(transaction, conversation.tool, conversation.sessionId);
    if (known && !mayAdd(known, owner)) return refusal('owner', 'Another person has saved this session.');
    const records = await knownRecords(
      transaction,
      identified(tenantId, conversation).map(({ id }) => id),
    );
    const before = known ?? (await open(transaction, owner, conversation, options, now()));
    const last = known ? await lastPlace(transaction, known.id) : -1;
    const found = classify(tenantId, conversation, before.id, records, last, mayRestore);
    const claimed = await claimRecords(
      transaction,
      before.id,
      [...found.added, ...found.changed].map(asRecord),
    );
    const added = found.added.filter(({ id }) => claimed.has(id));
    const elsewhere = found.elsewhere + found.added.length - added.length;
    if (!known && added.length === 0 && elsewhere + found.removed > 0) {
      await deleteConversations(transaction, [before.id]);
      if (elsewhere === 0) return refusal('removal', 'Its messages were removed and are not stored again.');
      return { ...refusal('elsewhere', 'Another session has all of its messages.'), elsewhere };
    }
    await writeMessages(
      transaction,
      before,
      [...added, ...found.changed],
      found.changed.map(({ id }) => id),
    );
    const written = new Set([...added, ...found.changed].map(({ message }) => message.id));
    await insertRedactions(
      transaction,
      before.id,
      removed
        .filter(({ recordId }) => recordId === null || written.has(recordId))
        .map(({ recordId, ...what }) => ({
          ...what,
          messageId: recordId === null ? before.id : messageIdOf(tenantId, conversation, recordId),
        })),
    );
    const commits = await insertCommits(transaction, before.id, commitRows(tenantId, conversation));
    const fields = changesOf(before, conversation, options, found.continuesId);
    const isChanged = !known || written.size > 0 || commits > 0 || Object.keys(fields).length > 0;
    const counts = {
      added: added.length,
      changed: found.changed.length,
      unchanged: found.unchanged,
      elsewhere,
    };
    const redactions = removed.reduce((sum, { count }) => sum + count, 0);
    if (!isChanged) return { record: before, refused: null, created: false, ...counts, redactions };
    const isRead = !known || written.size > 0 || fields.title !== undefined;
    await changeConversation(transaction, before.id, {
      ...fields,
      ...(isRead ? { embedding_status: 'pending', embedding_error: null } : {}),
    });
    const row = await recount(transaction, before);
    await joinAgents(transaction, row);
    if (isRead)
      await jobs.enqueue<IndexJob>(transaction, INDEX_QUEUE, [{ tenantId, conversationId: row.id }], {
        priority: 'high',
      });
    await announce(transaction, row, !known, counts);
    await record(transaction, actor, {
      subject: `conversation:${row.id}`,
      details: [{ about: [row.owner], content: { tool: row.tool, ...counts, redactions } }],
    });
    return { record: row, refused: null, created: !known, ...counts, redactions };
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

  return async (
    actor: Actor,
    owner: Owner,
    conversation: Conversation,
    options: SaveOptions = {},
  ): Promise<SaveResult> => {
    const policies = await database.withTenant(actor.tenantId, allPolicies);
    const action = actionFor(policies, conversation);
    if (action === 'do-not-save')
      return refusal('policy', 'A policy of its repository or path does not allow saving it.');
    const { conversation: redacted, removed } = redactConversation(conversation, {
      emails: redactEmails || action === 'redact',
      withoutContent: action === 'redact',
    });
    await ensurePartitions(database, [monthOf(redacted, now())]);
    return database.withTenant(actor.tenantId, (transaction) =>
      write(transaction, actor, owner, redacted, removed, options),
    );
  };
}

function refusal(by: NonNullable<SaveResult['refused']>['by'], reason: string): SaveResult {
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

const EARLIEST_YEAR = 2015;

/** First day of the month in which a conversation began; of this month when its time is unknown or impossible. */
function monthOf(conversation: Conversation, now: Date): string {
  const at = conversation.startedAt ?? conversation.messages.find((message) => message.at !== null)?.at;
  const began = at ? new Date(at) : now;
  const isPossible = began.getUTCFullYear() >= EARLIEST_YEAR && began <= now;
  return `${(isPossible ? began : now).toISOString().slice(0, 7)}-01`;
}

/** The tool's own title, or else the beginning of what the person said first. */
function titleOf({ title, messages, tool }: Conversation): string {
  const first = messages.find(({ author, text }) => author === 'human' && text.trim() !== '');
  const line = (title?.trim() || first?.text.trim() || `A conversation with ${tool}`).split(
    '\n',
  )[0] as string;
  return [...line].slice(0, MAX_TITLE).join('');
}

function asRecord({ id, place, digest }: Placed) {
  return { id, place, digest };
}

function commitRows(tenantId: string, conversation: Conversation) {
  const bySha = new Map(
    conversation.commits.map((commit) => [`${commit.kind} ${commit.sha.toLowerCase()}`, commit]),
  );
  return [...bySha.values()].map(({ sha, kind, subject, branch, messageId }) => ({
    sha: sha.toLowerCase(),
    kind,
    subject,
    branch,
    message_id: messageId === null ? null : messageIdOf(tenantId, conversation, messageId),
  }));
}

/** The fields that an import changes: what it knows and the stored conversation does not, or knows otherwise. */
function changesOf(
  known: ConversationRecord,
  conversation: Conversation,
  { isPrivate, tags, isTitled }: SaveOptions,
  continuesId: string | null,
): Partial<ConversationRecord> {
  const given: Partial<ConversationRecord> = {
    parent_session_id: conversation.parentSessionId,
    agent_name: conversation.agentName,
    working_directory: conversation.workingDirectory,
    repository: conversation.repository,
    branch: conversation.branch,
    tool_version: conversation.toolVersion,
    continues_id: known.continues_id ?? continuesId,
    ...(conversation.localTime ? { local_time: true } : {}),
    ...(isPrivate === true ? { is_private: true } : {}),
    ...(tags ? { tags: [...new Set(tags)] } : {}),
    ...(isTitled ? { titled_by_person: true } : {}),
    ...(conversation.title && (isTitled || !known.titled_by_person) ? { title: titleOf(conversation) } : {}),
  };
  const pulls = [...new Set([...known.pull_requests, ...conversation.pullRequests])];
  if (pulls.length > known.pull_requests.length) given.pull_requests = pulls;
  const started = earlier(known.started_at, conversation.startedAt);
  if (started) given.started_at = started;
  const ended = later(known.ended_at, conversation.endedAt);
  if (ended) given.ended_at = ended;
  return Object.fromEntries(
    Object.entries(given).filter(
      ([field, value]) => value !== null && !isSame(value, known[field as keyof ConversationRecord]),
    ),
  );
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function earlier(known: Date | null, given: string | null): Date | null {
  const date = given === null ? null : new Date(given);
  return date && (known === null || date < known) ? date : null;
}

function later(known: Date | null, given: string | null): Date | null {
  const date = given === null ? null : new Date(given);
  return date && (known === null || date > known) ? date : null;
}
