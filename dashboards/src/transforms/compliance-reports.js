import { actorName, reportName, when } from './helpers.js';

const day = (instant) => instant.slice(0, 10);

/** Days of a report; the end is the last day that is in it. */
function periodOf({ from, to }) {
  if (!from && !to) return 'everything';
  if (!from) return `before ${day(to)}`;
  return to ? `${day(from)} until before ${day(to)}` : `from ${day(from)}`;
}

/** Compliance reports that are kept. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((report) => ({
      reportId: report.reportId,
      title: reportName(report.kind),
      period: periodOf(report),
      controls: report.controls.join(', ') || '—',
      files: report.fileCount,
      madeBy: actorName(report.madeBy),
      madeAt: when(report.madeAt),
    })),
  };
}
