import type { TenantTransaction } from '../../../platform/database/index.ts';
import { readTableAside } from './read-aside.ts';
import { WORK_TABLE, type WorkRow } from './rows.ts';
import { type Counts, existingIds, upsert } from './store.ts';
import { type CellError, type NumberedRow, refuse, type Table } from './tables.ts';
import { builderIdsByEmail } from './work-store.ts';

/**
 * Reads and checks the table of work without touching the database.
 * @throws {import('../../../http/problem.ts').Problem} IMPORT_INVALID
 */
export async function readWork(records: Table | undefined): Promise<NumberedRow<WorkRow>[]> {
  const errors: CellError[] = [];
  const rows = await readTableAside(WORK_TABLE, records, errors);
  refuse(errors);
  return rows;
}

/**
 * Writes checked rows in the caller's transaction. Addresses that belong to no builder are left out: guests.
 * @throws {import('../../../http/problem.ts').Problem} IMPORT_INVALID for an unknown builder or project, or none at all
 */
export async function writeWork(
  transaction: TenantTransaction,
  rows: readonly NumberedRow<WorkRow>[],
): Promise<Counts> {
  const named = [...new Set(rows.flatMap(({ row }) => row.builders))];
  const addresses = await builderIdsByEmail(
    transaction,
    named.filter((one) => one.includes('@')),
  );
  const builders = await existingIds(transaction, 'people.superbuilders', 'builder_id', named);
  const projects = await existingIds(transaction, 'people.projects', 'project_id', [
    ...new Set(rows.flatMap(({ row }) => row.project_id ?? [])),
  ]);
  const errors: CellError[] = [];
  const records = rows.map(({ line, row }) => {
    const wrong = (column: string, message: string) =>
      errors.push({ file: WORK_TABLE.file, row: line, column, message });
    const ids = row.builders.flatMap((one) =>
      builders.has(one) ? one : (addresses.get(one.toLowerCase()) ?? []),
    );
    const unknown = row.builders.find((one) => !one.includes('@') && !builders.has(one));
    if (unknown !== undefined) wrong('builders', `${unknown} is not known`);
    else if (ids.length === 0) wrong('builders', 'names no builder of the company');
    if (row.project_id !== null && !projects.has(row.project_id))
      wrong('project_id', `${row.project_id} is not known`);
    return recordOf(row, ids);
  });
  refuse(errors);
  return upsert(transaction, 'people.work_records', [...WORK_TABLE.key], records);
}

/** The day of an instant is that of its own time zone, as it is written. */
function recordOf({ builders: _builders, day, ...row }: WorkRow, ids: readonly string[]) {
  const on = day ?? (row.started_at as string).slice(0, 10);
  return { ...row, day: on, builder_ids: [...new Set(ids)].sort() };
}
