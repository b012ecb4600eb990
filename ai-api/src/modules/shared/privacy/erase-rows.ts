import { sql } from 'kysely';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { NamedPersonalData, PersonalTable } from '../../../platform/personal-data.ts';
import type { Catalogue, Table } from './engine/catalogue.ts';
import { type Declared, rowsOf } from './engine/matching.ts';
import { knownAs, type Person, type Pseudonym } from './engine/person.ts';

/** What an erasure goes by. */
export interface Erasure {
  tenantId: string;
  requestId: string;
  person: Person;
  pseudonym: Pseudonym;
  catalogue: Catalogue;
  declared: Declared;
}

/** Erases what one module holds: first what only it can, then the rows of its tables. @returns what, by table */
export async function eraseModule(
  transaction: TenantTransaction,
  { tenantId, person, pseudonym, catalogue, declared }: Erasure,
  { erase, tables }: NamedPersonalData,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  let records = 0;
  for (const subject of erase ? person.subjects : [])
    records += (await erase?.(transaction, tenantId, subject)) ?? 0;
  if (records > 0) counts.records = records;
  for (const declaration of tables) {
    const table = catalogue.get(declaration.table);
    const done = table ? await eraseTable(transaction, table, declaration, declared, person, pseudonym) : 0;
    if (done > 0) counts[declaration.table] = done;
  }
  return counts;
}

async function eraseTable(
  transaction: TenantTransaction,
  table: Table,
  declaration: PersonalTable,
  declared: Declared,
  person: Person,
  pseudonym: Pseudonym,
): Promise<number> {
  const { erase } = declaration;
  const where = rowsOf(declaration, declared, knownAs(person));
  if (!where || !erase || (typeof erase === 'object' && 'keep' in erase)) return 0;
  if (erase === 'delete') {
    const { numAffectedRows } = await sql`delete from ${sql.table(table.name)} as t where ${where}`.execute(
      transaction,
    );
    return Number(numAffectedRows ?? 0);
  }
  const changes = Object.entries(erase.set).map(([name, value]) => {
    const type = table.columns.find((column) => column.name === name)?.type ?? 'text';
    const filled = value?.replaceAll('{name}', pseudonym.name).replaceAll('{email}', pseudonym.email) ?? null;
    return sql`${sql.id(name)} = ${filled}::${sql.raw(type)}`;
  });
  const { numAffectedRows } = await sql`
    update ${sql.table(table.name)} as t set ${sql.join(changes)} where ${where}`.execute(transaction);
  return Number(numAffectedRows ?? 0);
}
