import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CsvError, parse } from 'csv-parse/sync';

export type SourceName = 'worksmart' | 'brainlift' | 'metrics';

/** What a source answers about a builder's week; undefined where it knows nothing (404). */
export type Lookup = (builderId: string, week: string) => object | undefined;

/** `number` is the row as a spreadsheet counts it: the header is 1. */
type Row = { file: string; number: number; cells: Record<string, string> };

/**
 * Reads `metrics.csv`, `projects.csv` and `project-metrics.csv` of a directory and says what each of the three
 * sources answers from them. A source knows nothing of a week whose cells of that source are all empty.
 * Throws an Error of one line that names file, and row and column where there is one.
 */
export function readSourceTables(directory: string): Record<SourceName, Lookup> {
  const weeks = byKey(read(directory, 'metrics.csv', METRICS), 'builder_id', 'week');
  const projectWeeks = byKey(read(directory, 'project-metrics.csv', PROJECT_METRICS), 'project_id', 'week');
  const projects = Map.groupBy(read(directory, 'projects.csv', PROJECTS), (row) => text(row, 'builder_id'));

  const look =
    (answer: (row: Row) => Record<string, unknown>): Lookup =>
    (builderId, week) => {
      const row = weeks.get(key(builderId, week));
      const facts = row && answer(row);
      return facts && isKnown(facts) ? { builderId, week, ...facts } : undefined;
    };

  return {
    worksmart: look((row) => ({
      hoursWorked: number(row, 'hours_worked'),
      activeDays: number(row, 'active_days'),
    })),
    brainlift: look((row) => ({
      quality: number(row, 'brainlift_quality'),
      entries: number(row, 'brainlift_entries'),
    })),
    metrics: look((row) => ({
      goalsSet: number(row, 'goals_set'),
      goalsMet: number(row, 'goals_met'),
      note: text(row, 'note') || null,
      projects: (projects.get(text(row, 'builder_id')) ?? []).flatMap((project) => {
        const projectWeek = projectWeeks.get(key(text(project, 'project_id'), text(row, 'week')));
        return projectWeek ? [projectFacts(projectWeek)] : [];
      }),
    })),
  };
}

const METRICS = [
  'builder_id',
  'week',
  'hours_worked',
  'active_days',
  'brainlift_quality',
  'brainlift_entries',
  'goals_set',
  'goals_met',
  'note',
];
const PROJECTS = ['project_id', 'builder_id'];
const PROJECT_METRICS = ['project_id', 'week', 'goals_set', 'goals_met', 'active_users', 'revenue_usd'];
const NUMBERS = new Set([...METRICS.slice(2, -1), ...PROJECT_METRICS.slice(2)]);

function projectFacts(row: Row): object {
  return {
    projectId: text(row, 'project_id'),
    goalsSet: number(row, 'goals_set'),
    goalsMet: number(row, 'goals_met'),
    activeUsers: number(row, 'active_users'),
    revenueUsd: number(row, 'revenue_usd'),
  };
}

function isKnown(facts: Record<string, unknown>): boolean {
  return Object.values(facts).some((value) => (Array.isArray(value) ? value.length > 0 : value !== null));
}

function read(directory: string, file: string, columns: readonly string[]): Row[] {
  const rows = parseCsv(file, readText(directory, file), columns).map(({ record, info }) => ({
    file,
    number: info.records + 1,
    cells: record,
  }));
  for (const row of rows) requireNumbers(row, columns);
  return rows;
}

function readText(directory: string, file: string): Buffer {
  try {
    return readFileSync(join(directory, file));
  } catch (error) {
    throw new Error(`${join(directory, file)} cannot be read`, { cause: error });
  }
}

type Parsed = { record: Record<string, string>; info: { records: number } };

function parseCsv(file: string, content: Buffer, columns: readonly string[]): Parsed[] {
  let hasHeader = false;
  function checkHeader(header: string[]): string[] {
    hasHeader = true;
    const missing = columns.find((column) => !header.includes(column));
    if (missing !== undefined) throw new Error(`${file}: the header has no column "${missing}"`);
    return header;
  }
  try {
    const rows = parse<Parsed>(content, {
      bom: true,
      info: true,
      skip_empty_lines: true,
      columns: checkHeader,
    });
    if (!hasHeader) throw new Error(`${file} is empty; it needs a header row`);
    return rows;
  } catch (error) {
    if (error instanceof CsvError) throw new Error(`${file}: ${error.message}`, { cause: error });
    throw error;
  }
}

function requireNumbers(row: Row, columns: readonly string[]): void {
  for (const column of columns) {
    const value = text(row, column);
    if (NUMBERS.has(column) && value !== '' && !/^-?\d+(\.\d+)?$/.test(value)) {
      throw new Error(
        `${row.file}, row ${row.number}, column ${column}: "${value}" is not a number such as 38.5`,
      );
    }
  }
}

function byKey(rows: readonly Row[], ...columns: [string, string]): Map<string, Row> {
  const map = new Map<string, Row>();
  for (const row of rows) {
    const id = key(text(row, columns[0]), text(row, columns[1]));
    if (map.has(id))
      throw new Error(`${row.file}, row ${row.number}: ${id.replace('\n', ' ')} appears twice`);
    map.set(id, row);
  }
  return map;
}

function key(id: string, week: string): string {
  return `${id}\n${week}`;
}

function text(row: Row, column: string): string {
  return (row.cells[column] ?? '').trim();
}

function number(row: Row, column: string): number | null {
  const value = text(row, column);
  return value === '' ? null : Number(value);
}
