import { type RawBuilder, sql } from 'kysely';
import type { TenantTransaction } from '../../../../platform/database/index.ts';
import type { PersonalTable } from '../../../../platform/personal-data.ts';
import { type Column, holdsText, type Table } from './catalogue.ts';
import { anyOf, type Patterns } from './pattern.ts';
import type { Person, Pseudonym } from './person.ts';

/** Needed until the erasure has ended, which empties it. */
const HELD = new Set(['privacy.requests.person']);
/** Columns that hold nothing but the name of the person who did something. */
const NAMES_ONE = /(^|_)(by|name|who|reviewer)$/;

function textsOf(table: Table): Column[] {
  return table.columns.filter(
    (column) =>
      holdsText(column) &&
      !column.isGenerated &&
      !column.isRelated &&
      !HELD.has(`${table.name}.${column.name}`),
  );
}

/** The condition for rows that name a person in what they say; null where none can. */
export function naming(table: Table, patterns: Patterns): RawBuilder<boolean> | null {
  const any = anyOf(patterns);
  const conditions = textsOf(table).flatMap((column) => {
    const value = sql.id('t', column.name);
    const text = column.type.endsWith('[]') ? sql`array_to_string(${value}, e'\n')` : sql`${value}::text`;
    const isOne = NAMES_ONE.test(column.name) && column.type === 'text' && patterns.wholes.length > 0;
    return [
      ...(any === null ? [] : [sql<boolean>`${text} ~* ${any}`]),
      ...(isOne ? [sql<boolean>`${value} = any(${patterns.wholes}::text[])`] : []),
    ];
  });
  return conditions.length === 0 ? null : sql<boolean>`(${sql.join(conditions, sql` or `)})`;
}

/** Replaces a person's names, addresses and numbers in all texts of a table. @returns the ids of the rows that changed */
export async function scrub(
  transaction: TenantTransaction,
  table: Table,
  declared: PersonalTable | undefined,
  person: Person,
  patterns: Patterns,
  pseudonym: Pseudonym,
): Promise<string[]> {
  const where = naming(table, patterns);
  if (where === null) return [];
  const changes = textsOf(table).map(
    (column) => sql`${sql.id(column.name)} = ${replaced(column, patterns, pseudonym)}`,
  );
  if (declared?.words) {
    const { column, of } = declared.words;
    const words = [...person.names, ...person.emails].flatMap((text) => text.split(/\s+/)).flatMap(of);
    changes.push(sql`${sql.id(column)} = ts_delete(${sql.id('t', column)}, ${words}::text[])`);
  }
  const id = table.columns.some(({ name }) => name === 'id') ? sql`t.id::text` : sql`''`;
  const { rows } = await sql<{ id: string }>`
    update ${sql.table(table.name)} as t set ${sql.join(changes)} where ${where} returning ${id} as id`.execute(
    transaction,
  );
  return rows.map((row) => row.id);
}

function replaced(column: Column, patterns: Patterns, pseudonym: Pseudonym): RawBuilder<unknown> {
  const value = sql.id('t', column.name);
  if (column.type.endsWith('[]'))
    return sql`(case when ${value} is null then null else array(
      select ${inText(sql`one.text`, column, patterns, pseudonym)} from unnest(${value}) with ordinality as one(text, place)
      order by one.place) end)`;
  return sql`${inText(sql`${value}::text`, column, patterns, pseudonym)}::${sql.raw(column.type)}`;
}

function inText(
  text: RawBuilder<unknown>,
  column: Column,
  { email, name, phone, wholes }: Patterns,
  pseudonym: Pseudonym,
): RawBuilder<unknown> {
  const isOne = NAMES_ONE.test(column.name) && wholes.length > 0;
  let result = isOne
    ? sql`(case when ${text} = any(${wholes}::text[]) then ${pseudonym.name} else ${text} end)`
    : text;
  if (email !== null) result = sql`regexp_replace(${result}, ${email}, ${`\\1${pseudonym.email}`}, 'gi')`;
  if (name !== null) result = sql`regexp_replace(${result}, ${name}, ${`\\1${pseudonym.name}`}, 'gi')`;
  if (phone !== null) result = sql`regexp_replace(${result}, ${phone}, ${`\\1${pseudonym.phone}`}, 'gi')`;
  return result;
}
