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
import type { Events } from '../events/index.ts';
import type { Files } from '../files/index.ts';
import type { Identity } from '../identity/index.ts';
import type { ReportKind } from './contract.ts';
import { exportTrail } from './export.ts';
import { accessDirectory, deleteFiles } from './files.ts';
import { keptReport, keptReports, makeReport, removeReports } from './reports.ts';
import { detailView, entryView, personOf } from './views.ts';

interface Span {
  from?: string | undefined;
  to?: string | undefined;
}

type ListFilter = Omit<EventFilter, 'from' | 'to'> & Span;

/** What the trail needs of the rest of the platform. */
export interface ComplianceSetup {
  database: Database;
  /** Where an earlier release kept reports. */
  objects: ObjectStore;
  files: Files;
  events: Events;
  identity: Identity;
  /** Where modules hold personal data. */
  personalData: () => readonly PersonalData[];
  now: () => Date;
}

export type Compliance = ReturnType<typeof createCompliance>;

/** Reading, checking, exporting and erasing the trail that {@link record} writes. */
export function createCompliance(setup: ComplianceSetup) {
  const { database, objects, files, identity, personalData, events, now } = setup;
  const kept = (tenantId: string) => ({ files, database, tenantId, now: now() });

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

    export: (actor: Actor, span: Span) => exportTrail(database, files, actor, moments(span), now()),

    erase: async (actor: Actor, { subject, reason }: { subject: string; reason: string }) => {
      const done = await database.withTenant(actor.tenantId, async (transaction) => {
        const reports = await removeReports(kept(actor.tenantId), transaction, { accessAbout: subject });
        let recordsDeleted = 0;
        for (const { erase } of personalData())
          recordsDeleted += (await erase?.(transaction, actor.tenantId, subject)) ?? 0;
        const entry = await record(transaction, actor, {
          subject,
          details: [{ about: [], content: { reason } }],
        });
        const erased = await erasePayloads(transaction, { about: subject }, reason, entry);
        return { entry, erased, recordsDeleted, reports };
      });
      const { reports, ...erasure } = done;
      const earlier = await deleteFiles(objects, accessDirectory(actor.tenantId, subject));
      return { subject, ...erasure, reportsDeleted: reports + earlier };
    },

    report: (
      actor: Actor,
      { kind, subject, ...span }: { kind: ReportKind; subject?: string | undefined } & Span,
    ) => {
      const { tenantId } = actor;
      const parts = { database, files, identity, personalData, events, tenantId, now: now() };
      return makeReport(parts, actor, { kind, subject, ...moments(span) });
    },

    listReports: (tenantId: string, kind: ReportKind | undefined, page: Page) =>
      keptReports(kept(tenantId), kind, page),

    getReport: (tenantId: string, reportId: string) => keptReport(kept(tenantId), reportId),

    /** Deletes reports that are older than the trail keeps personal data. @returns how many files there were */
    retireReports: (tenantId: string): Promise<number> =>
      database.withTenant(tenantId, async (transaction) => {
        const before = now();
        before.setUTCFullYear(before.getUTCFullYear() - (await retentionYears(transaction)));
        return removeReports(kept(tenantId), transaction, { before });
      }),

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
