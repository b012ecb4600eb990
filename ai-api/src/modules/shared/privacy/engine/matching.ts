import { type RawBuilder, sql } from 'kysely';
import { namesPerson, type PersonalTable } from '../../../../platform/personal-data.ts';
import type { Known } from './person.ts';

/** Which tables are declared, by name. */
export type Declared = ReadonlyMap<string, PersonalTable>;

/** Keys of JSON whose value is the id of a person. */
const NAMES_A_PERSON = '(builder|user|person|owner|author|member|reviewer|subject|acting(_f|F)or)(_?[iI]d)?';

/** The condition for rows of a table that are about a person; null where none can be. */
export function rowsOf(
  table: PersonalTable,
  declared: Declared,
  known: Known,
  alias = 't',
): RawBuilder<boolean> | null {
  const own = (table.of ?? []).map((column) =>
    names(sql.id(alias, column.replace(/\[\]|\{\}/, '')), column, known),
  );
  const { only } = table;
  const conditions = only
    ? own.map(
        (one) => sql<boolean>`(${one} and ${sql.id(alias, only.column)} = any(${[...only.values]}::text[]))`,
      )
    : own;
  if (table.within) {
    const { column, table: parentName, key = 'id' } = table.within;
    const parent = declared.get(parentName);
    const above = parent && rowsOf(parent, declared, known, `${alias}p`);
    if (above)
      conditions.push(sql<boolean>`${sql.id(alias, column)} in (
        select ${sql.id(`${alias}p`, key)} from ${sql.table(parentName)} as ${sql.id(`${alias}p`)} where ${above})`);
  }
  if (conditions.length === 0) return null;
  return sql<boolean>`(${sql.join(conditions, sql` or `)})`;
}

function names(
  column: RawBuilder<unknown>,
  declared: string,
  { ids, subjects, emails }: Known,
): RawBuilder<boolean> {
  const exact = sql`${[...ids, ...subjects]}::text[]`;
  const addresses = sql`${[...emails]}::text[]`;
  if (declared.endsWith('[]'))
    return sql<boolean>`exists (select from unnest(${column}) as one
      where one::text = any(${exact}) or lower(one::text) = any(${addresses}))`;
  if (declared.endsWith('{}'))
    return sql<boolean>`(exists (select from unnest(${[...subjects]}::text[]) as one
        where position('"' || one || '"' in ${column}::text) > 0)
      or exists (select from unnest(${addresses}) as one
        where position('"' || one || '"' in lower(${column}::text)) > 0)
      or ${column}::text ~ any(${ids.map(inJson)}::text[]))`;
  return namesPerson(column, [...ids, ...subjects], emails);
}

/** A bare id, or that of a key for it, counts where its key names a person: the same text may be the id of a project. */
function inJson(id: string): string {
  const escaped = JSON.stringify(id)
    .slice(1, -1)
    .replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return `"${NAMES_A_PERSON}": ?"([^" ]+ for )?${escaped}"`;
}
