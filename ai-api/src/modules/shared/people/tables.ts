import type { z } from 'zod';
import { Problem } from '../../../http/problem.ts';
import { type NumberedRecord, readCsv } from './csv.ts';
import type { Mapping } from './header.ts';
import { LETTERS_LOST } from './rows.ts';

/** A table as CSV text or as rows. */
export type Table = string | Record<string, unknown>[];

/** What one table of an import looks like. */
export interface TableSpec<Row extends z.ZodObject = z.ZodObject> {
  file: string;
  row: Row;
  /** Columns that together name a row. */
  key: readonly (keyof Row['shape'] & string)[];
}

/** A row that is valid in itself, and where it was. */
export interface NumberedRow<Row> {
  line: number;
  row: Row;
}

/**
 * One thing that is wrong with one cell, or with a whole row. `row` is the line of a CSV file on which the record
 * starts, or the position in an array.
 */
export interface CellError {
  file: string;
  row: number;
  column?: string;
  message: string;
}

/** More errors are not useful; the rest is counted. */
const MAX_ERRORS = 100;

/** Reads and checks one table; what is wrong is added to `errors`. @param mapping the company's own headers of CSV texts */
export function readTable<Row extends z.ZodObject>(
  { file, row: schema, key }: TableSpec<Row>,
  table: Table | undefined,
  errors: CellError[],
  mapping?: Mapping,
): NumberedRow<z.output<Row>>[] {
  const columns = Object.keys(schema.shape);
  const rows: NumberedRow<z.output<Row>>[] = [];
  const seen = new Map<string, number>();
  for (const { line, record } of recordsOf(file, table, columns, errors, mapping)) {
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
        const value = record[column];
        // That the header has no such column is said once, and not for each row.
        if (value === undefined && typeof table === 'string') continue;
        wrong(column, value === undefined ? 'is missing' : `${quoted(value)}${plain(message)}`);
      }
      continue;
    }
    const name = JSON.stringify(key.map((column) => (parsed.data as Record<string, unknown>)[column]));
    const earlier = seen.get(name);
    if (earlier === undefined) seen.set(name, line);
    else wrong(columns[0] as string, `is a duplicate of row ${earlier}`);
    rows.push({ line, row: parsed.data });
  }
  return rows;
}

function recordsOf(
  file: string,
  table: Table | undefined,
  columns: string[],
  errors: CellError[],
  mapping: Mapping | undefined,
): NumberedRecord[] {
  if (table === undefined) return [];
  if (typeof table !== 'string') return table.map((record, index) => ({ line: index + 1, record }));
  const lost = table.indexOf('\ufffd');
  if (lost !== -1) {
    const row = table.slice(0, lost).split(/\r\n|\n|\r/).length;
    errors.push({ file, row, message: `${LETTERS_LOST}: save the file as "CSV UTF-8" and import it again` });
    return [];
  }
  const { records, faults } = readCsv(table, columns, mapping);
  for (const fault of faults) errors.push({ file, ...fault });
  return records;
}

const MAX_QUOTED = 40;

/** The beginning of a cell's text, so that it is found; nothing for what is empty or cannot be shown. */
function quoted(value: unknown): string {
  if (typeof value !== 'string' || value.trim() === '' || /\p{Cc}|\p{Cs}/u.test(value)) return '';
  return `"${value.length > MAX_QUOTED ? `${value.slice(0, MAX_QUOTED)}…` : value}" `;
}

function plain(message: string): string {
  return message.replace(/^Invalid (input|option): /, 'is not valid: ');
}

/** @throws {Problem} IMPORT_INVALID when there are errors, naming every bad cell by file, row and column */
export function refuse(errors: CellError[]): void {
  const [first] = errors;
  if (!first) return;
  const place = `${first.file}, row ${first.row}${first.column === undefined ? '' : `, column ${first.column}`}`;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  throw new Problem('IMPORT_INVALID', `${place}: ${first.message}${more}`, {
    errors: errors.slice(0, MAX_ERRORS).map((error) => ({ field: error.column ?? '(row)', ...error })),
  });
}
