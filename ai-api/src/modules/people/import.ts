import { CsvError, parse } from 'csv-parse/sync';
import { Problem } from '../../http/problem.ts';
import type { TenantTransaction } from '../../platform/database/index.ts';
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

/** One thing that is wrong with one cell. `row` is the line of a CSV file, or the position in an array. */
interface CellError {
  file: string;
  row: number;
  column: string;
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
  const records =
    table === undefined
      ? []
      : typeof table === 'string'
        ? readCsv(file, table, columns, errors)
        : numbered(table);
  const rows: ParsedTable<T>['rows'] = [];
  const seen = new Map<string, number>();
  for (const { line, record } of records) {
    const unknown = Object.keys(record).find((column) => !columns.includes(column));
    if (unknown !== undefined) {
      errors.push({
        file,
        row: line,
        column: unknown.slice(0, 100),
        message: 'is not a column of this table',
      });
      continue;
    }
    const parsed = schema.safeParse(record);
    if (!parsed.success) {
      for (const issue of parsed.error.issues)
        errors.push({ file, row: line, column: String(issue.path[0] ?? ''), message: explain(issue) });
      continue;
    }
    const key = keyOf(parsed.data);
    const earlier = seen.get(key);
    if (earlier === undefined) seen.set(key, line);
    else
      errors.push({
        file,
        row: line,
        column: columns[0] as string,
        message: `is there twice, first in row ${earlier}`,
      });
    rows.push({ line, row: parsed.data as Row<T> });
  }
  return { rows };
}

function explain(issue: { code: string; message: string; input?: unknown }): string {
  return /received undefined/.test(issue.message)
    ? 'is missing'
    : issue.message.replace(/^Invalid (input|option): /, 'is not valid: ');
}

function keyOf(row: object): string {
  const { builder_id, project_id, week } = row as { builder_id?: string; project_id?: string; week?: string };
  return JSON.stringify([project_id ?? builder_id, week ?? null]);
}

interface NumberedRecord {
  line: number;
  record: Record<string, unknown>;
}

function numbered(rows: Record<string, unknown>[]): NumberedRecord[] {
  return rows.map((record, index) => ({ line: index + 1, record }));
}

function readCsv(file: string, text: string, columns: string[], errors: CellError[]): NumberedRecord[] {
  const wrong = (row: number, column: string, message: string) => {
    errors.push({ file, row, column, message });
    return [];
  };
  try {
    const records = parse(text, {
      bom: true,
      info: true,
      skip_empty_lines: true,
      trim: true,
      relax_column_count: false,
    }) as unknown as {
      record: string[];
      info: { lines: number };
    }[];
    const header = records[0]?.record ?? [];
    const missing = columns.filter((column) => !header.includes(column));
    if (missing.length > 0)
      return wrong(
        1,
        missing.join(', '),
        header.length === 0 ? 'the file is empty' : 'is missing in the header',
      );
    return records.slice(1).map(({ record, info }) => ({
      line: info.lines,
      record: Object.fromEntries(record.map((cell, index) => [header[index] ?? '', cell])),
    }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const { lines, column } = error as unknown as { lines?: number; column?: unknown };
    return wrong(
      lines ?? 1,
      typeof column === 'string' ? column : '',
      `is not valid CSV: ${error.message.split('\n')[0]}`,
    );
  }
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
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  throw new Problem(
    'IMPORT_INVALID',
    `${first.file}, row ${first.row}, column ${first.column || '?'}: ${first.message}${more}`,
    {
      errors: errors.slice(0, MOST_ERRORS).map((error) => ({ field: error.column, ...error })),
    },
  );
}
