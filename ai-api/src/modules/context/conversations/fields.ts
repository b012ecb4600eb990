import type { Conversation } from '../formats/model.ts';
import { messageIdOf } from './session.ts';
import type { ConversationRecord } from './store.ts';

export interface SaveOptions {
  isPrivate?: boolean | undefined;
  tags?: readonly string[] | undefined;
  /** Whether a conversation that its owner removed is stored again. */
  restore?: boolean;
  /** Whether the title is a person's own, which no import replaces. */
  isTitled?: boolean;
}

const MAX_TITLE = 300;
const EARLIEST_YEAR = 2015;

/** First day of the month in which a conversation began; of this month when its time is unknown or impossible. */
export function monthOf(conversation: Conversation, now: Date): string {
  const at = conversation.startedAt ?? conversation.messages.find((message) => message.at !== null)?.at;
  const began = at ? new Date(at) : now;
  const isPossible = began.getUTCFullYear() >= EARLIEST_YEAR && began <= now;
  return `${(isPossible ? began : now).toISOString().slice(0, 7)}-01`;
}

/** The tool's own title, or else the beginning of what the person said first. */
export function titleOf({ title, messages, tool }: Conversation): string {
  const first = messages.find(({ author, text }) => author === 'human' && text.trim() !== '');
  const line = (title?.trim() || first?.text.trim() || `A conversation with ${tool}`).split(
    '\n',
  )[0] as string;
  return [...line].slice(0, MAX_TITLE).join('');
}

/** The commits that a conversation names, each once, as they are stored. */
export function commitRows(tenantId: string, conversation: Conversation) {
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

/**
 * Whether a source ends before the conversation does that is stored of its session: a copy from before the file grew, or
 * an earlier state of it. It adds what is missing and changes nothing, so that files may be imported in any order.
 */
export function isEarlierCopy({ ended_at }: ConversationRecord, { endedAt }: Conversation): boolean {
  return ended_at !== null && endedAt !== null && new Date(endedAt) < ended_at;
}

/** The fields that an import changes: what it knows and the stored conversation does not, or knows otherwise. */
export function changesOf(
  known: ConversationRecord,
  conversation: Conversation,
  { isPrivate, tags, isTitled }: SaveOptions,
  { continuesId, isOlder }: { continuesId: string | null; isOlder: boolean },
): Partial<ConversationRecord> {
  const told = {
    parent_session_id: conversation.parentSessionId,
    agent_name: conversation.agentName,
    working_directory: conversation.workingDirectory,
    repository: conversation.repository,
    branch: conversation.branch,
    tool_version: conversation.toolVersion,
  };
  const isNews = (field: string) => !isOlder || known[field as keyof ConversationRecord] === null;
  const given: Partial<ConversationRecord> = {
    ...Object.fromEntries(Object.entries(told).filter(([field]) => isNews(field))),
    continues_id: known.continues_id ?? continuesId,
    ...(conversation.localTime ? { local_time: true } : {}),
    ...(isPrivate === true ? { is_private: true } : {}),
    ...(tags ? { tags: [...new Set(tags)] } : {}),
    ...(isTitled ? { titled_by_person: true } : {}),
    ...(conversation.title && (isTitled || !(isOlder || known.titled_by_person))
      ? { title: titleOf(conversation) }
      : {}),
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
