import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { notFound, Problem } from '../../../http/problem.ts';
import type { Kind } from '../../../judgement/index.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, digestOf, displayName, record } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { People } from '../../shared/people/index.ts';
import { contentOf, inForceOf, type JudgingKind, judgesPeople, type Sources } from './content.ts';
import { noticeContent, sections as sectionsSchema } from './schema.ts';
import {
  findNotice,
  informedOf,
  insertNotice,
  listNotices,
  lockKind,
  type NoticeRecord,
  newestNotices,
} from './store.ts';
import { changesOf, inForceLines, markdownOf, sectionsOf } from './text.ts';
import { publishedView } from './views.ts';

/** What notices are built from. */
export interface NoticeParts extends Sources {
  database: Database;
  kinds: readonly Kind[];
  people: Pick<People, 'roster'>;
  events: Pick<Events, 'publish'>;
}

export type NoticeService = ReturnType<typeof createNotices>;

/** Kinds that judge people, by their names. */
export function judgingKinds(kinds: readonly Kind[]) {
  const judging = kinds.filter(judgesPeople).toSorted((a, b) => a.name.localeCompare(b.name));
  return {
    all: judging,
    /** @throws {Problem} NOT_FOUND */
    require: (name: string): JudgingKind => {
      const kind = judging.find((one) => one.name === name);
      if (!kind) throw notFound('kind of judgement with a notice', name);
      return kind;
    },
  };
}

/** The newest published notice of a kind. @throws {Problem} NOT_FOUND */
export async function requirePublished(transaction: TenantTransaction, kind: string): Promise<NoticeRecord> {
  const notice = (await newestNotices(transaction, [kind])).get(kind);
  if (!notice) throw new Problem('NOT_FOUND', `No notice of ${kind} is published yet.`);
  return notice;
}

/** Notices by version: what they say now, what is published, and how many people are informed. */
export function createNotices(parts: NoticeParts) {
  const { database, people, events, now } = parts;
  const kinds = judgingKinds(parts.kinds);

  async function draftOf(transaction: TenantTransaction, kind: JudgingKind) {
    const content = await contentOf(transaction, kind, parts);
    return {
      content,
      digest: digestOf(content),
      sections: sectionsOf(content),
      inForce: await inForceOf(transaction, kind, content, parts),
    };
  }

  async function view(transaction: TenantTransaction, row: NoticeRecord) {
    const { inForce } = await draftOf(transaction, kinds.require(row.kind));
    return publishedView(row, inForce);
  }

  async function summaryOf(
    transaction: TenantTransaction,
    kind: JudgingKind,
    builderIds: readonly string[],
    published: NoticeRecord | undefined,
  ) {
    const content = await contentOf(transaction, kind, parts);
    const rows = published ? await informedOf(transaction, published, builderIds) : [];
    const acknowledged = rows.filter(({ acknowledged_at }) => acknowledged_at !== null).length;
    return {
      kind: kind.name,
      title: content.title,
      version: published?.version ?? null,
      publishedAt: published?.published_at.toISOString() ?? null,
      isCurrent: published?.digest === digestOf(content),
      decides: content.decides,
      builders: builderIds.length,
      acknowledged,
      informedOtherwise: rows.length - acknowledged,
      notInformed: builderIds.length - rows.length,
    };
  }

  return {
    list: (tenantId: string, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.string(),
          query: async (after, limit) =>
            kinds.all.filter(({ name }) => after === null || name > after).slice(0, limit),
          key: ({ name }) => name,
          describe: async (rows) => {
            const builderIds = (await people.roster(transaction)).map(({ builder_id }) => builder_id);
            const published = await newestNotices(
              transaction,
              rows.map(({ name }) => name),
            );
            const views = [];
            for (const kind of rows)
              views.push(await summaryOf(transaction, kind, builderIds, published.get(kind.name)));
            return views;
          },
        }),
      ),

    get: (tenantId: string, name: string, version?: number) =>
      database.withTenant(tenantId, async (transaction) => {
        const { name: kind } = kinds.require(name);
        if (version === undefined) return view(transaction, await requirePublished(transaction, kind));
        const row = await findNotice(transaction, kind, version);
        if (!row) throw notFound('version of this notice', String(version));
        return view(transaction, row);
      }),

    listVersions: (tenantId: string, name: string, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.number(),
          query: (before, limit) => listNotices(transaction, kinds.require(name).name, before, limit),
          key: ({ version }) => version,
          view: ({ kind, version, title, published_at }) => ({
            ...{ kind, version, title },
            publishedAt: published_at.toISOString(),
          }),
        }),
      ),

    preview: (tenantId: string, name: string) =>
      database.withTenant(tenantId, async (transaction) => {
        const draft = await draftOf(transaction, kinds.require(name));
        const published = (await newestNotices(transaction, [name])).get(name);
        const isCurrent = published?.digest === draft.digest;
        const before = published ? sectionsSchema.parse(published.sections) : [];
        return {
          kind: name,
          title: draft.content.title,
          content: draft.content,
          sections: draft.sections,
          markdown: markdownOf(draft.content.title, draft.sections),
          digest: draft.digest,
          isCurrent,
          publishedVersion: published?.version ?? null,
          changes: isCurrent ? [] : changesOf(before, draft.sections),
          inForce: draft.inForce,
          inForceLines: inForceLines(draft.inForce),
        };
      }),

    /** @throws {Problem} NOT_FOUND, CONFLICT where the content is another one than that of the digest */
    publish: (actor: Actor, name: string, digest: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const kind = kinds.require(name);
        await lockKind(transaction, name);
        const draft = await draftOf(transaction, kind);
        if (draft.digest !== digest)
          throw new Problem('CONFLICT', 'What the notice says changed in the meantime. Preview it again.');
        const before = (await newestNotices(transaction, [name])).get(name);
        if (before?.digest === digest) return publishedView(before, draft.inForce);
        const row = await insertNotice(transaction, {
          id: uuidv7(),
          kind: name,
          version: (before?.version ?? 0) + 1,
          digest,
          title: draft.content.title,
          content: JSON.stringify(noticeContent.parse(draft.content)),
          sections: JSON.stringify(draft.sections),
          in_force: JSON.stringify(draft.inForce),
          published_by: displayName(actor),
          published_at: now(),
        });
        const { version, title } = row;
        await events.publish(transaction, actor.tenantId, 'notice.published', { kind: name, version, title });
        await record(transaction, actor, {
          subject: `notice:${name}`,
          details: [{ about: [], content: { version, digest, inForce: draft.inForce } }],
        });
        return publishedView(row, draft.inForce);
      }),
  };
}
