import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField, notFound, Problem } from '../../../http/problem.ts';
import type { Dashboards } from '../../../platform/dashboards.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, displayName, record } from '../../shared/audit/index.ts';
import type { Notifications, Sent } from '../../shared/notifications/index.ts';
import type { BuilderRecord } from '../../shared/people/index.ts';
import { contentOf, inForceOf, type JudgingKind } from './content.ts';
import { sections as sectionsSchema } from './schema.ts';
import { judgingKinds, type NoticeParts, requirePublished } from './service.ts';
import { acknowledge, informedOf, type NoticeRecord, newestNotices, noteInformed } from './store.ts';
import { ownView } from './views.ts';

interface Parts extends NoticeParts {
  notify: Notifications['notify'];
  dashboards: Dashboards;
}

/** Builders whom the company informed otherwise. */
interface Informed {
  builderIds?: readonly string[] | undefined;
  version?: number | undefined;
  on: string;
  how: string;
}

/** Recipients of one notification at most. */
const BATCH = 500;

/** Who is informed of the published notices: by acknowledging them, or as the company records. */
export function createAcknowledging(parts: Parts) {
  const { database, people, notify, dashboards, now } = parts;
  const kinds = judgingKinds(parts.kinds);

  const inForce = async (transaction: TenantTransaction, kind: JudgingKind) =>
    inForceOf(transaction, kind, await contentOf(transaction, kind, parts), parts);

  /** Builders who are not informed of a notice; all where it is not published. */
  async function notInformed(
    transaction: TenantTransaction,
    notice: NoticeRecord | undefined,
  ): Promise<BuilderRecord[]> {
    const informed = notice ? await informedOf(transaction, notice) : [];
    const known = new Set(informed.map(({ builder_id }) => builder_id));
    return (await people.roster(transaction)).filter(({ builder_id }) => !known.has(builder_id));
  }

  async function sendTo(
    transaction: TenantTransaction,
    actor: Actor,
    notice: NoticeRecord,
    builders: readonly BuilderRecord[],
  ): Promise<Sent[]> {
    const url = dashboards.link('how-i-am-judged', {}, 'ai-manager-builder');
    const { kind, version, title } = notice;
    const data = { title, version, sections: sectionsSchema.parse(notice.sections), ...(url ? { url } : {}) };
    const sent: Sent[] = [];
    for (let start = 0; start < builders.length; start += BATCH) {
      const to = builders.slice(start, start + BATCH).map(({ builder_id }) => `builder:${builder_id}`);
      const request = { to, template: 'notice-published', data, source: `notice:${kind}` };
      const by = { tenantId: actor.tenantId, by: displayName(actor) };
      sent.push(...(await notify(transaction, by, { ...request, dedupeKey: `notice:${kind}:${version}` })));
    }
    return sent;
  }

  return {
    listMine: (tenantId: string, builderId: string, page: Page) =>
      database.withTenant(tenantId, async (transaction) => {
        const published = await newestNotices(
          transaction,
          kinds.all.map(({ name }) => name),
        );
        return listPage(page, {
          cursor: z.string(),
          query: async (after, limit) =>
            [...published.values()].filter(({ kind }) => after === null || kind > after).slice(0, limit),
          key: ({ kind }) => kind,
          describe: async (rows) => {
            const views = [];
            for (const row of rows) {
              const [informed] = await informedOf(transaction, row, [builderId]);
              views.push(ownView(row, informed, await inForce(transaction, kinds.require(row.kind))));
            }
            return views;
          },
        });
      }),

    /** @throws {Problem} NOT_FOUND, CONFLICT where another version is published */
    acknowledge: (actor: Actor, builderId: string, name: string, version: number) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const kind = kinds.require(name);
        const notice = await requirePublished(transaction, name);
        requireVersion(notice, version);
        const current = await inForce(transaction, kind);
        const [before] = await informedOf(transaction, notice, [builderId]);
        if (before?.acknowledged_at) return ownView(notice, before, current);
        const informed = await acknowledge(transaction, notice, builderId, now());
        await record(transaction, actor, {
          subject: `notice:${name}`,
          details: [{ about: [`builder:${builderId}`], content: { version, acknowledged: builderId } }],
        });
        return ownView(notice, informed, current);
      }),

    /** @throws {Problem} NOT_FOUND, INVALID_INPUT, CONFLICT where another version is published */
    recordInformed: (actor: Actor, name: string, { builderIds, version: seen, on, how }: Informed) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const notice = await requirePublished(transaction, kinds.require(name).name);
        if (seen !== undefined) requireVersion(notice, seen);
        if (on > now().toISOString().slice(0, 10)) throw invalidField('on', 'must not be after today');
        const roster = new Set((await people.roster(transaction)).map(({ builder_id }) => builder_id));
        const unknown = builderIds?.find((id) => !roster.has(id));
        if (unknown !== undefined) throw notFound('builder', unknown);
        const left = (await notInformed(transaction, notice)).map(({ builder_id }) => builder_id);
        const given = { on, how, by: displayName(actor) };
        const noted = await noteInformed(transaction, notice, builderIds ?? left, given);
        const { version } = notice;
        await record(transaction, actor, {
          subject: `notice:${name}`,
          details: [
            {
              about: noted.map((id) => `builder:${id}`),
              content: { version, on, how, builders: noted },
            },
          ],
        });
        return { kind: name, version, recorded: noted.length };
      }),

    /** @throws {Problem} NOT_FOUND */
    send: (actor: Actor, name: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const notice = await requirePublished(transaction, kinds.require(name).name);
        const sent = await sendTo(transaction, actor, notice, await notInformed(transaction, notice));
        const sentBefore = sent.filter(({ repeated }) => repeated).length;
        const { version } = notice;
        const counts = { version, sent: sent.length - sentBefore, sentBefore };
        await record(transaction, actor, {
          subject: `notice:${name}`,
          details: [{ about: [], content: counts }],
        });
        return { kind: name, ...counts };
      }),

    /** @throws {Problem} NOT_FOUND */
    listNotInformed: (tenantId: string, name: string, page: Page) =>
      database.withTenant(tenantId, async (transaction) => {
        const notice = (await newestNotices(transaction, [kinds.require(name).name])).get(name);
        const builders = (await notInformed(transaction, notice)).toSorted((a, b) =>
          a.builder_id < b.builder_id ? -1 : 1,
        );
        return listPage(page, {
          cursor: z.string(),
          query: async (after, limit) =>
            builders.filter(({ builder_id }) => after === null || builder_id > after).slice(0, limit),
          key: ({ builder_id }) => builder_id,
          view: ({ builder_id, name: full, email, team }) => ({
            ...{ builderId: builder_id, name: full, email, team },
          }),
        });
      }),
  };
}

/** @throws {Problem} CONFLICT */
function requireVersion(notice: NoticeRecord, version: number): void {
  if (notice.version !== version)
    throw new Problem('CONFLICT', `Version ${notice.version} of this notice is published. Read it first.`);
}
