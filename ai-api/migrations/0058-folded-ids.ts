import { type Kysely, sql } from 'kysely';

/** Where ids of builders and of projects are: first the table that they come from, then those that refer to it. */
const IDS = [
  {
    column: 'builder_id',
    table: 'people.superbuilders',
    referring: [
      'people.projects',
      'people.metrics_weekly',
      'people.time_entries',
      'people.leave',
      'people.project_members',
      'evaluations.evaluations',
      'approvals.approvals',
      'performance.pips',
    ],
  },
  {
    column: 'project_id',
    table: 'people.projects',
    referring: [
      'people.project_stages',
      'people.project_metrics_weekly',
      'people.time_entries',
      'people.project_members',
      'people.project_budgets',
      'evaluations.project_grades',
      'approvals.approvals',
      'gates.evaluations',
    ],
  },
];

const IGNORABLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;
const folded = (id: string) => id.normalize('NFKC').replace(IGNORABLE, '').trim();

interface Found {
  tenant: string;
  id: string;
}

/**
 * Folds the ids that were imported before ids were folded: requests fold theirs, so that such a builder or project was
 * out of reach. An id whose folded form another row has stays, and is named on standard error: which of the two rows
 * is right the company decides.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const { column, table, referring } of IDS) {
    const { rows } = await sql<Found>`
      select tenant_id as tenant, ${sql.ref(column)} as id from ${sql.table(table)}`.execute(db);
    const keyOf = ({ tenant, id }: Found) => `${tenant} ${id}`;
    const count = Map.groupBy(rows, ({ tenant, id }) => keyOf({ tenant, id: folded(id) }));
    const left: string[] = [];
    for (const { tenant, id } of rows) {
      const to = folded(id);
      if (to === id) continue;
      const isFree = to !== '' && count.get(keyOf({ tenant, id: to }))?.length === 1;
      if (isFree) await rename(db, { column, table, referring, tenant, from: id, to });
      else left.push(JSON.stringify(id));
    }
    if (left.length > 0)
      process.stderr.write(
        `${table}: another row has the folded form of these ids, or they fold to nothing; no request reaches them: ${left.join(', ')}\n`,
      );
  }
}

interface Rename {
  column: string;
  table: string;
  referring: readonly string[];
  tenant: string;
  from: string;
  to: string;
}

/** The row is copied, then what refers to it is changed, so that no reference is ever without its row. */
async function rename(
  db: Kysely<unknown>,
  { column, table, referring, tenant, from, to }: Rename,
): Promise<void> {
  const id = sql.ref(column);
  await sql`
    insert into ${sql.table(table)}
    select (jsonb_populate_record(row, jsonb_build_object(${column}::text, ${to}::text))).*
    from ${sql.table(table)} as row where tenant_id = ${tenant} and ${id} = ${from}`.execute(db);
  for (const other of referring)
    await sql`
      update ${sql.table(other)} set ${id} = ${to} where tenant_id = ${tenant} and ${id} = ${from}`.execute(
      db,
    );
  await sql`delete from ${sql.table(table)} where tenant_id = ${tenant} and ${id} = ${from}`.execute(db);
  if (column === 'builder_id')
    await sql`
      update files.files set about = array_replace(about, ${`builder:${from}`}, ${`builder:${to}`})
      where tenant_id = ${tenant} and ${`builder:${from}`} = any(about)`.execute(db);
}
