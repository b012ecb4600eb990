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
