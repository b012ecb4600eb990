import type { Selectable } from 'kysely';
import type { Schema } from '../../../../platform/database/index.ts';
import { policySchema } from '../schema.ts';
import type { Terms } from './seats.ts';

/** A number no installation reaches, for licences that never refuse. */
const NO_LIMIT = 2_000_000_000;

export type TermsRecord = Pick<
  Selectable<Schema['licences.licences']>,
  'version' | 'state' | 'starts_at' | 'expires_at' | 'max_seats' | 'policy'
>;

/** What decisions about the seats of a licence depend on. */
export function termsOf(row: TermsRecord): Terms {
  const policy = policySchema.parse(row.policy);
  return {
    version: row.version,
    state: row.state,
    startsAt: row.starts_at?.getTime() ?? 0,
    endsAt: row.expires_at?.getTime() ?? 0,
    max: row.max_seats,
    limit: limitOf(row.max_seats, policy.overage),
    ttlMs: policy.ttlSeconds * 1000,
    heartbeatMs:
      policy.heartbeatSeconds > 0
        ? policy.heartbeatSeconds * 1000
        : Math.floor((policy.ttlSeconds * 1000) / 3),
    reviveMs: policy.reviveSeconds * 1000,
    lingerMs: policy.lingerSeconds * 1000,
    keep: policy.borrowKeep,
    perUser: policy.maxPerUser,
    queues: policy.onFull === 'queue',
    reservations: policy.reservations,
  };
}

function limitOf(max: number, overage: string): number {
  if (overage === 'none') return max;
  return overage === 'always' ? NO_LIMIT : Math.floor(max * Number(overage));
}
