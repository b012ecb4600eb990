import { Problem } from '../../http/problem.ts';
import type { TenantTransaction } from '../../platform/database/index.ts';
import type { Entry } from '../audit/index.ts';
import { type NumberedRecord, readCsv } from './csv.ts';
import { type Row, TABLES, type TableName } from './rows.ts';
import {
  type Counts,
  existingIds,
  upsertBuilders,
  upsertProjects,
  upsertProjectWeeks,
  upsertWeeks,
} from './store.ts';

/** A table as CSV text or as rows. */
export type Table = string | Record<string, unknown>[];
export type ImportInput = Partial<Record<TableName, Table | undefined>>;
export type ImportCounts = Record<TableName, Counts>;

/**
 * One thing that is wrong with one cell, or with a whole row. `row` is the line of a CSV file on which the record
 * starts, or the position in an array.
 */
interface CellError {
  file: string;
  row: number;
  column?: string;
  message: string;
}

/** More than this helps nobody; the rest is counted. */
const MOST_ERRORS = 100;

interface ParsedTable<T extends TableName> {
  rows: { line: number; row: Row<T> }[];
}
type ParsedTables = { [T in TableName]: ParsedTable<T> };

/**
 * Reads and checks all tables without touching the database.
 * @throws {Problem} IMPORT_INVALID, naming every bad cell by file, row and column
 */
export function readTables(input: ImportInput): ParsedTables {
  const errors: CellError[] = [];
  const tables = Object.fromEntries(
    (Object.keys(TABLES) as TableName[]).map((name) => [name, readTable(name, input[name], errors)]),
  ) as unknown as ParsedTables;
  refuse(errors);
  return tables;
}

/**
 * Writes checked tables. Runs in the caller's transaction, so that any failure leaves nothing behind.
 * @throws {Problem} IMPORT_INVALID when a row refers to somebody or something unknown
 */
export async function writeTables(
  transaction: TenantTransaction,
  tables: ParsedTables,
): Promise<ImportCounts> {
  const builders = await upsertBuilders(transaction, rowsOf(tables.builders));
  await refuseUnknown(transaction, tables, 'people.superbuilders', 'builder_id', ['projects', 'metrics']);
  const projects = await upsertProjects(transaction, rowsOf(tables.projects));
  await refuseUnknown(transaction, tables, 'people.projects', 'project_id', ['projectMetrics']);
  const metrics = await upsertWeeks(transaction, rowsOf(tables.metrics));
  const projectMetrics = await upsertProjectWeeks(transaction, rowsOf(tables.projectMetrics));
  return { builders, projects, metrics, projectMetrics };
}

/** What the audit trail keeps of an import: its counts, then the rows of each builder and of each project. */
export function importDetails(tables: ParsedTables, counts: ImportCounts): Entry['details'] {
  const leads = new Map(tables.projects.rows.map(({ row }) => [row.project_id, row.builder_id]));
  const parts = new Map<string, { about: string[]; content: Record<string, object[]> }>();
  const add = (name: TableName, id: string, about: string[], row: object) => {
    const part = parts.get(id) ?? { about, content: {} };
    part.content[name] ??= [];
    part.content[name].push(row);
    parts.set(id, part);
  };
  for (const name of ['builders', 'metrics'] as const) {
    for (const { row } of tables[name].rows) {
      const subject = `builder:${row.builder_id}`;
      add(name, subject, [subject], row);
    }
  }
  for (const name of ['projects', 'projectMetrics'] as const) {
    for (const { row } of tables[name].rows) {
      const subject = `project:${row.project_id}`;
      const lead = leads.get(row.project_id);
      add(name, subject, lead === undefined ? [subject] : [subject, `builder:${lead}`], row);
    }
  }
  return [{ about: [], content: counts }, ...parts.values()];
}

function rowsOf<T extends TableName>(table: ParsedTable<T>): Row<T>[] {
  return table.rows.map(({ row }) => row);
}

function readTable<T extends TableName>(
  name: T,
  table: Table | undefined,
  errors: CellError[],
): ParsedTable<T> {
  const { file, row: schema } = TABLES[name];
  const columns = Object.keys(schema.shape);
  const rows: ParsedTable<T>['rows'] = [];
  const seen = new Map<string, number>();
  for (const { line, record } of recordsOf(file, table, columns, errors)) {
    const wrong = (column: string, message: string) => errors.push({ file, row: line, column, message });
    const unknown = Object.keys(record).find((column) => !columns.includes(column));
    if (unknown !== undefined) {
      wrong(unknown.slice(0, 100), 'is not a column of this table');
      continue;
    }
    const parsed = schema.safeParse(record);
    if (!parsed.success) {
      for (const { path, message } of parsed.error.issues) {
        const column = String(path[0]);
        wrong(column, record[column] === undefined ? 'is missing' : plain(message));
      }
      continue;
    }
    const key = keyOf(parsed.data);
    const earlier = seen.get(key);
    if (earlier === undefined) seen.set(key, line);
    else wrong(columns[0] as string, `is there twice, first in row ${earlier}`);
    rows.push({ line, row: parsed.data as Row<T> });
  }
  return { rows };
}

function recordsOf(
  file: string,
  table: Table | undefined,
  columns: string[],
  errors: CellError[],
): NumberedRecord[] {
  if (table === undefined) return [];
  if (typeof table !== 'string') return table.map((record, index) => ({ line: index + 1, record }));
  const { records, faults } = readCsv(table, columns);
  for (const fault of faults) errors.push({ file, ...fault });
  return records;
}

function plain(message: string): string {
  return message.replace(/^Invalid (input|option): /, 'is not valid: ');
}

function keyOf(row: object): string {
  const { builder_id, project_id, week } = row as { builder_id?: string; project_id?: string; week?: string };
  return JSON.stringify([project_id ?? builder_id, week ?? null]);
}

async function refuseUnknown(
  transaction: TenantTransaction,
  tables: ParsedTables,
  table: 'people.superbuilders' | 'people.projects',
  column: 'builder_id' | 'project_id',
  names: TableName[],
): Promise<void> {
  const referring = names.flatMap((name) =>
    tables[name].rows.map(({ line, row }) => ({
      file: TABLES[name].file,
      line,
      id: (row as Record<string, unknown>)[column] as string,
    })),
  );
  const known = await existingIds(transaction, table, column, [...new Set(referring.map(({ id }) => id))]);
  refuse(
    referring
      .filter(({ id }) => !known.has(id))
      .map(({ file, line, id }) => ({ file, row: line, column, message: `${id} is not known` })),
  );
}

/** @throws {Problem} when there are errors */
function refuse(errors: CellError[]): void {
  const [first] = errors;
  if (!first) return;
  const place = `${first.file}, row ${first.row}${first.column === undefined ? '' : `, column ${first.column}`}`;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  throw new Problem('IMPORT_INVALID', `${place}: ${first.message}${more}`, {
    errors: errors.slice(0, MOST_ERRORS).map((error) => ({ field: error.column ?? '(row)', ...error })),
  });
}
