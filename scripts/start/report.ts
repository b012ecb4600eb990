import { resolve } from 'node:path';
import type { Outcome } from './evaluate.ts';
import type { System } from './everything.ts';
import { ROOT } from './root.ts';

const MAX_ROWS = 10;

/** The builders that matter first: who has to be reviewed, or could not be judged, then the lowest grades. */
export function gradeTable({ run, results, emails, isNew }: Outcome): string[] {
  const first = results
    .toSorted((a, b) => urgency(b) - urgency(a) || points(a) - points(b))
    .slice(0, MAX_ROWS);
  const rows = first.map((result) => [
    result.name,
    result.team,
    result.status === 'judged' ? (result.grade ?? '') : result.status,
    result.score === null ? '-' : result.score.toFixed(1),
    result.needsReview ? (result.reviewReasons[0] ?? 'needs review') : (result.error ?? ''),
  ]);
  const grades = Object.entries(run.grades).map(([grade, count]) => `${grade}: ${count}`);
  const rest = results.length - first.length;
  return [
    ...aligned([['Builder', 'Team', 'Grade', 'Points', 'To review'], ...rows], 3),
    ...(rest > 0 ? [`and ${rest} more, all of them in the dashboards under People`] : []),
    '',
    `Week ${run.week}: ${run.judged} builders judged, ${run.failed} failed, ${run.projects} projects graded, ${emails} e-mails${isNew ? '' : ' before this start'}.`,
    `Grades: ${grades.join(', ') || 'none'}. ${engineLine(run)}`,
    ...run.notices,
  ];
}

function urgency({ needsReview, status }: Outcome['results'][number]): number {
  return status === 'failed' ? 2 : Number(needsReview);
}

function points({ score }: Outcome['results'][number]): number {
  return score ?? Number.POSITIVE_INFINITY;
}

function engineLine({ engine, engines }: Outcome['run']): string {
  if (engine === 'rules') return 'Engine: rules (no model configured).';
  const { model, rules } = engines;
  return `Engine: ${model} judged with the model, ${rules} by rules only.`;
}

/** Where to look first, what to do there, and how to sign in. */
export function places({ urls, owner, people, secrets, options }: System): string[] {
  const { dashboards } = urls;
  const roles = people.length > 0 ? 'as executive, builder, reviewer or operations' : 'with the key below';
  const steps = [
    ...(dashboards
      ? [['Dashboards', dashboards, `what an executive sees first; the switch on top shows them ${roles}`]]
      : []),
    ['Inbox', urls.inbox, 'the e-mails that the builders got'],
    ['n8n', urls.n8n, `the workflows; sign in as ${owner.email}, password ${secrets.n8nPassword}`],
    ['API reference', `${urls.api}/docs`, `key ${secrets.apiKey}`],
  ];
  const accounts = people.map(({ name, email, roles }) => `${name} (${roles.join(', ')}): ${email}`);
  return [
    ...(dashboards
      ? ['The dashboards are a preview. Install them in ToolJet with npm run dashboards -- push.', '']
      : []),
    'Next:',
    ...aligned(steps.map((cells, index) => [`${index + 1}.`, ...cells])),
    '',
    ...(people.length > 0
      ? [
          `Sample people, for POST /auth/login with the password ${secrets.peoplePassword}:`,
          ...accounts.map((line) => `  ${line}`),
        ]
      : []),
    `Logs and data: ${options.dataDirectory}. Start over: ${resetCommand(options.dataDirectory)}.`,
  ];
}

/** The command that deletes this data folder, which another terminal does not know of by itself. */
function resetCommand(directory: string): string {
  const variable = directory === resolve(ROOT, '.data') ? '' : `DATA_DIR=${directory} `;
  return `${variable}npm run reset`;
}

/** What `--json` prints. */
export function jsonReport({ run, emails }: Outcome, { urls, people }: System, durationMs: number) {
  return {
    run: run.runId,
    week: run.week,
    builders: run.builders,
    projects: run.projects,
    judged: run.judged,
    failed: run.failed,
    emails,
    engine: run.engines.model > 0 ? 'model' : 'rules',
    notices: run.notices,
    urls,
    people: people.map(({ email, roles }) => ({ email, roles })),
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
