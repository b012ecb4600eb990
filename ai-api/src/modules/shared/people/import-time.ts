import type { TenantTransaction } from '../../../platform/database/index.ts';
import { readTableAside } from './read-aside.ts';
import { TIME_TABLES, type TimeRow, type TimeTableName } from './rows.ts';
import { type Counts, existingIds, upsert } from './store.ts';
import { type CellError, type NumberedRow, refuse, type Table } from './tables.ts';

export type TimeInput = Partial<Record<TimeTableName, Table | undefined>>;
export type TimeCounts = Record<TimeTableName, Counts>;
type TimeTables = { [T in TimeTableName]: NumberedRow<TimeRow<T>>[] };

/**
 * Reads and checks the tables of tracked time without touching the database.
 * @throws {import('../../../http/problem.ts').Problem} IMPORT_INVALID
 */
export async function readTimeTables(input: TimeInput): Promise<TimeTables> {
  const errors: CellError[] = [];
  const { entries, leave, members, budgets } = TIME_TABLES;
  const tables = {
    entries: await readTableAside(entries, input.entries, errors),
    leave: await readTableAside(leave, input.leave, errors),
    members: await readTableAside(members, input.members, errors),
    budgets: await readTableAside(budgets, input.budgets, errors),
  };
  refuse(errors);
  return tables;
}

/**
 * Writes checked tables in the caller's transaction.
 * @throws {import('../../../http/problem.ts').Problem} IMPORT_INVALID for an unknown builder or project
 */
export async function writeTimeTables(
  transaction: TenantTransaction,
  tables: TimeTables,
): Promise<TimeCounts> {
  await refuseUnknown(transaction, tables);
  const write = (name: TimeTableName, table: Parameters<typeof upsert>[1]) =>
    upsert(
      transaction,
      table,
      [...TIME_TABLES[name].key],
      tables[name].map(({ row }) => row),
    );
  return {
    entries: await write('entries', 'people.time_entries'),
    leave: await write('leave', 'people.leave'),
    members: await write('members', 'people.project_members'),
    budgets: await write('budgets', 'people.project_budgets'),
  };
}

const OWNERS = [
  { table: 'people.superbuilders', column: 'builder_id' },
  { table: 'people.projects', column: 'project_id' },
] as const;

async function refuseUnknown(transaction: TenantTransaction, tables: TimeTables): Promise<void> {
  const errors: CellError[] = [];
  for (const { table, column } of OWNERS) {
    const referring = (Object.keys(TIME_TABLES) as TimeTableName[]).flatMap((name) =>
      tables[name].flatMap(({ line, row }) => {
        const id = (row as { builder_id?: string; project_id?: string | null })[column];
        return typeof id === 'string' ? [{ file: TIME_TABLES[name].file, line, id }] : [];
      }),
    );
    const ids = [...new Set(referring.map(({ id }) => id))];
    const known = await existingIds(transaction, table, column, ids);
    for (const { file, line, id } of referring) {
      if (!known.has(id)) errors.push({ file, row: line, column, message: `${id} is not known` });
    }
  }
  refuse(errors);
}
