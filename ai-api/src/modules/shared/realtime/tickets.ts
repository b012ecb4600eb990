import { createHash, randomBytes } from 'node:crypto';
import type { Caller } from '../../../http/caller.ts';
import type { Database } from '../../../platform/database/index.ts';

const VALID_MS = 30_000;

export type Tickets = ReturnType<typeof createTickets>;

/** Tickets represent a caller for half a minute and one connection. Only their hashes are kept. */
export function createTickets(database: Database, now: () => Date) {
  return {
    issue: async (caller: Caller): Promise<{ ticket: string; expiresAt: string }> => {
      const ticket = randomBytes(32).toString('base64url');
      const issuedAt = now();
      const expiresAt = new Date(issuedAt.getTime() + VALID_MS);
      await database.withTenant(caller.tenantId, async (transaction) => {
        await transaction.deleteFrom('events.tickets').where('expires_at', '<', issuedAt).execute();
        await transaction
          .insertInto('events.tickets')
          .values({ hash: hash(ticket), caller: JSON.stringify(caller), expires_at: expiresAt })
          .execute();
      });
      return { ticket, expiresAt: expiresAt.toISOString() };
    },

    /** The caller of a ticket, once; null when it is not known, was used or is too old. */
    redeem: async (ticket: string): Promise<Caller | null> => {
      const row = await database
        .system('the ticket determines the tenant, so it is looked up before there is one')
        .deleteFrom('events.tickets')
        .where('hash', '=', hash(ticket))
        .returning(['caller', 'tenant_id', 'expires_at'])
        .executeTakeFirst();
      if (!row || row.expires_at < now()) return null;
      return { ...(row.caller as Caller), tenantId: row.tenant_id };
    },
  };
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
