import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField, notFound } from '../../../http/problem.ts';
import {
  findJudgements,
  humanJudgement,
  type JudgementView,
  type StoreJudgement,
} from '../../../judgement/index.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, displayName, record } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import { requireConversation } from '../conversations/index.ts';
import { filesOf, lineOfPatch, plainLine, theCommit } from '../repositories/index.ts';
import { reasonsOf } from './find.ts';
import { commitLinkKind } from './kind.ts';
import {
  editsOfFile,
  type FileEdit,
  findLink,
  type LinkFilter,
  type LinkRecord,
  listLinks,
  storeDecided,
} from './store.ts';
import { linkView } from './views.ts';
import type { createWork } from './work.ts';

/** Links of one commit or conversation: there are few. */
const MAX_LINKS = 500;
const MAX_ORIGINS = 20;
const RANK: Readonly<Record<LinkRecord['status'], number>> = { confirmed: 0, suggested: 1, rejected: 2 };

interface Setup {
  database: Database;
  events: Events;
  storeJudgement: StoreJudgement;
  work: ReturnType<typeof createWork>;
  now: () => Date;
}

/** Who asks: private conversations are seen by their owners only. */
export interface Reader {
  tenantId: string;
  id: string;
}

/** A commit, and a line of one of its files by its text or its number. */
interface Asked {
  sha: string;
  repositoryId?: string | undefined;
  line?: string | undefined;
  lineNumber?: number | undefined;
}

export type Links = ReturnType<typeof createLinks>;

/** Links between conversations and commits, as people see and decide them. */
export function createLinks({ database, events, storeJudgement, work, now }: Setup) {
  /** Everything that a reader may see of a commit or conversation; what was rejected is left out. */
  async function linksOf(transaction: TenantTransaction, reader: string, filter: LinkFilter) {
    const rows = await listLinks(transaction, reader, filter, null, MAX_LINKS);
    return rows
      .filter(({ status }) => status !== 'rejected')
      .toSorted((a, b) => RANK[a.status] - RANK[b.status] || (b.score ?? 100) - (a.score ?? 100));
  }

  async function decide(
    transaction: TenantTransaction,
    actor: Actor,
    reader: string,
    pair: { conversationId: string; commitId: string; sha: string; repositoryId: string },
    decision: { status: 'confirmed' | 'rejected'; reason: string },
  ) {
    const { conversationId, commitId } = pair;
    const link = await findLink(transaction, conversationId, commitId);
    const before = link
      ? ((await findJudgements(transaction, [link.judgement_id])).get(link.judgement_id) ?? null)
      : null;
    const { decides } = commitLinkKind;
    const judged = humanJudgement({
      kind: commitLinkKind.name,
      subjectId: `${conversationId}:${commitId}`,
      outcome: String(decision.status === 'confirmed' ? decides?.yes : decides?.no),
      before,
      reason: decision.reason,
    });
    const decidedBy = displayName(actor);
    const human = { decidedBy, reason: decision.reason, supersedes: link?.judgement_id ?? null };
    const { judgementId } = await storeJudgement(transaction, judged, { human });
    const level = link?.level ?? 'added';
    const linkId = await storeDecided(transaction, {
      conversation_id: conversationId,
      commit_id: commitId,
      level,
      status: decision.status,
      score: link?.score ?? null,
      reasons: before ? reasonsOf(before as Pick<JudgementView, 'criteria'>) : [],
      message_id: link?.message_id ?? null,
      judgement_id: judgementId,
      decided_by: decidedBy,
      decided_at: now(),
    });
    const { sha, repositoryId } = pair;
    await events.publish(transaction, actor.tenantId, `link.${decision.status}`, {
      linkId,
      conversationId,
      sha,
      repositoryId,
      level,
    });
    const [row] = await listLinks(transaction, reader, { linkId }, null, 1);
    if (!row) throw notFound('link', linkId);
    await record(transaction, actor, {
      subject: `link:${linkId}`,
      details: [{ about: [], content: { ...decision, conversationId, sha } }],
    });
    return linkView(row);
  }

  const decideLink = (
    actor: Actor,
    reader: Reader,
    linkId: string,
    status: 'confirmed' | 'rejected',
    reason: string,
  ) =>
    database.withTenant(actor.tenantId, async (transaction) => {
      const [link] = await listLinks(transaction, reader.id, { linkId }, null, 1);
      if (!link) throw notFound('link', linkId);
      const pair = {
        conversationId: link.conversation_id,
        commitId: link.commit_id,
        sha: link.sha,
        repositoryId: link.repository_id,
      };
      return decide(transaction, actor, reader.id, pair, { status, reason });
    });

  return {
    list: (reader: Reader, filter: LinkFilter, page: Page) =>
      database.withTenant(reader.tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (before, limit) => listLinks(transaction, reader.id, filter, before, limit),
          key: ({ id }) => id,
          view: linkView,
        }),
      ),

    /** @throws {import('../../../http/problem.ts').Problem} NOT_FOUND, CONFLICT, INVALID_INPUT for a line without file */
    ofCommit: (reader: Reader, asked: Asked & { file?: string | undefined }) =>
      database.withTenant(reader.tenantId, async (transaction) => {
        const { sha, repositoryId, file } = asked;
        if (file === undefined && (asked.line ?? asked.lineNumber) !== undefined)
          throw invalidField('file', 'is needed with a line');
        const commit = await theCommit(transaction, sha, repositoryId);
        const rows = await linksOf(transaction, reader.id, { commitId: commit.id });
        if (file === undefined) return { items: rows.map(linkView) };
        const line = await lineOf(transaction, commit.id, file, asked);
        const edits = await editsOf(transaction, rows, file);
        const writing = line === null ? edits : edits.filter(({ after }) => hasLine(after, line));
        const editing = new Set(writing.map(({ conversation_id }) => conversation_id));
        return { items: rows.filter((row) => editing.has(row.conversation_id)).map(linkView) };
      }),

    /** @throws {import('../../../http/problem.ts').Problem} NOT_FOUND */
    ofConversation: (reader: Reader, conversationId: string) =>
      database.withTenant(reader.tenantId, async (transaction) => {
        await requireConversation(transaction, conversationId, reader.id);
        const rows = await linksOf(transaction, reader.id, { conversationId });
        return { items: rows.map(linkView) };
      }),

    /** @throws {import('../../../http/problem.ts').Problem} NOT_FOUND, CONFLICT, INVALID_INPUT without a line */
    why: (reader: Reader, asked: Asked & { file: string }) =>
      database.withTenant(reader.tenantId, async (transaction) => {
        if (!asked.line && asked.lineNumber === undefined)
          throw invalidField('line', 'is needed, or lineNumber');
        const commit = await theCommit(transaction, asked.sha, asked.repositoryId);
        const rows = await linksOf(transaction, reader.id, { commitId: commit.id });
        const line = await lineOf(transaction, commit.id, asked.file, asked);
        const edits = await editsOf(transaction, rows, asked.file);
        const items = rows.flatMap((row) => {
          const own = edits.filter(({ conversation_id }) => conversation_id === row.conversation_id);
          const writing = own.find(({ after }) => line !== null && hasLine(after, line));
          const edit = writing ?? own[0];
          if (!edit) return [];
          return [
            {
              conversationId: row.conversation_id,
              title: row.title,
              messageId: edit.message_id,
              saidAt: edit.said_at?.toISOString() ?? null,
              status: row.status,
              match: writing ? ('line' as const) : ('file' as const),
            },
          ];
        });
        const found = items.filter(({ match }) => match === 'line');
        return { items: (found.length > 0 ? found : items).slice(0, MAX_ORIGINS) };
      }),

    /** @throws {import('../../../http/problem.ts').Problem} NOT_FOUND, CONFLICT */
    add: (
      actor: Actor,
      reader: Reader,
      given: { conversationId: string; sha: string; repositoryId?: string | undefined; reason: string },
    ) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const { conversationId, reason } = given;
        await requireConversation(transaction, conversationId, reader.id);
        const commit = await theCommit(transaction, given.sha, given.repositoryId);
        const pair = {
          conversationId,
          commitId: commit.id,
          sha: commit.sha,
          repositoryId: commit.repository_id,
        };
        return decide(transaction, actor, reader.id, pair, { status: 'confirmed', reason });
      }),

    /** @throws {import('../../../http/problem.ts').Problem} NOT_FOUND */
    confirm: (actor: Actor, reader: Reader, linkId: string, reason: string | undefined) =>
      decideLink(actor, reader, linkId, 'confirmed', reason ?? 'Confirmed.'),

    /** @throws {import('../../../http/problem.ts').Problem} NOT_FOUND */
    reject: (actor: Actor, reader: Reader, linkId: string, reason: string) =>
      decideLink(actor, reader, linkId, 'rejected', reason),

    find: (actor: Actor, days: number) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const commits = await work.findAgain(transaction, actor.tenantId, days);
        await record(transaction, actor, {
          subject: 'links',
          details: [{ about: [], content: { days, commits } }],
        });
        return { commits };
      }),
  };
}

/**
 * The line that is asked for, as text; null when none is.
 * @throws {import('../../../http/problem.ts').Problem} INVALID_INPUT for a line without text, and for a number that the
 * diff of the file does not show
 */
async function lineOf(
  transaction: TenantTransaction,
  commitId: string,
  file: string,
  { line, lineNumber }: Asked,
): Promise<string | null> {
  if (line) {
    const text = plainLine(line);
    if (text === '') throw invalidField('line', 'must have text');
    return text;
  }
  if (lineNumber === undefined) return null;
  const files = (await filesOf(transaction, [commitId])).get(commitId) ?? [];
  const changed = files.find(({ path }) => path === file);
  if (!changed) throw invalidField('file', 'is not among the files that the commit changes');
  if (changed.patch === null)
    throw invalidField('lineNumber', 'needs a diff, which is not known; give `line`');
  const text = lineOfPatch(changed.patch, lineNumber);
  if (text === null)
    throw invalidField('lineNumber', 'is not among the lines that the diff of the file shows');
  return plainLine(text);
}

function editsOf(
  transaction: TenantTransaction,
  rows: readonly { conversation_id: string }[],
  file: string,
): Promise<FileEdit[]> {
  return editsOfFile(
    transaction,
    rows.map(({ conversation_id }) => conversation_id),
    file,
  );
}

function hasLine(text: string | null, line: string): boolean {
  return line !== '' && (text?.split('\n').some((written) => plainLine(written) === line) ?? false);
}
