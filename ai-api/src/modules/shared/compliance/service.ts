import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField, notFound } from '../../../http/problem.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import {
  type Actor,
  type EventFilter,
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
  files: Files;
  events: Events;
  identity: Identity;
  now: () => Date;
}

export type Compliance = ReturnType<typeof createCompliance>;

/** Reading, checking, exporting and reporting on the trail that {@link record} writes. */
export function createCompliance(setup: ComplianceSetup) {
  const { database, files, identity, events, now } = setup;
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

    /** Deletes the access reports about a subject that an earlier release made. @returns how many files there were */
    removeAbout: async (transaction: TenantTransaction, tenantId: string, subject: string): Promise<number> =>
      (await removeReports(kept(tenantId), transaction, { accessAbout: subject })).files,

    report: (actor: Actor, { kind, ...span }: { kind: ReportKind } & Span) => {
      const { tenantId } = actor;
      const parts = { database, files, identity, events, tenantId, now: now() };
      return makeReport(parts, actor, { kind, ...moments(span) });
    },

    listReports: (tenantId: string, kind: ReportKind | undefined, page: Page) =>
      keptReports(kept(tenantId), kind, page),

    getReport: (tenantId: string, reportId: string) => keptReport(kept(tenantId), reportId),

    /** Deletes reports from before a moment, at most `limit`. @returns how many */
    retireReports: async (
      transaction: TenantTransaction,
      tenantId: string,
      before: Date,
      limit: number,
    ): Promise<number> => (await removeReports(kept(tenantId), transaction, { before, limit })).reports,

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
