import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Problem } from '../../ai-api/src/http/problem.ts';
import { type ImportInput, readTables } from '../../ai-api/src/modules/shared/people/import.ts';
import { TABLES } from '../../ai-api/src/modules/shared/people/rows.ts';
import {
  decodeText,
  ENCODINGS,
  type Encoding,
  UndecodableText,
} from '../../ai-api/src/platform/text/decode.ts';
import { ROOT } from './root.ts';
import { StartError } from './start-error.ts';

/** The company that comes with the product. */
export const SAMPLE = join(ROOT, 'examples', 'sample-company');

/** The company's own headers, where it has any: see `mapping` of `POST /people/import`. */
const MAPPING = 'mapping.json';
const mappingSchema = z.record(z.string(), z.string().nullable());
const MAX_SHOWN = 20;

type Parsed = ReturnType<typeof readTables>;

/** A company whose files are right. */
export interface Company {
  directory: string;
  isSample: boolean;
  /** Texts of the files, as the API takes them. */
  tables: Required<Omit<ImportInput, 'mapping'>> & Pick<ImportInput, 'mapping'>;
  /** The newest week in the files. */
  newestWeek: string;
  parsed: Parsed;
}

/** One wrong cell or row, as an import names it. */
export interface Fault {
  file: string;
  row: number;
  column?: string;
  message: string;
}

/**
 * Reads a company's files and checks every cell, before anything is started.
 * @throws {StartError} with what is missing, a file that is not in the encoding, or every wrong cell up to twenty
 */
export function readCompany(directory: string, encoding: Encoding = 'auto'): Company {
  const missing = Object.values(TABLES).flatMap(({ file }) =>
    existsSync(join(directory, file)) ? [] : [file],
  );
  if (missing.length > 0) throw new StartError(`${directory} has no ${missing.join(', ')}.`);
  const read = (file: string) => textOf(join(directory, file), encoding);
  const tables = {
    builders: read(TABLES.builders.file),
    projects: read(TABLES.projects.file),
    metrics: read(TABLES.metrics.file),
    projectMetrics: read(TABLES.projectMetrics.file),
    ...(existsSync(join(directory, MAPPING)) ? { mapping: readMapping(directory) } : {}),
  };
  const parsed = parse(directory, tables);
  const newestWeek = parsed.metrics.rows
    .map(({ row }) => row.week)
    .sort()
    .at(-1);
  if (newestWeek === undefined) throw new StartError(`${join(directory, TABLES.metrics.file)} has no rows.`);
  return { directory, isSample: directory === SAMPLE, tables, newestWeek, parsed };
}

function textOf(path: string, encoding: Encoding): string {
  try {
    return decodeText(readFileSync(path), encoding);
  } catch (error) {
    if (!(error instanceof UndecodableText)) throw error;
    const cure = 'Save it as "CSV UTF-8" and try again, or name its encoding';
    throw new StartError(
      `${path} ${error.message} ${cure} (--encoding ${Object.keys(ENCODINGS).join(', ')}).`,
    );
  }
}

/** @throws {StartError} for a file that is no object of columns by header */
function readMapping(directory: string): z.output<typeof mappingSchema> {
  const file = join(directory, MAPPING);
  try {
    return mappingSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw new StartError(
      `${file} must be a JSON object such as {"Personalnummer": "builder_id", "Lohngruppe": null}.`,
    );
  }
}

function parse(directory: string, tables: ImportInput): Parsed {
  try {
    return readTables(tables);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw notImported(directory, (error.errors ?? []) as unknown as Fault[]);
  }
}

/** Why files were not imported, for those who have to correct them. */
export function notImported(directory: string, faults: readonly Fault[]): StartError {
  const lines = faults
    .slice(0, MAX_SHOWN)
    .map(
      ({ file, row, column, message }) =>
        `  ${file}, row ${row}${column === undefined ? '' : `, column ${column}`}: ${message}`,
    );
  const more = faults.length - lines.length;
  return new StartError(
    [
      `${directory} cannot be imported.`,
      ...lines,
      ...(more > 0 ? [`  and ${more} more`] : []),
      'The columns are described in docs/your-company.md.',
    ].join('\n'),
  );
}

/** Writes the files that the simulated sources answer from, with the separators and numbers that they understand. */
export function writeSourceFiles({ parsed }: Company, directory: string): void {
  mkdirSync(directory, { recursive: true });
  const write = (file: string, columns: readonly string[], rows: readonly object[]) => {
    const lines = rows.map((row) =>
      columns.map((column) => cell((row as Record<string, unknown>)[column])).join(','),
    );
    writeFileSync(join(directory, file), `${[columns.join(','), ...lines].join('\n')}\n`);
  };
  const rowsOf = <T extends object>(table: { rows: { row: T }[] }) => table.rows.map(({ row }) => row);
  write(TABLES.projects.file, ['project_id', 'builder_id'], rowsOf(parsed.projects));
  const goals = ['goals_set', 'goals_met'];
  const work = ['hours_worked', 'active_days', 'brainlift_quality', 'brainlift_entries'];
  write(TABLES.metrics.file, ['builder_id', 'week', ...work, ...goals, 'note'], rowsOf(parsed.metrics));
  const traction = ['active_users', 'revenue_usd'];
  write(
    TABLES.projectMetrics.file,
    ['project_id', 'week', ...goals, ...traction],
    rowsOf(parsed.projectMetrics),
  );
}

function cell(value: unknown): string {
  return value === null || value === undefined ? '' : `"${String(value).replaceAll('"', '""')}"`;
}

/** The sample company is as invented as its people. */
const SAMPLE_NAME = 'Brindlewick Works';
const NAME = 'company-name';

/**
 * What the company of a data folder is called. A new folder remembers the name; one of an earlier version keeps the name
 * under which its data are stored.
 * @param wanted name that the environment gives at the first start
 */
export function companyName(dataDirectory: string, isSample: boolean, wanted: string | undefined): string {
  const file = join(dataDirectory, NAME);
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const isNew = !existsSync(join(dataDirectory, 'api', 'pglite'));
  const name = wanted || (isNew && isSample ? SAMPLE_NAME : 'default');
  mkdirSync(dataDirectory, { recursive: true });
  writeFileSync(file, `${name}\n`);
  return name;
}

const MARK = 'company.json';

/** What a data folder says of the company that it holds. */
interface Mark {
  directory: string;
  /** Whether the sample has come to life. */
  isSeeded: boolean;
}

/** The company that a data folder holds; null when it holds none. */
export function companyIn(dataDirectory: string): Mark | null {
  const file = join(dataDirectory, MARK);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Mark;
  // Data folders of earlier versions have no mark; they hold the sample unless their owner knows better.
  return existsSync(join(dataDirectory, 'api', 'pglite')) ? { directory: SAMPLE, isSeeded: false } : null;
}

/** Remembers whose company a data folder holds from now on. */
export function keepCompany(dataDirectory: string, mark: Mark): void {
  writeFileSync(join(dataDirectory, MARK), `${JSON.stringify(mark, null, 2)}\n`);
}

/**
 * Which company to start: the one that was named, else the one that is there, else the sample.
 * @throws {StartError} when another one is there: companies do not mix
 */
export function chooseCompany(wanted: string | null, dataDirectory: string): string {
  const held = companyIn(dataDirectory)?.directory ?? null;
  if (held === null || wanted === null || wanted === held) return wanted ?? held ?? SAMPLE;
  throw new StartError(
    `${dataDirectory} holds ${described(held)}, and companies do not mix. Either delete it with npm run reset, or keep ` +
      `both: DATA_DIR=.data-2 npm start -- ${wanted === SAMPLE ? '--sample' : `--data ${wanted}`}`,
  );
}

function described(directory: string): string {
  return directory === SAMPLE ? 'the sample company' : `the company of ${directory}`;
}
