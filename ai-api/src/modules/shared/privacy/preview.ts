import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { NamedPersonalData } from '../../../platform/personal-data.ts';
import { type Catalogue, readCatalogue } from './engine/catalogue.ts';
import { type Declared, rowsOf } from './engine/matching.ts';
import { patternsOf } from './engine/pattern.ts';
import { knownAs, type Person } from './engine/person.ts';
import { countRows } from './engine/rows.ts';
import { naming } from './engine/scrub.ts';

/** Rows of one table about a person, and rows that name them. */
export interface Counted {
  module: string;
  table: string;
  about: number;
  mentions: number;
}

/** All tables that modules answer for. */
export function declaredBy(hooks: readonly NamedPersonalData[]): Declared {
  return new Map(hooks.flatMap(({ tables }) => tables.map((table) => [table.table, table] as const)));
}

/** The module that answers for each table. */
export function ownersBy(hooks: readonly NamedPersonalData[]): ReadonlyMap<string, string> {
  return new Map(hooks.flatMap(({ tables, module }) => tables.map(({ table }) => [table, module] as const)));
}

/** Counts what there is about a person, by module and table; tables without anything are left out. */
export async function countPerson(
  transaction: TenantTransaction,
  hooks: readonly NamedPersonalData[],
  person: Person,
  known: Catalogue | null = null,
): Promise<Counted[]> {
  const catalogue = known ?? (await readCatalogue(transaction));
  const declared = declaredBy(hooks);
  const owners = ownersBy(hooks);
  const patterns = patternsOf(person);
  const counted: Counted[] = [];
  for (const [name, table] of catalogue) {
    const declaration = declared.get(name);
    const of = declaration && rowsOf(declaration, declared, knownAs(person));
    const where = naming(table, patterns);
    const about = of ? await countRows(transaction, name, of) : 0;
    const mentions = where ? await countRows(transaction, name, where) : 0;
    if (about + mentions > 0)
      counted.push({ module: owners.get(name) ?? 'unknown', table: name, about, mentions });
  }
  return counted;
}
