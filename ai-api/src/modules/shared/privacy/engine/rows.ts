import { type RawBuilder, sql } from 'kysely';
import type { Database, TenantTransaction } from '../../../../platform/database/index.ts';
import type { Table } from './catalogue.ts';

const PAGE = 200;

interface Page {
  table: Table;
  where: RawBuilder<boolean> | null;
  withheld: readonly string[];
}

/** Rows of a table as JSON texts, a page at a time in transactions of their own, so that memory stays bounded. */
export async function* eachRow(database: Database, tenantId: string, page: Page): AsyncGenerator<string> {
  for (let after: string[] | null = null; ; ) {
    const from: string[] | null = after;
    const rows: Row[] = await database.withTenant(tenantId, (transaction) =>
      readPage(transaction, page, from),
    );
    for (const { row } of rows) yield row;
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = last.key;
  }
}

interface Row {
  row: string;
  key: string[];
}

async function readPage(
  transaction: TenantTransaction,
  { table, where, withheld }: Page,
  after: string[] | null,
): Promise<Row[]> {
  const key = table.key.map((name) => sql.id('t', name));
  const typeOf = (name: string) => table.columns.find((column) => column.name === name)?.type ?? 'text';
  const hidden = table.columns.filter(({ name, type }) => withheld.includes(name) || type === 'tsvector');
  const conditions = [
    ...(where ? [where] : []),
    ...(after
      ? [
          sql<boolean>`(${sql.join(key)}) > (${sql.join(
            after.map((value, at) => sql`${value}::${sql.raw(typeOf(table.key[at] as string))}`),
          )})`,
        ]
      : []),
  ];
  const { rows } = await sql<Row>`
    select (to_jsonb(t) - ${hidden.map(({ name }) => name)}::text[])::text as row,
      array[${sql.join(key.map((column) => sql`${column}::text`))}] as key
    from ${sql.table(table.name)} as t
    ${conditions.length > 0 ? sql`where ${sql.join(conditions, sql` and `)}` : sql``}
    order by ${sql.join(key)} limit ${PAGE}`.execute(transaction);
  return rows;
}

/** How many rows of a table match. */
export async function countRows(
  transaction: TenantTransaction,
  table: string,
  where: RawBuilder<boolean>,
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from ${sql.table(table)} as t where ${where}`.execute(transaction);
  return rows[0]?.count ?? 0;
}
