import { type RawBuilder, sql } from 'kysely';
import type { TenantTransaction } from './database/index.ts';
import type { RetentionKind } from './retention.ts';

/** What happens to the rows of a person when their data is erased. */
export type Erasing =
  | 'delete'
  /** Columns that are overwritten; in a text, `{name}` and `{email}` are the person's pseudonym. */
  | { set: Readonly<Record<string, string | null>> }
  /** Why the rows stay. Names and addresses in them are replaced all the same. */
  | { keep: string };

/** A column that holds the key of a row of another table. */
export interface Within {
  column: string;
  table: string;
  /** Defaults to `id`. */
  key?: string;
}

/** A table with personal data, and how its rows are found, exported and erased. */
export interface PersonalTable {
  /** Such as `people.superbuilders`. */
  table: string;
  /**
   * Columns that name the person whom a row is about, by an id, a subject such as `user:<id>`, or an e-mail address. With
   * `[]` behind it the column is an array of those, with `{}` it is JSON that holds one as a string.
   */
  of?: readonly string[];
  /** Rows that belong to a row of another declared table. */
  within?: Within;
  /** Rows that the columns of `of` count in, where other rows hold something else in them. */
  only?: { column: string; values: readonly string[] };
  /** Columns that name a person who did something, without the row being about them. */
  by?: readonly string[];
  /** Defaults to replacing the person's name and addresses, which happens in every table. */
  erase?: Erasing;
  /** Columns that never leave, such as hashes of secrets. */
  withheld?: readonly string[];
  /** False where `about` answers for the rows, since it hides what is not the person's. */
  exported?: false;
  /** Column of search words, and the words that a text has in it. */
  words?: { column: string; of(text: string): readonly string[] };
}

/** What a company says about a kind of personal data when it is asked (CCPA, GDPR Article 15). */
export interface Disclosure {
  /** What is kept, such as `Hours and weekly figures`. */
  categories: readonly string[];
  /** Where it comes from. */
  source: string;
  purpose: string;
  /** With whom it is shared; empty when it is not shared. */
  sharedWith: readonly string[];
}

/** A version of a file that belongs to an export. */
export interface PersonalFile {
  fileId: string;
  version: number;
  name: string;
}

/** How a module answers for the personal data that it holds. */
export interface PersonalData {
  tables: readonly PersonalTable[];
  disclosure: Disclosure;
  /** What its rows do not say, or only say in part, about a subject such as `builder:b-001`; null when it knows nothing. */
  about?(transaction: TenantTransaction, subject: string): Promise<object | null>;
  /** Files about a subject or from them. */
  files?(transaction: TenantTransaction, subject: string): Promise<readonly PersonalFile[]>;
  /**
   * Deletes what rows alone do not cover, such as objects and vectors. It runs before the rows of its tables are erased.
   * @returns how many records are gone
   */
  erase?(transaction: TenantTransaction, tenantId: string, subject: string): Promise<number>;
  /** Forgets what was derived from rows whose text has changed, such as their vectors. */
  forget?(transaction: TenantTransaction, table: string, ids: readonly string[]): Promise<number>;
  /** Ids of traces about a person, by ids and subjects. */
  traces?(transaction: TenantTransaction, known: readonly string[]): Promise<readonly string[]>;
  /** Its data that ages, and how long it is kept. */
  retention?: readonly RetentionKind[];
}

/**
 * Whether a column names a person: by an id or a subject as it is, since `B-1` and `b-1` are two builders; by an address in
 * any case; or as the person for whom a key acted, such as `<key> for <user>`.
 */
export function namesPerson(
  column: RawBuilder<unknown>,
  known: readonly string[],
  addresses: readonly string[] = known.filter((one) => one.includes('@')),
): RawBuilder<boolean> {
  const exact = sql`${[...known]}::text[]`;
  return sql<boolean>`(${column}::text = any(${exact}) or lower(${column}::text) = any(${[...addresses]}::text[])
    or substring(${column}::text from ${String.raw`^\S+ for (\S+)$`}) = any(${exact}))`;
}

/** The personal data of a part of the system, by its name. */
export type NamedPersonalData = PersonalData & { module: string };

/** A table whose rows name people at most in what they say: names and addresses in it are replaced. */
export function mentions(table: string, ...by: readonly string[]): PersonalTable {
  return { table, by };
}
