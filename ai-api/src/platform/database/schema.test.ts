import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/databases.ts';
import type { Database } from './index.ts';
import { migrate } from './migrate.ts';

interface Column {
  nullable: boolean;
  /** The database fills it in when a row leaves it out. */
  hasDefault: boolean;
}
type Tables = Record<string, Record<string, Column>>;

const directory = fileURLToPath(new URL('./schema', import.meta.url));

/** Tables as the types of `schema/` declare them. */
function declared(): Tables {
  const tables: Tables = {};
  for (const file of readdirSync(directory)) {
    const text = readFileSync(`${directory}/${file}`, 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '');
    for (const found of text.matchAll(/'(\w+\.\w+)': (?=\{)/g))
      tables[found[1] as string] = columnsOf(text.slice(found.index + found[0].length + 1));
  }
  return tables;
}

/** The columns of a table's type, from behind its opening brace on. */
function columnsOf(text: string): Record<string, Column> {
  const columns: Record<string, Column> = {};
  let depth = 0;
  let from = 0;
  for (let at = 0; depth >= 0; at++) {
    if (/[{<([]/.test(text[at] as string)) depth += 1;
    if (/[}>)\]]/.test(text[at] as string)) depth -= 1;
    if (!(text[at] === ';' && depth === 0) && depth >= 0) continue;
    const [, name, type = ''] = /^\s*(\w+):\s+([\s\S]+)$/.exec(text.slice(from, at)) ?? [];
    if (name) columns[name] = columnOf(type);
    from = at + 1;
  }
  return columns;
}

function columnOf(type: string): Column {
  const outer = type.replaceAll(/\{[\s\S]*\}/g, '');
  return {
    nullable: /\| null\b/.test(outer),
    hasDefault: /^(Generated|GeneratedAlways|Timestamp|TenantId)\b/.test(type),
  };
}

/** Tables as the migrations made them, without those of the queue and partitions. */
async function migrated(database: Database): Promise<Tables> {
  const { rows } = await sql<{ table: string; column: string; nullable: boolean; hasDefault: boolean }>`
    select space.nspname || '.' || class.relname as table, attribute.attname as column,
      not attribute.attnotnull as nullable,
      attribute.atthasdef or attribute.attidentity <> '' as "hasDefault"
    from pg_attribute as attribute
    join pg_class as class on class.oid = attribute.attrelid
    join pg_namespace as space on space.oid = class.relnamespace
    where class.relkind in ('r', 'p') and not class.relispartition
      and attribute.attnum > 0 and not attribute.attisdropped
      and space.nspname not in ('pg_catalog', 'information_schema', 'public', 'platform')
      and space.nspname not like 'pg\\_%' and space.nspname <> 'jobs'
    order by 1, 2`.execute(database.system('the test reads the catalogue'));
  const tables: Tables = {};
  for (const { table, column, nullable, hasDefault } of rows)
    tables[table] = { ...tables[table], [column]: { nullable, hasDefault } };
  return tables;
}

describe('the types of tables', () => {
  let testDatabase: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    database = await testDatabase.open();
    await migrate(database.system('migrations run as the owner'));
  });

  afterAll(async () => {
    await database?.close();
    await testDatabase?.remove();
  });

  test('name every table and column of the migrated database, and say which may be null', async () => {
    const types = declared();
    const tables = await migrated(database);
    expect(Object.keys(types).sort()).toEqual(Object.keys(tables).sort());
    const faults = Object.entries(tables).flatMap(([table, columns]) => {
      const known = types[table] ?? {};
      const names = new Set([...Object.keys(columns), ...Object.keys(known)]);
      return [...names].flatMap((name) => {
        const [type, column] = [known[name], columns[name]];
        if (!type) return [`${table}.${name} has no type`];
        if (!column) return [`${table}.${name} does not exist`];
        if (type.nullable !== column.nullable)
          return [`${table}.${name} ${column.nullable ? 'may be null' : 'is never null'}`];
        if (type.hasDefault && !column.hasDefault && !column.nullable)
          return [`${table}.${name} has no default`];
        return [];
      });
    });
    expect(faults).toEqual([]);
  });
});
