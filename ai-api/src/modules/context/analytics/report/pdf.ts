import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import PDFDocument from 'pdfkit';
import { daysOf } from '../../../../platform/week.ts';
import type { Figure } from '../team/figures.ts';
import { hiddenTeams } from './email.ts';
import { barsOf, comparisonOf, LABELS, percent, type ReportData, subjectOf, written } from './lines.ts';

const INK = '#1c2430';
const QUIET = '#5b6675';
const LINE = '#e3e7ec';
const BAR = '#1f4b99';
const MARGIN = 56;
const CHART_HEIGHT = 110;

/** Come with the report, since the fonts that every reader has know the letters of Western Europe only. */
const FONTS = {
  plain: fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')),
  bold: fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf')),
};
/** Letters that the fonts lack would come out as wrong ones. */
const UNKNOWN = /[^\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Mn}\p{N}\p{P}\p{Zs}\p{Sc}\p{Sm}]/gu;
const known = (text: string) => text.normalize('NFC').replaceAll(UNKNOWN, '?');

/** The report as a PDF on A4, with its chart. */
export function reportPdf(data: ReportData): Promise<Buffer> {
  const { week, velocity, gaps } = data;
  const document = new PDFDocument({
    size: 'A4',
    margin: MARGIN,
    font: FONTS.plain,
    info: { Title: known(subjectOf(data)), Author: 'AI Manager' },
  });
  const { monday, sunday } = daysOf(week);
  document.fillColor(QUIET).fontSize(10).text(`Week ${week}, ${monday} to ${sunday}`);
  document
    .moveDown(0.3)
    .font(FONTS.bold)
    .fillColor(INK)
    .fontSize(16)
    .text(known(subjectOf(data)));
  heading(document, 'Conversations that led to a commit, by week');
  chart(document, data);
  heading(document, 'The company');
  for (const figure of Object.keys(LABELS) as Figure[])
    pair(document, LABELS[figure].label, written(figure, velocity.company.figures[figure]));
  heading(document, 'Teams');
  for (const { group, figures } of velocity.teams)
    pair(
      document,
      group,
      `led to a commit: ${written('conversationsWithCommits', figures.conversationsWithCommits)}; with a link: ${written('commitsWithLink', figures.commitsWithLink)}`,
    );
  quiet(document, hiddenTeams(data));
  heading(document, 'Commits with a link beside others');
  for (const { label, linked, other } of comparisonOf(data))
    pair(document, label, `${linked}; others ${other}`);
  quiet(document, velocity.company.compared.note);
  heading(document, 'What several people asked about');
  for (const { topic, people, conversations } of gaps)
    pair(document, topic, `${people} people, ${conversations} conversations`);
  if (gaps.length === 0) quiet(document, 'No topic was asked about by three people or more.');
  quiet(
    document,
    'Groups of fewer than five people are not shown. Costs are estimates. No person is ranked.',
  );
  document.end();
  return buffer(document);
}

function heading(document: PDFKit.PDFDocument, title: string): void {
  document.moveDown(1).font(FONTS.bold).fillColor(INK).fontSize(12).text(title, MARGIN).moveDown(0.3);
}

function quiet(document: PDFKit.PDFDocument, text: string): void {
  document.moveDown(0.2).font(FONTS.plain).fillColor(QUIET).fontSize(9).text(known(text), MARGIN);
}

function pair(document: PDFKit.PDFDocument, label: string, value: string): void {
  document
    .font(FONTS.bold)
    .fillColor(INK)
    .fontSize(10)
    .text(known(`${label}: `), MARGIN, undefined, { continued: true })
    .font(FONTS.plain)
    .text(known(value))
    .moveDown(0.15);
}

function chart(document: PDFKit.PDFDocument, data: ReportData): void {
  const bars = barsOf(data);
  const top = document.y + 12;
  const base = top + CHART_HEIGHT;
  const width = (document.page.width - 2 * MARGIN) / Math.max(1, bars.length);
  document.font(FONTS.plain).fontSize(8);
  for (const [index, { week, value }] of bars.entries()) {
    const left = MARGIN + index * width;
    const height = Math.max(1, CHART_HEIGHT * (value ?? 0) * 0.85);
    document.rect(left + width * 0.2, base - height, width * 0.6, height).fill(value === null ? LINE : BAR);
    document
      .fillColor(QUIET)
      .text(value === null ? 'n/a' : percent(value), left, base - height - 11, { width, align: 'center' })
      .text(week.slice(5), left, base + 4, { width, align: 'center' });
  }
  document
    .moveTo(MARGIN, base)
    .lineTo(document.page.width - MARGIN, base)
    .strokeColor(LINE)
    .stroke();
  document.y = base + 16;
}
