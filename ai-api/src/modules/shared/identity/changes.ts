import { sql } from 'kysely';
import type { Logger } from 'pino';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';

const CHANNEL = 'identity_changed';

/** Notifies every process that a credential or a person of the tenant changed, once the transaction commits. */
export async function announceChange(transaction: TenantTransaction): Promise<void> {
  await sql`select pg_notify(${CHANNEL}, platform.current_tenant()::text)`.execute(transaction);
}

export type Changes = ReturnType<typeof createChanges>;

/** Hears of changes of credentials and people, of this process and others. */
export function createChanges(database: Database, log: Logger) {
  const hearers = new Set<() => void>();
  const tell = () => {
    for (const hear of hearers) hear();
  };
  return {
    /** Calls `hear` after each change; also when some may have been missed. */
    on: (hear: () => void): void => void hearers.add(hear),
    /** For a change of this process, which has not to wait for its own notification. */
    tell,
    start: async (): Promise<{ close(): Promise<void> }> => {
      const stop = await database.listen(CHANNEL, tell).catch((err: unknown) => {
        log.warn({ err }, 'changes of credentials by other processes are noticed within half a minute');
        return async () => {};
      });
      return { close: stop };
    },
  };
}
