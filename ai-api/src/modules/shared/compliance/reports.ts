import { v7 as uuidv7 } from 'uuid';
import { invalidField } from '../../../http/problem.ts';
import { accessReview } from './access-review.ts';
import { eventExtract } from './event-extract.ts';
import { accessDirectory, linksExpireAt, storeFile } from './files.ts';
import { accessReport, erasureReport } from './gdpr.ts';
import type { ReportFile, ReportParts, ReportRequest } from './report.ts';

/**
 * Makes the files of a report and stores them. Files about a person are kept where an erasure finds them.
 * @throws {import('../../../http/problem.ts').Problem} INVALID_INPUT when the subject is missing, or given for nothing
 */
export async function makeReport(parts: ReportParts, request: ReportRequest) {
  const files = filesOf(parts, request);
  const reportId = uuidv7();
  const isAccess = request.kind === 'gdpr-access' && request.subject !== undefined;
  const parent = isAccess
    ? accessDirectory(parts.tenantId, request.subject as string)
    : `audit/${parts.tenantId}/reports`;
  const stored = [];
  for (const { text, ...file } of files) {
    stored.push(await storeFile(parts.objects, `${parent}/${reportId}`, file, text));
  }
  return { reportId, kind: request.kind, expiresAt: linksExpireAt(parts.now), files: stored };
}

function filesOf(parts: ReportParts, request: ReportRequest): ReportFile[] {
  const { kind, subject, from, to } = request;
  if (kind === 'gdpr-access' || kind === 'gdpr-erasure') {
    if (subject === undefined) throw invalidField('subject', 'is needed for this report');
    if (from || to) throw invalidField(from ? 'from' : 'to', 'a report about a person covers all time');
    return [kind === 'gdpr-access' ? accessReport(parts, subject) : erasureReport(parts, subject)];
  }
  if (subject !== undefined) throw invalidField('subject', 'this report is not about one subject');
  return kind === 'soc2-access-review'
    ? accessReview(parts, request)
    : eventExtract(parts, { ...request, kind });
}
