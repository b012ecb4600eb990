import type { Outcome } from './evaluate.ts';
import type { System } from './everything.ts';

/** One line a builder: who, grade, points, projects. */
export function gradeTable({ run, results, emails }: Outcome): string[] {
  const rows = results.map((result) => [
    result.name,
    result.team,
    result.status === 'judged' ? (result.grade ?? '') : result.status,
    result.score === null ? '-' : result.score.toFixed(1),
    result.projects
      .map(({ grade, score }) => (score === null ? '-' : `${grade} ${score.toFixed(0)}`))
      .join(', '),
    result.needsReview ? 'needs review' : (result.error ?? ''),
  ]);
  const grades = Object.entries(run.grades).map(([grade, count]) => `${grade}: ${count}`);
  return [
    ...aligned([['Builder', 'Team', 'Grade', 'Points', 'Projects', ''], ...rows], 3),
    '',
    `Week ${run.week}: ${run.judged} builders judged, ${run.failed} failed, ${run.projects} projects graded, ${emails} e-mails.`,
    `Grades: ${grades.join(', ') || 'none'}. ${engineLine(run)}`,
  ];
}

function engineLine({ engine, engines }: Outcome['run']): string {
  if (engine === 'rules') return 'Engine: rules (no model configured).';
  const { model, rules } = engines;
  return `Engine: ${model} judged with the model, ${rules} by rules only.`;
}

/** Where to look, and how to sign in there. */
export function places({ urls, owner, secrets, options }: System): string[] {
  return [
    ...aligned([
      ['n8n', urls.n8n, `sign in as ${owner.email}, password ${secrets.n8nPassword}`],
      ['Inbox', urls.inbox, 'all e-mails sent since this start'],
      ['API reference', `${urls.api}/docs`, `key ${secrets.apiKey}, or POST /auth/login as for n8n`],
      ['Logs', options.dataDirectory, 'logs/api.log, logs/n8n.log'],
    ]),
  ];
}

/** What `--json` prints. */
export function jsonReport({ run, emails }: Outcome, durationMs: number) {
  return {
    run: run.runId,
    week: run.week,
    builders: run.builders,
    projects: run.projects,
    judged: run.judged,
    failed: run.failed,
    emails,
    engine: run.engines.model > 0 ? 'model' : 'rules',
    durationMs,
  };
}

function aligned(rows: string[][], rightAligned = -1): string[] {
  const widths =
    rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === rightAligned ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}
