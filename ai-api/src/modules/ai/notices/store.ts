import { type Insertable, type Selectable, sql } from 'kysely';
import type { Schema, TenantTransaction } from '../../../platform/database/index.ts';

export type NoticeRecord = Selectable<Schema['notices.versions']>;
export type InformedRecord = Selectable<Schema['notices.informed']>;

/** Lets those who publish a notice of a kind follow each other. */
export async function lockKind(transaction: TenantTransaction, kind: string): Promise<void> {
  await sql`
    select pg_advisory_xact_lock(hashtextextended(platform.current_tenant()::text || ${kind}, 7801))`.execute(
    transaction,
  );
}

/** The newest published version of each of these kinds. */
export async function newestNotices(
  transaction: TenantTransaction,
  kinds: readonly string[],
): Promise<Map<string, NoticeRecord>> {
  if (kinds.length === 0) return new Map();
  const rows = await transaction
    .selectFrom('notices.versions')
    .selectAll()
    .distinctOn('kind')
    .where('kind', 'in', [...kinds])
    .orderBy('kind')
    .orderBy('version', 'desc')
    .execute();
  return new Map(rows.map((row) => [row.kind, row]));
}

/** Versions of the notice of a kind, newest first, before a version. */
export function listNotices(
  transaction: TenantTransaction,
  kind: string,
  before: number | null,
  limit: number,
): Promise<NoticeRecord[]> {
  let query = transaction
    .selectFrom('notices.versions')
    .selectAll()
    .where('kind', '=', kind)
    .orderBy('version', 'desc')
    .limit(limit);
  if (before !== null) query = query.where('version', '<', before);
  return query.execute();
}

export function findNotice(
  transaction: TenantTransaction,
  kind: string,
  version: number,
): Promise<NoticeRecord | undefined> {
  return transaction
    .selectFrom('notices.versions')
    .selectAll()
    .where('kind', '=', kind)
    .where('version', '=', version)
    .executeTakeFirst();
}

export function insertNotice(
  transaction: TenantTransaction,
  values: Insertable<Schema['notices.versions']>,
): Promise<NoticeRecord> {
  return transaction.insertInto('notices.versions').values(values).returningAll().executeTakeFirstOrThrow();
}

type Version = Pick<NoticeRecord, 'kind' | 'version'>;

/** Who was informed of a version, of these builders where they are given. */
export function informedOf(
  transaction: TenantTransaction,
  { kind, version }: Version,
  builderIds?: readonly string[],
): Promise<InformedRecord[]> {
  if (builderIds?.length === 0) return Promise.resolve([]);
  let query = transaction
    .selectFrom('notices.informed')
    .selectAll()
    .where('kind', '=', kind)
    .where('version', '=', version);
  if (builderIds) query = query.where('builder_id', 'in', [...builderIds]);
  return query.execute();
}

/** Notes that a builder acknowledges a version; the first time counts. */
export function acknowledge(
  transaction: TenantTransaction,
  { kind, version }: Version,
  builderId: string,
  at: Date,
): Promise<InformedRecord> {
  return transaction
    .insertInto('notices.informed')
    .values({ kind, version, builder_id: builderId, acknowledged_at: at })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'kind', 'version', 'builder_id']).doUpdateSet((eb) => ({
        acknowledged_at: eb.fn.coalesce('notices.informed.acknowledged_at', 'excluded.acknowledged_at'),
      })),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
}

/**
 * Notes that builders were informed of a version otherwise; of whom it is noted already, it stays.
 * @returns those of whom it was noted now
 */
export async function noteInformed(
  transaction: TenantTransaction,
  { kind, version }: Version,
  builderIds: readonly string[],
  { on, how, by }: { on: string; how: string; by: string },
): Promise<string[]> {
  if (builderIds.length === 0) return [];
  const noted = await transaction
    .insertInto('notices.informed')
    .values(
      builderIds.map((builder_id) => ({
        ...{ kind, version, builder_id },
        ...{ informed_on: on, informed_how: how, recorded_by: by },
      })),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['tenant_id', 'kind', 'version', 'builder_id'])
        .doUpdateSet((eb) => ({
          informed_on: eb.ref('excluded.informed_on'),
          informed_how: eb.ref('excluded.informed_how'),
          recorded_by: eb.ref('excluded.recorded_by'),
        }))
        .where('notices.informed.informed_on', 'is', null),
    )
    .returning('builder_id')
    .execute();
  return noted.map(({ builder_id }) => builder_id);
}
