import { parse } from 'csv-parse/sync';
import { Problem } from '../../../../http/problem.ts';
import type { Bill } from './store.ts';

export interface SpendFile {
  csv: string;
  unit: 'dollars' | 'cents';
  dayColumn?: string | undefined;
  costColumn?: string | undefined;
  modelColumn?: string | undefined;
}

/** Names that exports have for a column, in the order in which they are preferred; written as {@link plain} writes them. */
const NAMES = {
  day: ['day', 'date', 'usagedate', 'usagedateutc', 'startingat', 'starttime', 'timestamp', 'createdat'],
  cost: [
    ...['costusd', 'costinusd', 'cost', 'netamount', 'amountusd', 'amount', 'totalcost', 'totalcostusd'],
    ...['price', 'spend', 'spendusd', 'costincents', 'spendcents'],
  ],
  model: ['model', 'modelversion', 'modelname', 'sku', 'product', 'lineitem', 'kind'],
} as const;

const MAX_FAULTS = 20;
const MAX_MODEL = 200;
/** Days and models of one file. */
const MAX_BILLS = 20_000;
/** Of one file: a billion dollars. */
const MAX_MICROS = 1e15;
const MAX_AMOUNT = 1e11;
const plain = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/**
 * Reads a vendor's usage export: what each day and model cost for all users.
 * @throws {Problem} IMPORT_INVALID, naming rows and columns
 */
export function readSpend({ csv, unit, ...named }: SpendFile) {
  const { delimiter, records } = recordsOf(csv);
  const [header = [], ...rows] = records;
  const columns = {
    day: columnOf(header, 'day', named.dayColumn),
    cost: columnOf(header, 'cost', named.costColumn),
    model: columnOf(header, 'model', named.modelColumn),
  };
  const { day, cost, model } = columns;
  if (day === null || cost === null) throw missing(header, day === null ? 'day' : 'cost');
  const inCents = unit === 'cents' || plain(cost).endsWith('cents');
  const [dayPlace, costPlace] = [header.indexOf(day), header.indexOf(cost)];
  const modelPlace = model === null ? -1 : header.indexOf(model);
  const decimal = decimalOf(
    rows.map((cells) => bareAmount(cells[costPlace] ?? '')),
    delimiter,
  );
  if (decimal === null)
    throw new Problem('IMPORT_INVALID', 'It is not clear whether commas are decimal.', {
      errors: [{ field: cost, message: 'has amounts such as 1,234 alone: write them with a decimal point' }],
    });
  const sums = new Map<string, Bill>();
  const faults: { field: string; message: string; row: number }[] = [];
  for (const [index, cells] of rows.entries()) {
    const cell = (place: number) => (cells[place] ?? '').trim();
    const dayOf = readDay(cell(dayPlace));
    const amount = readAmount(cell(costPlace), decimal);
    if (dayOf === null)
      faults.push({ field: day, message: 'must begin with a day such as 2026-11-16', row: index + 2 });
    if (amount === null)
      faults.push({ field: cost, message: 'must be an amount such as 12.50', row: index + 2 });
    if (dayOf === null || amount === null) continue;
    const name = cell(modelPlace).slice(0, MAX_MODEL);
    const key = `${dayOf} ${name}`;
    const bill = sums.get(key) ?? { day: dayOf, model: name, costMicros: 0 };
    bill.costMicros += amount * (inCents ? 10_000 : 1_000_000);
    sums.set(key, bill);
  }
  if (faults.length > 0)
    throw new Problem('IMPORT_INVALID', `${faults.length} cells are not valid.`, {
      errors: faults.slice(0, MAX_FAULTS),
    });
  if (sums.size > MAX_BILLS)
    throw new Problem('IMPORT_INVALID', `The file has more than ${MAX_BILLS} days and models.`);
  const bills = [...sums.values()].map((bill) => ({ ...bill, costMicros: Math.round(bill.costMicros) }));
  if (bills.reduce((sum, { costMicros }) => sum + Math.abs(costMicros), 0) > MAX_MICROS)
    throw new Problem('IMPORT_INVALID', 'The file has a cost of more than a billion dollars.');
  return { rows: rows.length, bills, columns: { day, cost, model } };
}

function recordsOf(csv: string): { delimiter: string; records: string[][] } {
  const header = csv.slice(0, csv.search(/[\r\n]|$/));
  const delimiter = header.includes(',') ? ',' : header.includes(';') ? ';' : '\t';
  try {
    const records: string[][] = parse(csv, { bom: true, delimiter, skip_empty_lines: true, trim: true });
    return { delimiter, records };
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : 'it cannot be read';
    throw new Problem('IMPORT_INVALID', `This is not CSV: ${message}`, { cause });
  }
}

function columnOf(
  header: readonly string[],
  what: keyof typeof NAMES,
  given: string | undefined,
): string | null {
  if (given !== undefined) {
    if (header.includes(given)) return given;
    throw missing(header, what);
  }
  for (const name of NAMES[what]) {
    const found = header.find((column) => plain(column) === name);
    if (found !== undefined) return found;
  }
  return null;
}

function missing(header: readonly string[], what: keyof typeof NAMES): Problem {
  const message = `is not found; name it. The file has ${header.slice(0, 30).join(', ')}`;
  return new Problem('IMPORT_INVALID', `The column of the ${what} is not found.`, {
    errors: [{ field: `${what}Column`, message }],
  });
}

/** The day of a cell: ISO, with or without a time. */
function readDay(cell: string): string | null {
  const [day] = /^20\d{2}-\d{2}-\d{2}(?=$|[T ])/.exec(cell) ?? [];
  return day !== undefined && !Number.isNaN(Date.parse(day)) && new Date(day).toISOString().startsWith(day)
    ? day
    : null;
}

/** An amount without its currency sign. */
function bareAmount(cell: string): string {
  return cell.trim().replace(/^(-?)\$\s*|\s*(?:USD|\$)$/g, '$1');
}

/**
 * The sign before decimals in a column, by the amounts of all rows. Null where they do not show it: `1,234` is read as
 * thousands in a file with commas, where the other reading would be written `1.234`.
 */
function decimalOf(amounts: readonly string[], delimiter: string): '.' | ',' | null {
  const has = (pattern: RegExp) => amounts.some((amount) => pattern.test(amount));
  if (has(/,.*\./)) return '.';
  if (has(/\..*,/) || has(/,(?!\d{3}(?:\D|$))/)) return ',';
  return has(/,/) && !has(/\./) && delimiter !== ',' ? null : '.';
}

/** An amount; empty is 0. */
function readAmount(cell: string, decimal: '.' | ','): number | null {
  const bare = bareAmount(cell);
  const digits =
    decimal === '.'
      ? bare.replaceAll(/,(?=\d{3}(?:\D|$))/g, '')
      : bare.replaceAll(/\.(?=\d{3}(?:\D|$))/g, '').replace(',', '.');
  if (digits === '' || digits === '-') return 0;
  if (!/^-?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,2})?$/i.test(digits)) return null;
  return Math.abs(Number(digits)) <= MAX_AMOUNT ? Number(digits) : null;
}
