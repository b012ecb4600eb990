import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import PDFDocument from 'pdfkit';
import { daysOf } from '../../../platform/week.ts';
import type { Report } from './report.ts';
import { headlineOf, type LinkTo, signed, subjectOf } from './report-email.ts';
import type { TeamRow } from './team.ts';

const INK = '#1c2430';
const QUIET = '#5b6675';
const LINK = '#1d6f8a';
const MARGIN = 56;

/** Come with the report, since the fonts that every reader has know the letters of Western Europe only. */
const FONTS = {
  plain: fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')),
  bold: fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf')),
};
/** Letters that the fonts lack, or would be unjoined or in the wrong order, would come out as wrong ones. */
const UNKNOWN = /[^\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Mn}\p{N}\p{P}\p{Zs}\p{Sc}\p{Sm}]/gu;
const known = (text: string) => text.normalize('NFC').replaceAll(UNKNOWN, '?');

/** The report as a PDF on A4, with a link to the evidence of every row. */
export function reportPdf(report: Report, linkTo: LinkTo): Promise<Buffer> {
  const document = new PDFDocument({
    size: 'A4',
    margin: MARGIN,
    font: FONTS.plain,
    info: { Title: known(subjectOf(report)), Author: 'AI Manager' },
  });
  const { monday, sunday } = daysOf(report.week);
  const team = report.team === null ? '' : `, ${report.team}`;
  document
    .fillColor(QUIET)
    .fontSize(10)
    .text(known(`Week ${report.week}, ${monday} to ${sunday}${team}`));
  document
    .moveDown(0.3)
    .font(FONTS.bold)
    .fillColor(INK)
    .fontSize(16)
    .text(known(headlineOf(report)));
  section(document, 'Needs attention', report.attention, 'No builder needs attention.', linkTo);
  section(document, 'Going well', report.best, 'No builder was graded.', linkTo);
  document.end();
  return buffer(document);
}

function section(
  document: PDFKit.PDFDocument,
  title: string,
  rows: readonly TeamRow[],
  none: string,
  linkTo: LinkTo,
): void {
  document.moveDown(1.2).font(FONTS.bold).fillColor(INK).fontSize(13).text(title).moveDown(0.3);
  if (rows.length === 0) document.font(FONTS.plain).fillColor(QUIET).fontSize(10).text(none);
  for (const row of rows) {
    const change = row.change === null ? '' : ` (${signed(row.change)})`;
    const score = row.score === null ? '' : `, score ${row.score}${change}`;
    document
      .font(FONTS.bold)
      .fillColor(LINK)
      .fontSize(11)
      .text(known(row.name), { link: linkTo(row.builderId), continued: true })
      .font(FONTS.plain)
      .fillColor(INK)
      .text(known(`   ${row.team}: ${row.grade ?? 'no grade'}${score}`), { link: null });
    if (row.attention.length > 0) {
      document
        .fillColor(QUIET)
        .fontSize(10)
        .text(known(row.attention.join(' ')));
    }
    document.moveDown(0.5);
  }
}
