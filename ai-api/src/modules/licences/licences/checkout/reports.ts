import type { TenantTransaction } from '../../../../platform/database/index.ts';
import type { Events } from '../../../shared/events/index.ts';
import type { Decision } from '../seats/index.ts';
import { storeDenial } from '../sessions/store.ts';
import type { LicenceRecord } from '../store.ts';

type Named = Pick<LicenceRecord, 'id' | 'name' | 'product_code' | 'tenant_id'>;

/** The part of every event about a licence. */
export const eventOf = ({ id, name, product_code }: Named) => ({
  licenceId: id,
  licence: name,
  product: product_code,
});

/** Stores a denial and reports it, unless it is a retry. */
export async function reportDenial(
  events: Events,
  transaction: TenantTransaction,
  licence: LicenceRecord,
  denial: { code: string; device: string; user: string; used: number; at: Date },
): Promise<void> {
  const { code, device, user, used, at } = denial;
  if (!(await storeDenial(transaction, { licenceId: licence.id, device, user, code, at }))) return;
  await events.publish(transaction, licence.tenant_id, 'license.seat.denied', {
    ...eventOf(licence),
    code,
    device,
    user: user || null,
    used,
    maxSeats: licence.max_seats,
  });
}

/** Reports the seats that a decision offered to the queue. */
export async function reportOffers(
  events: Events,
  transaction: TenantTransaction,
  licence: Named,
  { changes }: Decision,
): Promise<void> {
  for (const { id, user, state, until } of changes)
    if (state === 'offered')
      await events.publish(transaction, licence.tenant_id, 'license.seat.offered', {
        ...eventOf(licence),
        sessionId: id,
        user: user || null,
        until: new Date(until).toISOString(),
      });
}
