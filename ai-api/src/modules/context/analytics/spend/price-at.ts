import { type RawBuilder, sql } from 'kysely';

/** A model's name as prices are listed: without its provider and the date of its version. */
const priceName = (model: RawBuilder<unknown>) =>
  sql`regexp_replace(regexp_replace(lower(${model}), '^.*[/:]', ''), '-([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{8})$', '')`;

/**
 * Joins the price of a model on a day as `price`: the newest that is valid, or the oldest for days before all of them.
 * Without a price its columns are null.
 */
export const priceAt = (model: RawBuilder<unknown>, day: RawBuilder<unknown>) => sql`
  left join lateral (
    select * from context.model_prices as listed where listed.model = ${priceName(model)}
    order by valid_from <= ${day} desc, case when valid_from <= ${day} then valid_from end desc nulls last, valid_from
    limit 1
  ) as price on true`;

/** Micro-dollars of the token columns of a table, by the joined price. */
export const costOf = (table: string) => {
  const column = (name: string) => sql.ref(`${table}.${name}`);
  return sql`coalesce(${column('tokens_input')} * price.input_micros + ${column('tokens_output')} * price.output_micros
    + ${column('tokens_cache_read')} * price.cache_read_micros
    + ${column('tokens_cache_write')} * price.cache_write_micros, 0)`;
};

/** Tokens of any sort in a table. */
export const tokensOf = (table: string) => {
  const column = (name: string) => sql.ref(`${table}.${name}`);
  return sql`${column('tokens_input')} + ${column('tokens_output')} + ${column('tokens_cache_read')} + ${column('tokens_cache_write')}`;
};
