import type { Company } from './types.ts';

type Cell = string | number | null;

/** The columns of each table, in the order in which they are written. */
const COLUMNS = {
  'builders.csv': [
    'builder_id',
    'name',
    'email',
    'team',
    'title',
    'status',
    'started_on',
    'weekly_hours',
    'timezone',
  ],
  'projects.csv': [
    'project_id',
    'name',
    'builder_id',
    'status',
    'stage',
    'stage_history',
    'tam_usd',
    'tam_rationale',
    'goal',
  ],
  'metrics.csv': [
    'builder_id',
    'week',
    'hours_worked',
    'active_days',
    'brainlift_quality',
    'brainlift_entries',
    'goals_set',
    'goals_met',
    'note',
  ],
  'project-metrics.csv': ['project_id', 'week', 'goals_set', 'goals_met', 'active_users', 'revenue_usd'],
} as const;

type TableFile = keyof typeof COLUMNS;

/** The four files of a company as text, by file name. */
export function companyFiles(company: Company): Record<TableFile, string> {
  return {
    'builders.csv': table(COLUMNS['builders.csv'], company.builders),
    'projects.csv': table(COLUMNS['projects.csv'], company.projects),
    'metrics.csv': table(COLUMNS['metrics.csv'], company.metrics),
    'project-metrics.csv': table(COLUMNS['project-metrics.csv'], company.projectMetrics),
  };
}

function table<C extends string>(columns: readonly C[], rows: readonly Record<C, Cell>[]): string {
  const lines = rows.map((row) => columns.map((column) => cell(row[column])).join(','));
  return `${[columns.join(','), ...lines].join('\n')}\n`;
}

/** RFC 4180 quoting; an unknown value is an empty cell. */
function cell(value: Cell): string {
  if (value === null) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
