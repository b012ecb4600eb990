import { type RawBuilder, sql } from 'kysely';
import { wholeAddress } from '../../../platform/text/address.ts';

/** What a person is known by in the JSON of a workflow. */
export interface Names {
  /** Ids and subjects: they name the person where a value or a key is nothing else. */
  ids: string[];
  /** E-mail addresses: they name the person wherever the whole address is, also within a text. */
  emails: string[];
}

/** A condition that is true where a `jsonb` column names a person. */
export function mentions(column: string, { ids, emails }: Names): RawBuilder<boolean> {
  const tests = [
    ...ids.map((id) => `@ == ${JSON.stringify(id)}`),
    ...emails.map((email) => `@ like_regex ${JSON.stringify(wholeAddress(email))} flag "i"`),
  ];
  const test = tests.join(' || ');
  const paths = [`$.** ? (${test})`, `$.** ? (@.type() == "object").keyvalue().key ? (${test})`];
  return sql<boolean>`(${sql.join(
    paths.map((path) => sql`coalesce(jsonb_path_exists(${sql.ref(column)}, ${path}::jsonpath), false)`),
    sql` or `,
  )})`;
}
