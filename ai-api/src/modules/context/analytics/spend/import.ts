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
const plain = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/**
 * Reads a vendor's usage export: what each day and model cost for all users.
 * @throws {Problem} IMPORT_INVALID, naming rows and columns
 */
export function readSpend({ csv, unit, ...named }: SpendFile) {
  const [header = [], ...rows] = recordsOf(csv);
  const columns = {
    day: columnOf(header, 'day', named.dayColumn),
    cost: columnOf(header, 'cost', named.costColumn),
    model: columnOf(header, 'model', named.modelColumn),
  };
  const { day, cost, model } = columns;
  if (day === null || cost === null) throw missing(header, day === null ? 'day' : 'cost');
  const inCents = unit === 'cents' || plain(cost).endsWith('cents');
  const sums = new Map<string, Bill>();
  const faults: { field: string; message: string; row: number }[] = [];
  for (const [index, cells] of rows.entries()) {
    const cell = (column: string) => (cells[header.indexOf(column)] ?? '').trim();
    const dayOf = readDay(cell(day));
    const amount = readAmount(cell(cost));
    if (dayOf === null)
      faults.push({ field: day, message: 'must begin with a day such as 2026-11-16', row: index + 2 });
    if (amount === null)
      faults.push({ field: cost, message: 'must be an amount such as 12.50', row: index + 2 });
    if (dayOf === null || amount === null) continue;
    const name = model === null ? '' : cell(model).slice(0, MAX_MODEL);
    const key = `${dayOf} ${name}`;
    const bill = sums.get(key) ?? { day: dayOf, model: name, costMicros: 0 };
    bill.costMicros += amount * (inCents ? 10_000 : 1_000_000);
    sums.set(key, bill);
  }
  if (faults.length > 0)
    throw new Problem('IMPORT_INVALID', `${faults.length} cells are not valid.`, {
      errors: faults.slice(0, MAX_FAULTS),
    });
  const bills = [...sums.values()].map((bill) => ({ ...bill, costMicros: Math.round(bill.costMicros) }));
  return { rows: rows.length, bills, columns: { day, cost, model } };
}

function recordsOf(csv: string): string[][] {
  const header = csv.slice(0, csv.search(/[\r\n]|$/));
  const delimiter = header.includes(',') ? ',' : header.includes(';') ? ';' : '\t';
  try {
    return parse(csv, { bom: true, delimiter, skip_empty_lines: true, trim: true });
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
  const [day] = /^\d{4}-\d{2}-\d{2}(?=$|[T ])/.exec(cell) ?? [];
  return day !== undefined && !Number.isNaN(Date.parse(day)) && new Date(day).toISOString().startsWith(day)
    ? day
    : null;
}

/** An amount with or without a currency sign; empty is 0. */
function readAmount(cell: string): number | null {
  const digits = cell.replace(/^\$\s*|\s*(?:USD|\$)$/g, '').replaceAll(/,(?=\d{3}(?:\D|$))/g, '');
  if (digits === '' || digits === '-') return 0;
  return /^-?\d+(?:\.\d+)?(?:e-?\d{1,2})?$/i.test(digits) ? Number(digits) : null;
}
