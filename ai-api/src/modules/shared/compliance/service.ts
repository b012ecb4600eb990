import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField, notFound } from '../../../http/problem.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { ObjectStore } from '../../../platform/objects/index.ts';
import type { PersonalData } from '../../../platform/personal-data.ts';
import {
  type Actor,
  type EventFilter,
  erasePayloads,
  findEvent,
  listEvents,
  payloadsBetween,
  record,
  retentionYears,
  setRetentionYears,
  verifyChain,
} from '../audit/index.ts';
import type { Identity } from '../identity/index.ts';
import type { ReportKind } from './contract.ts';
import { exportTrail } from './export.ts';
import { accessDirectory, deleteFiles } from './files.ts';
import { makeReport } from './reports.ts';
import { detailView, entryView, personOf } from './views.ts';

interface Span {
  from?: string | undefined;
  to?: string | undefined;
}

type ListFilter = Omit<EventFilter, 'from' | 'to'> & Span;

/** What the trail needs of the rest of the platform. */
export interface ComplianceSetup {
  database: Database;
  objects: ObjectStore;
  identity: Identity;
  /** Where modules hold personal data. */
  personalData: () => readonly PersonalData[];
  now: () => Date;
}

export type Compliance = ReturnType<typeof createCompliance>;

/** Reading, checking, exporting and erasing the trail that {@link record} writes. */
export function createCompliance({ database, objects, identity, personalData, now }: ComplianceSetup) {
  return {
    list: (tenantId: string, { from, to, ...filter }: ListFilter, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.number().int(),
          query: (before, limit) =>
            listEvents(transaction, { ...filter, ...moments({ from, to }) }, before, limit),
          key: (row) => row.seq,
          describe: async (rows) => {
            const named = await identity.users.names(transaction, [...new Set(rows.flatMap(personOf))]);
            return rows.map((row) => ({
              ...entryView(row),
              person: personOf(row).map((id) => named.get(id))[0] ?? null,
            }));
          },
        }),
      ),

    /** @throws {import('../../../http/problem.ts').Problem} NOT_FOUND */
    get: (tenantId: string, seq: number) =>
      database.withTenant(tenantId, async (transaction) => {
        const event = await findEvent(transaction, seq);
        if (!event) throw notFound('audit entry', String(seq));
        const details = await payloadsBetween(transaction, seq, seq);
        return { ...entryView(event), details: details.map(detailView) };
      }),

    verify: (tenantId: string, known: { seq?: number | undefined; hash?: string | undefined }) => {
      const { seq, hash } = known;
      if ((seq === undefined) !== (hash === undefined))
        throw invalidField(seq === undefined ? 'knownSeq' : 'knownHash', 'is needed beside the other');
      return verifyChain(
        database,
        tenantId,
        seq === undefined || hash === undefined ? undefined : { seq, hash },
      );
    },

    export: async (actor: Actor, span: Span) => {
      const exported = await exportTrail(database, objects, actor.tenantId, moments(span), now());
      const { exportId, entries, data } = exported;
      const content = { ...span, entries, sha256: data.sha256 };
      await database.withTenant(actor.tenantId, (transaction) =>
        record(transaction, actor, { subject: `export:${exportId}`, details: [{ about: [], content }] }),
      );
      return exported;
    },

    erase: async (actor: Actor, { subject, reason }: { subject: string; reason: string }) => {
      const done = await database.withTenant(actor.tenantId, async (transaction) => {
        let recordsDeleted = 0;
        for (const { erase } of personalData())
          recordsDeleted += (await erase?.(transaction, actor.tenantId, subject)) ?? 0;
        const entry = await record(transaction, actor, {
          subject,
          details: [{ about: [], content: { reason } }],
        });
        const erased = await erasePayloads(transaction, { about: subject }, reason, entry);
        return { entry, erased, recordsDeleted };
      });
      const reportsDeleted = await deleteFiles(objects, accessDirectory(actor.tenantId, subject));
      return { subject, ...done, reportsDeleted };
    },

    report: async (
      actor: Actor,
      { kind, subject, ...span }: { kind: ReportKind; subject?: string | undefined } & Span,
    ) => {
      const parts = { database, objects, identity, personalData, tenantId: actor.tenantId, now: now() };
      const report = await makeReport(parts, { kind, subject, ...moments(span) });
      await database.withTenant(actor.tenantId, (transaction) =>
        record(transaction, actor, {
          subject: subject ?? `report:${report.reportId}`,
          details: [{ about: [], content: { kind, ...span, reportId: report.reportId } }],
        }),
      );
      return report;
    },

    getRetention: (tenantId: string) =>
      database.withTenant(tenantId, async (transaction) => ({ years: await retentionYears(transaction) })),

    setRetention: (actor: Actor, years: number) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const before = await retentionYears(transaction);
        await setRetentionYears(transaction, years);
        await record(transaction, actor, {
          subject: 'retention',
          details: [{ about: [], content: { before: { years: before }, after: { years } } }],
        });
        return { years };
      }),
  };
}

function moments({ from, to }: Span): { from?: Date; to?: Date } {
  return { ...(from ? { from: new Date(from) } : {}), ...(to ? { to: new Date(to) } : {}) };
}
