import { CsvError, type CsvErrorCode, parse } from 'csv-parse/sync';
import { columnsOf, type Mapping, nearestColumn } from './header.ts';
import { MAX_ROWS } from './rows.ts';

/** One row of a table and where it was: the line on which a CSV record starts, or the position in an array. */
export interface NumberedRecord {
  line: number;
  record: Record<string, unknown>;
}

/** One thing that is wrong in a CSV text; without a column it is about the whole row. */
export interface CsvFault {
  row: number;
  column?: string;
  message: string;
}

interface RawRecord {
  line: number;
  cells: string[];
}

const TOO_MANY = `exceeds the limit: a table has at most ${MAX_ROWS} rows`;
const LF = 0x0a;
const CR = 0x0d;
const BLANKS = new Set([LF, CR, 0x20, 0x09]);

const FAULTS: Partial<Record<CsvErrorCode, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'has a quote that is never closed',
  INVALID_OPENING_QUOTE: 'has a quote inside a cell that is not quoted',
  CSV_INVALID_CLOSING_QUOTE: 'has text after the closing quote',
};

/**
 * Reads a CSV text (RFC 4180, with or without BOM, LF or CRLF) whose header has exactly `columns`, in any order.
 * Semicolons or tabs separate cells where the header has no comma; with semicolons `40,5` is a number. Headers of
 * other systems are understood, and those of `mapping`, which may also leave columns out. Blank lines are skipped, as is white space around cells that are not quoted. Rows with
 * faults are left out.
 */
export function readCsv(
  text: string,
  columns: string[],
  mapping?: Mapping,
): { records: NumberedRecord[]; faults: CsvFault[] } {
  const delimiter = delimiterOf(text);
  const { rows, fault } = split(text, delimiter);
  const [first, ...body] = rows;
  if (!first) return { records: [], faults: [fault ?? { row: 1, message: 'the file is empty' }] };
  const meant = columnsOf(first.cells, columns, mapping);
  const header = { ...first, cells: meant.filter((column) => column !== null) };
  const wrongHeader = headerFaults(header, columns);
  if (wrongHeader.length > 0) return { records: [], faults: wrongHeader };
  const size = meant.length;
  const unequal = body
    .filter(({ cells }) => cells.length !== size)
    .map(({ line, cells }) => ({
      row: line,
      message: `has ${cells.length === 1 ? '1 cell' : `${cells.length} cells`}, the header has ${size}`,
    }));
  const records = body
    .filter(({ cells }) => cells.length === size)
    .map(({ line, cells }) => ({
      line,
      record: Object.fromEntries(
        cells.flatMap((cell, index) => {
          const column = meant[index];
          const value = delimiter === ';' ? cell.replace(/^(-?\d+),(\d+)$/, '$1.$2') : cell;
          return typeof column === 'string' ? [[column, value]] : [];
        }),
      ),
    }));
  return { records, faults: fault ? [...unequal, fault] : unequal };
}

function headerFaults({ line, cells }: RawRecord, columns: string[]): CsvFault[] {
  const at = (column: string, message: string) => ({
    row: line,
    column: column.slice(0, 100) || '(no name)',
    message,
  });
  return [
    ...columns
      .filter((column) => !cells.includes(column))
      .map((column) => at(column, 'is missing in the header')),
    ...cells
      .filter((cell) => !columns.includes(cell))
      .map((cell) => {
        const meant = nearestColumn(cell, columns);
        return at(cell, `is not a column of this table${meant ? `; did you mean ${meant}?` : ''}`);
      }),
    ...cells
      .filter((cell, index) => columns.includes(cell) && cells.indexOf(cell) !== index)
      .map((cell) => at(cell, 'is twice in the header')),
  ];
}

/** What separates the cells of a text, by its header. */
function delimiterOf(text: string): ',' | ';' | '\t' {
  const header = text.split(/[\r\n]+/).find((line) => line.trim() !== '') ?? '';
  if (header.includes(',')) return ',';
  if (header.includes(';')) return ';';
  return header.trim().includes('\t') ? '\t' : ',';
}

/** The records of a text up to the first one that is no CSV. */
function split(text: string, delimiter: string): { rows: RawRecord[]; fault?: CsvFault } {
  const bytes = Buffer.from(text);
  const lines = lineFinder(bytes);
  const rows: RawRecord[] = [];
  try {
    parse(bytes, {
      bom: true,
      delimiter,
      skip_empty_lines: true,
      trim: true,
      relax_column_count: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      to: MAX_ROWS + 2,
      on_record: (cells: string[], info) => {
        rows.push({ line: lines.startOfRecord(info.bytes), cells });
        return null;
      },
    });
    const surplus = rows[MAX_ROWS + 1];
    return surplus ? { rows, fault: { row: surplus.line, message: TOO_MANY } } : { rows };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const { column } = error as unknown as { column?: unknown };
    const name = typeof column === 'number' ? rows[0]?.cells[column] : undefined;
    return {
      rows,
      fault: {
        row: lines.startOfRecord(bytes.length),
        ...(name ? { column: name } : {}),
        message: FAULTS[error.code] ?? 'is not valid CSV',
      },
    };
  }
}

/** Finds lines by byte offsets that only grow. The parser's own count has the ends of records, and counts CRLF twice. */
function lineFinder(bytes: Buffer): { startOfRecord(end: number): number } {
  let offset = 0;
  let line = 1;
  const step = () => {
    const byte = bytes[offset];
    offset++;
    if (byte === LF || (byte === CR && bytes[offset] !== LF)) line++;
  };
  return {
    /** The line of the first character, other than blanks, between the last end and `end`. */
    startOfRecord: (end) => {
      while (offset < end && BLANKS.has(bytes[offset] as number)) step();
      const start = line;
      while (offset < end) step();
      return start;
    },
  };
}
