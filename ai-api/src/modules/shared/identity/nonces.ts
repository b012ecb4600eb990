import { sql } from 'kysely';
import type { Database } from '../../../platform/database/index.ts';
import { digest } from './digest.ts';

/** Of nonces that have ended, how many one request removes: more than it adds, so that they do not pile up. */
const REMOVED_AT_ONCE = 100;

/**
 * Takes a nonce, which works once: in every process and after a restart too. Its digest is kept until `endsAt` at least.
 * @param now decides which nonces have ended
 * @returns false where it was taken before
 */
export async function takeNonce(
  database: Database,
  nonce: string,
  { now, endsAt }: { now: Date; endsAt: Date },
): Promise<boolean> {
  const { rows } = await sql<{ digest: string }>`
    with ended as (
      delete from identity.platform_nonces where ctid in (
        select ctid from identity.platform_nonces where ends_at < ${now}
        limit ${REMOVED_AT_ONCE} for update skip locked)
    )
    insert into identity.platform_nonces (digest, ends_at) values (${digest(nonce)}, ${endsAt})
    on conflict do nothing returning digest`.execute(
    database.system('a nonce belongs to the platform that signs, which is of no company'),
  );
  return rows.length > 0;
}

/**
 * Takes one of several places, each of which is free again once it has ended: the first that is free. Unlike a counter over a
 * sliding window it never lets more through than there are places, in all processes together and after a restart too.
 * @param places names of the places, which are kept as digests
 * @returns false where none is free
 */
export async function takePlace(
  database: Database,
  places: readonly string[],
  { now, endsAt }: { now: Date; endsAt: Date },
): Promise<boolean> {
  const system = database.system('a place belongs to the installation, not to a company');
  await sql`
    delete from identity.platform_nonces where ctid in (
      select ctid from identity.platform_nonces where ends_at < ${now} limit ${REMOVED_AT_ONCE} for update skip locked)`.execute(
    system,
  );
  for (const place of places) {
    const { rows } = await sql`
      insert into identity.platform_nonces as place (digest, ends_at) values (${digest(place)}, ${endsAt})
      on conflict (digest) do update set ends_at = excluded.ends_at where place.ends_at <= ${now}
      returning digest`.execute(system);
    if (rows.length > 0) return true;
  }
  return false;
}
