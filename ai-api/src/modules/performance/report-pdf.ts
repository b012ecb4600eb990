import { buffer } from 'node:stream/consumers';
import PDFDocument from 'pdfkit';
import { daysOf } from '../../platform/week.ts';
import type { Report } from './report.ts';
import { headlineOf, signed, subjectOf } from './report-email.ts';
import type { TeamRow } from './team.ts';

const INK = '#1c2430';
const QUIET = '#5b6675';
const LINK = '#1d6f8a';
const MARGIN = 56;

/** The fonts that every reader has know Latin letters only; others would come out as wrong ones. */
const BEYOND_LATIN = /[^\u0020-\u007e\u00a0-\u00ff\u2013\u2014\u2018\u2019\u201c\u201d\u2022\u2026\u20ac]/g;
const latin = (text: string) => text.replaceAll(BEYOND_LATIN, '?');

/** The report as a PDF on A4, with a link to the evidence of every row. */
export function reportPdf(report: Report, linkTo: (evaluationId: string) => string): Promise<Buffer> {
  const document = new PDFDocument({
    size: 'A4',
    margin: MARGIN,
    info: { Title: latin(subjectOf(report)), Author: 'AI Manager' },
  });
  const { monday, sunday } = daysOf(report.week);
  const team = report.team === null ? '' : `, ${report.team}`;
  document
    .fillColor(QUIET)
    .fontSize(10)
    .text(latin(`Week ${report.week}, ${monday} to ${sunday}${team}`));
  document
    .moveDown(0.3)
    .font('Helvetica-Bold')
    .fillColor(INK)
    .fontSize(16)
    .text(latin(headlineOf(report)));
  section(document, 'Needs attention', report.attention, 'Nobody stands out.', linkTo);
  section(document, 'Going well', report.best, 'Nobody was graded.', linkTo);
  document.end();
  return buffer(document);
}

function section(
  document: PDFKit.PDFDocument,
  title: string,
  rows: readonly TeamRow[],
  none: string,
  linkTo: (evaluationId: string) => string,
): void {
  document.moveDown(1.2).font('Helvetica-Bold').fillColor(INK).fontSize(13).text(title).moveDown(0.3);
  if (rows.length === 0) document.font('Helvetica').fillColor(QUIET).fontSize(10).text(none);
  for (const row of rows) {
    const change = row.change === null ? '' : ` (${signed(row.change)})`;
    const score = row.score === null ? '' : `, score ${row.score}${change}`;
    document
      .font('Helvetica-Bold')
      .fillColor(LINK)
      .fontSize(11)
      .text(latin(row.name), { link: linkTo(row.evaluationId), continued: true })
      .font('Helvetica')
      .fillColor(INK)
      .text(latin(`   ${row.team}: ${row.grade ?? 'no grade'}${score}`), { link: null });
    if (row.attention.length > 0) {
      document
        .fillColor(QUIET)
        .fontSize(10)
        .text(latin(row.attention.join(' ')));
    }
    document.moveDown(0.5);
  }
}
