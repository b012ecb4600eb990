import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField } from '../../../http/problem.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { DAY_MS } from '../../../platform/durations.ts';
import type { Reader } from '../links/index.ts';
import { filesOf, nameKey, splitRepository, theCommit } from '../repositories/index.ts';
import { blame } from './blame.ts';
import type { BlamedLine } from './origins.ts';
import {
  contributionRows,
  linksOfEntries,
  modelsOf,
  type Scope,
  sessionsOf,
  type TimelineRow,
  timelineRows,
} from './store.ts';
import { addedLines, traceOf } from './trace.ts';

const position = z.object({ at: z.iso.datetime({ precision: 6 }), id: z.uuid() });

interface Setup {
  database: Database;
  /** E-mail addresses of people by `user:<id>`. */
  emails: (transaction: TenantTransaction) => Promise<Map<string, string>>;
  publicUrl: string;
  now: () => Date;
}

export type Provenance = ReturnType<typeof createProvenance>;

/** Where code comes from, and when there was what. */
export function createProvenance({ database, emails, publicUrl, now }: Setup) {
  async function scopeOf(
    transaction: TenantTransaction,
    reader: Reader,
    isOwn: boolean,
    repositoryId: string | undefined,
  ): Promise<Scope> {
    return {
      reader: reader.id,
      owner: isOwn ? reader.id : null,
      email: isOwn ? ((await emails(transaction)).get(reader.id) ?? null) : null,
      repositoryId: repositoryId ?? null,
    };
  }

  return {
    /** @throws {import('../../../http/problem.ts').Problem} INVALID_INPUT for a repository without host and name */
    blame: (reader: Reader, repository: string | undefined, lines: BlamedLine[]) => {
      const named = repository === undefined ? null : splitRepository(repository);
      if (repository !== undefined && !named)
        throw invalidField('repository', 'must be a URL, or host/owner/name');
      return database.withTenant(reader.tenantId, async (transaction) => {
        const found = await blame(transaction, reader.id, named && nameKey(named), lines);
        return {
          origins: found.origins.map(({ origin, link }) => ({
            conversationId: origin.conversationId,
            title: link.title,
            tool: link.tool,
            author: link.owner_name,
            messageId: origin.messageId ?? link.message_id,
            saidAt: found.saidAt.get(origin.messageId ?? '')?.toISOString() ?? null,
            level: link.level,
            status: link.status,
          })),
          lines: found.places.map((place) => ({
            origin: place,
            match: place === null ? null : (found.origins[place]?.origin.match ?? null),
          })),
        };
      });
    },

    timeline: (
      reader: Reader,
      filter: {
        mine: boolean;
        repositoryId?: string | undefined;
        since?: string | undefined;
        until?: string | undefined;
      },
      page: Page,
    ) =>
      database.withTenant(reader.tenantId, async (transaction) => {
        const scope = await scopeOf(transaction, reader, filter.mine, filter.repositoryId);
        const bounds = { since: filter.since ?? null, until: filter.until ?? null };
        const { items, nextCursor } = await listPage(page, {
          cursor: position,
          query: (after, limit) => timelineRows(transaction, scope, bounds, after, limit),
          key: ({ key, id }) => ({ at: key, id }),
          view: (row) => row,
        });
        const links = await linksOfEntries(
          transaction,
          reader.id,
          items.map(({ id }) => id),
        );
        return {
          items: items.map((row) => ({
            ...entryView(row),
            links: links
              .filter(({ conversation_id, commit_id }) => row.id === conversation_id || row.id === commit_id)
              .map(({ id, level, status, conversation_id, sha }) => ({
                linkId: id,
                level,
                status,
                conversationId: conversation_id,
                sha,
              })),
          })),
          nextCursor,
        };
      }),

    contributions: (reader: Reader, repositoryId: string | undefined, days: number) =>
      database.withTenant(reader.tenantId, async (transaction) => {
        const scope = await scopeOf(transaction, reader, repositoryId === undefined, repositoryId);
        const today = Date.parse(now().toISOString().slice(0, 10));
        const since = new Date(today - (days - 1) * DAY_MS);
        const rows = await contributionRows(transaction, scope, since);
        const byDay = new Map(rows.map((row) => [row.day, row]));
        return {
          days: Array.from({ length: days }, (_, n) => {
            const day = new Date(since.getTime() + n * DAY_MS).toISOString().slice(0, 10);
            const row = byDay.get(day);
            return {
              day,
              conversations: row?.conversations ?? 0,
              commits: row?.commits ?? 0,
              linkedCommits: row?.linked ?? 0,
            };
          }),
        };
      }),

    /** @throws {import('../../../http/problem.ts').Problem} NOT_FOUND, CONFLICT */
    trace: (reader: Reader, sha: string, repositoryId: string | undefined) =>
      database.withTenant(reader.tenantId, async (transaction) => {
        const commit = await theCommit(transaction, sha, repositoryId);
        const files = (await filesOf(transaction, [commit.id])).get(commit.id) ?? [];
        const lines = addedLines(commit.sha, files);
        const found = await blame(transaction, reader.id, null, lines);
        const confirmed = found.places.map((place) => {
          const at = place === null ? undefined : found.origins[place];
          return at?.link.status === 'confirmed' ? at.origin : null;
        });
        const ids = [...new Set(confirmed.flatMap((origin) => origin?.conversationId ?? []))];
        const [sessions, models] = [await sessionsOf(transaction, ids), await modelsOf(transaction, ids)];
        const place = { id: commit.id, sha: commit.sha, committedAt: commit.committed_at };
        return traceOf(place, lines, confirmed, (id) => ({
          url: new URL(
            `conversations/${encodeURIComponent(sessions.get(id) ?? id)}`,
            publicUrl.endsWith('/') ? publicUrl : `${publicUrl}/`,
          ).href,
          model: models.get(id) ?? null,
        }));
      }),
  };
}

function entryView({ type, at, id, title, person, repository, branch, tool, sha }: TimelineRow) {
  return { type, at: at.toISOString(), id, title, person, repository, branch, tool, sha };
}
