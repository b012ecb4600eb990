import { sql } from 'kysely';
import type { Database } from '../src/platform/database/index.ts';

const VALUES: Record<string, string> = {
  uuid: 'gen_random_uuid()',
  text: "'planted-' || gen_random_uuid()",
  jsonb: "'{}'::jsonb",
  boolean: 'false',
  ARRAY: "'{}'",
  bytea: "''::bytea",
};

/** Inserts a row into a table with what its columns need; other tables need not know what it refers to. */
export async function plantRow(
  database: Database,
  table: string,
  tenantId: string,
  moment: Date,
  given: Readonly<Record<string, string>>,
): Promise<void> {
  const [schema, name] = table.split('.') as [string, string];
  await database
    .system('the test plants a row')
    .transaction()
    .execute(async (transaction) => {
      await sql`set local session_replication_role = replica`.execute(transaction);
      const { rows } = await sql<{ name: string; type: string }>`
        select column_name as name, data_type as type from information_schema.columns
        where table_schema = ${schema} and table_name = ${name} and is_nullable = 'NO' and is_generated = 'NEVER'
          and (column_default is null or column_name = 'tenant_id')`.execute(transaction);
      const at = `'${moment.toISOString()}'`;
      const values: Record<string, string> = Object.fromEntries(
        rows.map(({ name: column, type }) => {
          if (column === 'tenant_id') return [column, `'${tenantId}'`];
          return [column, VALUES[type] ?? (/^(timestamp|date)/.test(type) ? at : '1')];
        }),
      );
      for (const [column, value] of Object.entries(given)) values[column] = value === 'AT' ? at : value;
      const columns = sql.join(Object.keys(values).map((column) => sql.id(column)));
      await sql`
        insert into ${sql.table(table)} (${columns}) values (${sql.raw(Object.values(values).join(', '))})`.execute(
        transaction,
      );
    });
}
