import { setImmediate as others } from 'node:timers/promises';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { digestOf, type Entry } from '../audit/index.ts';
import type { Mapping } from './header.ts';
import { readTableAside } from './read-aside.ts';
import { type Row, TABLES, type TableName } from './rows.ts';
import {
  type Counts,
  existingIds,
  sharedAddresses,
  upsertBuilders,
  upsertProjects,
  upsertProjectWeeks,
  upsertWeeks,
} from './store.ts';
import { type CellError, type NumberedRow, readTable, refuse, type Table, type TableSpec } from './tables.ts';

export type ImportInput = Partial<Record<TableName, Table | undefined>> & { mapping?: Mapping | undefined };
export type ImportCounts = Record<TableName, Counts>;

const DIGESTS_AT_ONCE = 500;

interface ParsedTable<T extends TableName> {
  rows: NumberedRow<Row<T>>[];
}
type ParsedTables = { [T in TableName]: ParsedTable<T> };

/**
 * Reads and checks all tables without touching the database.
 * @throws {import('../../../http/problem.ts').Problem} IMPORT_INVALID, naming every bad cell by file, row and column
 */
export function readTables(input: ImportInput): ParsedTables {
  const errors: CellError[] = [];
  const read = <T extends TableName>(name: T) => ({
    rows: readTable(TABLES[name] as TableSpec, input[name], errors, input.mapping) as NumberedRow<Row<T>>[],
  });
  const tables = {
    builders: read('builders'),
    projects: read('projects'),
    metrics: read('metrics'),
    projectMetrics: read('projectMetrics'),
  };
  refuse(errors);
  return tables;
}

/** The same for a server: large tables are read in another thread. @throws as `readTables` does */
export async function readTablesAside(input: ImportInput): Promise<ParsedTables> {
  const errors: CellError[] = [];
  const read = async <T extends TableName>(name: T) => {
    const spec = TABLES[name] as TableSpec;
    return {
      rows: (await readTableAside(spec, input[name], errors, input.mapping)) as NumberedRow<Row<T>>[],
    };
  };
  const tables = {
    builders: await read('builders'),
    projects: await read('projects'),
    metrics: await read('metrics'),
    projectMetrics: await read('projectMetrics'),
  };
  refuse(errors);
  return tables;
}

/**
 * Writes checked tables. Runs in the caller's transaction, so that any failure leaves nothing behind.
 * @throws {import('../../../http/problem.ts').Problem} IMPORT_INVALID when a row refers to an unknown person or thing
 */
export async function writeTables(
  transaction: TenantTransaction,
  tables: ParsedTables,
): Promise<ImportCounts> {
  const builders = await upsertBuilders(transaction, rowsOf(tables.builders));
  await refuseSharedAddresses(transaction, tables.builders);
  await refuseUnknown(transaction, tables, 'people.superbuilders', 'builder_id', ['projects', 'metrics']);
  const projects = await upsertProjects(transaction, rowsOf(tables.projects));
  await refuseUnknown(transaction, tables, 'people.projects', 'project_id', ['projectMetrics']);
  const metrics = await upsertWeeks(transaction, rowsOf(tables.metrics));
  const projectMetrics = await upsertProjectWeeks(transaction, rowsOf(tables.projectMetrics));
  return { builders, projects, metrics, projectMetrics };
}

/**
 * What the audit trail keeps of an import: its counts, then of each builder and of each project how many rows there
 * were and their digest. The rows themselves are in the tables; the owner of the files can show that these were imported.
 */
export async function importDetails(tables: ParsedTables, counts: ImportCounts): Promise<Entry['details']> {
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
  const summed: Entry['details'] = [];
  for (const { about, content } of parts.values()) {
    const sums = Object.entries(content).map(([name, rows]) => [
      name,
      { rows: rows.length, sha256: digestOf(rows) },
    ]);
    summed.push({ about, content: Object.fromEntries(sums) });
    // Thousands of digests in one go would hold up the requests of others.
    if (summed.length % DIGESTS_AT_ONCE === 0) await others();
  }
  return [{ about: [], content: counts }, ...summed];
}

function rowsOf<T extends TableName>(table: ParsedTable<T>): Row<T>[] {
  return table.rows.map(({ row }) => row);
}

/** An address leads to one builder who has not left (docs/identity.md). */
async function refuseSharedAddresses(
  transaction: TenantTransaction,
  { rows }: ParsedTable<'builders'>,
): Promise<void> {
  const others = await sharedAddresses(
    transaction,
    rows.map(({ row }) => row.builder_id),
  );
  refuse(
    rows.flatMap(({ line, row }) => {
      const other = others.get(row.builder_id);
      const message = `"${row.email}" is also the address of ${other}`;
      return other === undefined ? [] : [{ file: TABLES.builders.file, row: line, column: 'email', message }];
    }),
  );
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
