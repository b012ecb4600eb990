import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { notFound } from '../../../http/problem.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, displayName, record } from '../audit/index.ts';
import type { Events } from '../events/index.ts';
import { accessReview } from './access-review.ts';
import type { ReportKind } from './contract.ts';
import { type EventKind, eventExtract } from './event-extract.ts';
import { keepFile, linksExpireAt, linkTo, type WrittenFile, writeFile } from './files.ts';
import type { ReportFile, ReportParts, ReportRequest } from './report.ts';
import { DESCRIPTIONS } from './standards.ts';
import { deleteReports, findReport, insertReport, listReports, type ReportRecord } from './store.ts';

/** Makes the files of a report and keeps them, listed with the controls it is evidence for. */
export async function makeReport(
  parts: ReportParts & { events: Events },
  actor: Actor,
  request: ReportRequest,
) {
  const { files, tenantId, database, now } = parts;
  const { kind, from = null, to = null } = request;
  const written: WrittenFile[] = [];
  for (const { text, ...file } of filesOf(parts, request))
    written.push(await writeFile(files, tenantId, 'report', file, text));
  const reportId = uuidv7();
  const { basis, controls, covers, notCovered } = DESCRIPTIONS[kind];
  const span = { ...(from ? { from: from.toISOString() } : {}), ...(to ? { to: to.toISOString() } : {}) };
  const kept = await database.withTenant(tenantId, async (transaction) => {
    const all = [];
    for (const file of written) all.push(await keepFile(files, transaction, actor, 'report', file));
    await insertReport(transaction, {
      id: reportId,
      kind,
      subject: null,
      period_from: from,
      period_to: to,
      basis,
      controls: [...controls],
      covers,
      not_covered: notCovered,
      files: all.map(({ fileId }) => fileId),
      made_by: displayName(actor),
      made_user: actor.person?.id ?? null,
      made_at: now,
    });
    await parts.events.publish(transaction, tenantId, 'compliance.report.made', { reportId, kind });
    await record(transaction, actor, {
      subject: `report:${reportId}`,
      details: [{ about: [], content: { kind, ...span, reportId } }],
    });
    return all;
  });
  const shown = kept.map(({ fileId: _fileId, ...file }) => file);
  return { reportId, kind, expiresAt: linksExpireAt(now), files: shown };
}

function filesOf(parts: ReportParts, request: ReportRequest): ReportFile[] {
  const { kind } = request;
  return isEvents(kind) ? eventExtract(parts, { ...request, kind }) : accessReview(parts, request);
}

function isEvents(kind: ReportKind): kind is EventKind {
  return kind.endsWith('-events');
}

type Kept = Pick<ReportParts, 'files' | 'database' | 'tenantId' | 'now'>;

/** Reports that are kept, newest first. */
export function keptReports({ database, tenantId }: Kept, kind: ReportKind | undefined, page: Page) {
  return database.withTenant(tenantId, (transaction) =>
    listPage(page, {
      cursor: z.uuid(),
      query: (before, limit) => listReports(transaction, kind, before, limit),
      key: ({ id }) => id,
      view: reportView,
    }),
  );
}

/** A report with new links to its files. @throws {import('../../../http/problem.ts').Problem} NOT_FOUND */
export function keptReport({ files, database, tenantId, now }: Kept, reportId: string) {
  return database.withTenant(tenantId, async (transaction) => {
    const row = await findReport(transaction, reportId);
    if (!row) throw notFound('report', reportId);
    const shown = [];
    for (const fileId of row.files) {
      const found = await files.find(transaction, fileId, 1);
      if (!found) continue;
      const { name } = found.file;
      const { content_type: contentType, bytes, sha256 } = found.version;
      shown.push({ name, contentType, bytes, sha256: sha256 ?? '', url: linkTo(files, tenantId, fileId) });
    }
    return { ...reportView(row), expiresAt: linksExpireAt(now), files: shown };
  });
}

/** Deletes reports with their files. @returns how many reports and files there were */
export async function removeReports(
  { files, tenantId }: Kept,
  transaction: TenantTransaction,
  which: Parameters<typeof deleteReports>[1],
): Promise<{ reports: number; files: number }> {
  const reports = await deleteReports(transaction, which);
  const gone = reports.flatMap((row) => row.files);
  for (const fileId of gone) await files.remove(transaction, tenantId, fileId);
  return { reports: reports.length, files: gone.length };
}

function reportView(row: ReportRecord) {
  return {
    reportId: row.id,
    kind: row.kind as ReportKind | 'gdpr-access' | 'gdpr-erasure',
    subject: row.subject,
    from: row.period_from?.toISOString() ?? null,
    to: row.period_to?.toISOString() ?? null,
    basis: row.basis,
    controls: row.controls,
    covers: row.covers,
    notCovered: row.not_covered,
    fileCount: row.files.length,
    madeBy: row.made_by,
    madeAt: row.made_at.toISOString(),
  };
}
