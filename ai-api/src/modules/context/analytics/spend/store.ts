import { type Selectable, sql } from 'kysely';
import type { Schema, TenantTransaction } from '../../../../platform/database/index.ts';
import type { Days } from '../compute/activity.ts';

export type PriceRecord = Selectable<Schema['context.model_prices']>;
export type NewPrice = Omit<PriceRecord, 'tenant_id' | 'set_at'>;

/** Prices by model, each from its newest day on. */
export function listPrices(
  transaction: TenantTransaction,
  after: { model: string; validFrom: string } | null,
  limit: number,
): Promise<PriceRecord[]> {
  let query = transaction
    .selectFrom('context.model_prices')
    .selectAll()
    .orderBy('model')
    .orderBy('valid_from')
    .limit(limit);
  if (after)
    query = query.where(sql<boolean>`(model, valid_from) > (${after.model}, ${after.validFrom}::date)`);
  return query.execute();
}

export function setPrice(transaction: TenantTransaction, price: NewPrice): Promise<PriceRecord> {
  const { model: _, valid_from: __, ...values } = price;
  return transaction
    .insertInto('context.model_prices')
    .values(price)
    .onConflict((conflict) =>
      conflict
        .columns(['tenant_id', 'model', 'valid_from'])
        .doUpdateSet({ ...values, set_at: sql<Date>`now()` }),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Adds prices of models that have none. */
export async function addPrices(transaction: TenantTransaction, prices: readonly NewPrice[]): Promise<void> {
  const known = await transaction.selectFrom('context.model_prices').select('model').distinct().execute();
  const names = new Set(known.map(({ model }) => model));
  const missing = prices.filter(({ model }) => !names.has(model));
  if (missing.length > 0)
    await transaction
      .insertInto('context.model_prices')
      .values([...missing])
      .onConflict((conflict) => conflict.doNothing())
      .execute();
}

export async function deletePrice(
  transaction: TenantTransaction,
  model: string,
  validFrom: string,
): Promise<boolean> {
  const rows = await transaction
    .deleteFrom('context.model_prices')
    .where('model', '=', model)
    .where('valid_from', '=', validFrom)
    .returning('model')
    .execute();
  return rows.length > 0;
}

export interface Bill {
  day: string;
  model: string;
  costMicros: number;
}

/** Stores what a vendor billed; days of an earlier import of the vendor are replaced. */
export async function replaceBills(
  transaction: TenantTransaction,
  vendor: string,
  bills: readonly Bill[],
  importedBy: string,
): Promise<void> {
  const days = [...new Set(bills.map(({ day }) => day))];
  await sql`
    delete from context.vendor_spend where vendor = ${vendor} and day = any (${days}::date[])`.execute(
    transaction,
  );
  await sql`
    insert into context.vendor_spend (vendor, day, model, cost_micros, imported_by)
    select ${vendor}, day, model, "costMicros", ${importedBy}
    from json_to_recordset(${JSON.stringify(bills)}::json) as given (day date, model text, "costMicros" bigint)`.execute(
    transaction,
  );
}

/** What vendors billed, by week, vendor and model. */
export async function billsIn(
  transaction: TenantTransaction,
  { from, to }: Days,
): Promise<{ week: string; vendor: string; model: string; cost_micros: number }[]> {
  const { rows } = await sql<{ week: string; vendor: string; model: string; cost_micros: number }>`
    select date_trunc('week', day::timestamp)::date::text as week, vendor, model,
      sum(cost_micros)::bigint as cost_micros
    from context.vendor_spend where day >= ${from}::date and day < ${to}::date
    group by 1, 2, 3 order by 2, 3`.execute(transaction);
  return rows;
}
