import { sql } from 'kysely';
import type { TenantTransaction } from '../../../../platform/database/index.ts';

export interface Column {
  name: string;
  /** As PostgreSQL writes it, such as `timestamp with time zone`. */
  type: string;
  /** Whether a foreign key begins or ends in it: it is an id, and changing it would break the relation. */
  isRelated: boolean;
  isGenerated: boolean;
}

export interface Table {
  name: string;
  columns: Column[];
  /** Columns of the primary key, in its order. */
  key: string[];
  /** Whether the application may change its rows. */
  isWritable: boolean;
}

export type Catalogue = ReadonlyMap<string, Table>;

/** Every table of the product as the database has it: without partitions, the queue and the record of migrations. */
export async function readCatalogue(transaction: TenantTransaction): Promise<Catalogue> {
  const { rows } = await sql<{
    table: string;
    column: string;
    type: string;
    generated: boolean;
    key: number | null;
    related: boolean;
    writable: boolean;
  }>`
    select space.nspname || '.' || class.relname as table, attribute.attname as column,
      format_type(attribute.atttypid, attribute.atttypmod) as type,
      attribute.attgenerated <> '' as generated,
      array_position(index.indkey::smallint[], attribute.attnum) as key,
      exists (select from pg_constraint as relation where relation.contype = 'f'
        and (relation.conrelid = class.oid and attribute.attnum = any(relation.conkey)
          or relation.confrelid = class.oid and attribute.attnum = any(relation.confkey))) as related,
      has_table_privilege('ai_manager_app', class.oid, 'update') as writable
    from pg_attribute as attribute
    join pg_class as class on class.oid = attribute.attrelid
    join pg_namespace as space on space.oid = class.relnamespace
    left join pg_index as index on index.indrelid = class.oid and index.indisprimary
    where class.relkind in ('r', 'p') and not class.relispartition
      and attribute.attnum > 0 and not attribute.attisdropped
      and space.nspname not in ('pg_catalog', 'information_schema', 'public', 'platform', 'jobs')
      and space.nspname not like 'pg\\_%'
      and (exists (select from pg_attribute as owner where owner.attrelid = class.oid and owner.attname = 'tenant_id')
        or (has_table_privilege('ai_manager_app', class.oid, 'select')
          and exists (select from pg_policy where polrelid = class.oid and polname = 'tenant_isolation')))
    order by 1, attribute.attnum`.execute(transaction);
  const tables = new Map<string, Table>();
  for (const { table, column, type, generated, key, related, writable } of rows) {
    const found = tables.get(table) ?? { name: table, columns: [], key: [], isWritable: writable };
    found.columns.push({ name: column, type, isRelated: related, isGenerated: generated });
    if (key !== null) found.key[key] = column;
    tables.set(table, found);
  }
  for (const table of tables.values()) table.key = table.key.filter((name) => name !== undefined);
  return tables;
}

/** Whether a column may hold a text that a person wrote or that names one. */
export function holdsText({ type }: Column): boolean {
  return /^(text|character varying|jsonb?)(\(\d+\))?(\[\])?$/.test(type);
}
