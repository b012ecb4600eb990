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

/** Rows of a spreadsheet, those without any content too; what is longer is not read to its end. */
const MAX_RECORDS = 1_048_576;
const TOO_MANY = `exceeds the limit: a table has at most ${MAX_ROWS} rows`;
const TOO_LONG = `exceeds the limit: ${MAX_RECORDS} rows are read, with those that are empty`;
const LF = 0x0a;
const CR = 0x0d;
/** Where a header is looked for: spreadsheets put titles above it. */
const TOP_LINES = 20;
const DELIMITERS = [',', ';', '\t', '|'] as const;
type Delimiter = (typeof DELIMITERS)[number];
/** The first line that tells Excel what separates cells. */
const SEP = /^\ufeff?"?sep=([,;\t|])"?$/i;
const BLANKS = new Set([LF, CR, 0x20, 0x09]);

const FAULTS: Partial<Record<CsvErrorCode, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'has a quote that is never closed',
  INVALID_OPENING_QUOTE: 'has a quote inside a cell that is not quoted',
  CSV_INVALID_CLOSING_QUOTE: 'has text after the closing quote',
};

/**
 * Reads a CSV text (RFC 4180, with or without BOM, LF or CRLF) whose header has exactly `columns`, in any order.
 * Semicolons, tabs or upright bars may separate cells; with semicolons `40,5` is a number. Headers of other systems are understood,
 * and those of `mapping`, which may also leave columns out. What spreadsheets add is left out: `sep=;`, title lines
 * above the header, rows and columns without any content, white space around cells that are not quoted. Rows with faults
 * are left out, and a row of totals is one. Where the header lacks some columns or has others too, rows come with what it
 * names, so that their cells can be checked as well; where it has hardly any of them, or another
 * number of cells than every row, there are no rows.
 */
export function readCsv(
  text: string,
  columns: string[],
  mapping?: Mapping,
): { records: NumberedRecord[]; faults: CsvFault[] } {
  const meaning = (cells: string[]) => columnsOf(cells, columns, mapping);
  const delimiter = delimiterOf(text, columns, meaning);
  const { rows, fault } = split(text, delimiter);
  const table = tableIn(rows, columns, meaning);
  if (!table) return { records: [], faults: [fault ?? { row: 1, message: 'the file is empty' }] };
  const { line, header, meant, body } = table;
  const surplus = body[MAX_ROWS];
  if (surplus) return { records: [], faults: [{ row: surplus.line, message: TOO_MANY }] };
  const wrongHeader = headerFaults({ line, cells: meant.filter((column) => column !== null) }, columns);
  const found = columns.filter((column) => meant.includes(column)).length;
  const size = meant.length;
  const isOther = found < columns.length / 2 || body.every(({ cells }) => cells.length !== size);
  if (wrongHeader.length > 0 && isOther) return { records: [], faults: wrongHeader };
  const isHeaderAgain = (cells: string[]) => cells.every((cell, index) => cell === header[index]);
  const faults = body.flatMap(({ line, cells }) => {
    if (cells.length !== size) return { row: line, message: `has ${countOf(cells)}, the header has ${size}` };
    if (isTotal(cells)) return { row: line, message: 'is a row of totals: remove it' };
    return isHeaderAgain(cells) ? { row: line, message: 'is the header again: remove it' } : [];
  });
  const wrong = new Set(faults.map(({ row }) => row));
  const records = body
    .filter(({ line }) => !wrong.has(line))
    .map(({ line, cells }) => ({
      line,
      record: Object.fromEntries(
        cells.flatMap((cell, index) => {
          const column = meant[index];
          const value = delimiter === ';' ? cell.replace(/^(-?\d+),(\d+)$/, '$1.$2') : cell;
          return typeof column === 'string' && columns.includes(column) ? [[column, value]] : [];
        }),
      ),
    }));
  return { records, faults: [...wrongHeader, ...faults, ...(fault ? [fault] : [])] };
}

function countOf({ length }: string[]): string {
  return length === 1 ? '1 cell' : `${length} cells`;
}

const TOTAL =
  /^(?:grand |sub[- ]?)?(?:totals?|sum|(?:zwischen|gesamt)?summe|gesamt|totale?|somme|suma|totaal|razem|yhteensä|合計|总计|итого|всего)(?: g[eé]n[eé]ral| complessivo)?(?: \(?\d+\)?)?\s?[:.]?$/iu;

/**
 * A row that adds up the others: it says so in its first cell with content, and some cells are empty or there is nothing but
 * figures in them.
 */
function isTotal(cells: string[]): boolean {
  const [first = '', ...others] = cells.filter((cell) => cell !== '');
  const addsUp =
    cells.includes('') || (others.length > 0 && others.every((cell) => /^[\d.,%\s-]+$/.test(cell)));
  return TOTAL.test(first) && addsUp;
}

/** The columns that the cells of a line mean, null for those that are left out. */
type Meaning = (cells: string[]) => (string | null)[];

/** What the header means and the rows below it, without title lines and empty columns at the end. */
function tableIn(
  rows: RawRecord[],
  columns: string[],
  meaning: Meaning,
): { line: number; header: string[]; meant: (string | null)[]; body: RawRecord[] } | undefined {
  const named = rows.slice(0, TOP_LINES).findIndex(({ cells }) => {
    const meant = meaning(cells);
    return columns.every((column) => meant.includes(column));
  });
  const at = Math.max(named, 0);
  const header = rows[at];
  if (!header) return undefined;
  const body = rows.slice(at + 1);
  const used = body.reduce(
    (most, { cells }) => Math.max(most, lastWithContent(cells)),
    lastWithContent(header.cells),
  );
  return {
    line: header.line,
    header: header.cells.slice(0, used),
    meant: meaning(header.cells.slice(0, used)),
    body: body.map(({ line, cells }) => ({ line, cells: cells.slice(0, used) })),
  };
}

function lastWithContent(cells: string[]): number {
  return cells.findLastIndex((cell) => cell !== '') + 1;
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

/** What separates the cells: what `sep=` says, else that by which a line at the top names most columns. */
function delimiterOf(text: string, columns: string[], meaning: Meaning): Delimiter {
  const lines = text.split(/[\r\n]+/, TOP_LINES).filter((line) => line.trim() !== '');
  const said = SEP.exec(lines[0] ?? '')?.[1];
  if (said) return said as Delimiter;
  const named = (delimiter: Delimiter) =>
    Math.max(
      0,
      ...lines.map((line) => {
        const cells = line.split(delimiter).map((cell) => cell.replace(/^[\s"\ufeff]+|[\s"]+$/g, ''));
        return meaning(cells).filter((cell) => cell === null || columns.includes(cell)).length;
      }),
    );
  return DELIMITERS.reduce((best, one) => (named(one) > named(best) ? one : best));
}

/** More rows than are read. */
class Surplus extends Error {
  readonly line: number;
  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** The records of a text up to the first one that is no CSV, or that is too many. */
function split(text: string, delimiter: Delimiter): { rows: RawRecord[]; fault?: CsvFault } {
  const bytes = Buffer.from(text);
  const lines = lineFinder(bytes);
  const rows: RawRecord[] = [];
  let count = 0;
  try {
    parse(bytes, {
      bom: true,
      delimiter,
      skip_empty_lines: true,
      trim: true,
      relax_column_count: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      on_record: (cells: string[], info) => {
        const line = lines.startOfRecord(info.bytes);
        if (++count > MAX_RECORDS) throw new Surplus(line, TOO_LONG);
        if (rows.length > MAX_ROWS + TOP_LINES) throw new Surplus(line, TOO_MANY);
        if (cells.some((cell) => cell !== '') && !(rows.length === 0 && SEP.test(cells.join(delimiter))))
          rows.push({ line, cells });
        return null;
      },
    });
    return { rows };
  } catch (error) {
    if (error instanceof Surplus) return { rows, fault: { row: error.line, message: error.message } };
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
